"""The provider's charges against the books: by request id where there is one, else by the clock or a day's total.

Each function takes a part: `match_charges` some lines, then `match_day` one day after the other. They read and think
without a lock, and write in slices. Twice does no harm, also by two processes at once or after a kill between two
slices: what a statement has said, or an earlier one of the same line, is not said again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from gallery.models import Attempt, Charge, Difference, Statement
from gallery.models.calls import Money
from gallery.models.costs.statements import Kind, Source
from gallery.services.db.slices import write_in_slices

CHUNK = 500  # request ids in one query
SPENT = (Money.CHARGED, Money.UNCERTAIN)
EARLY = timedelta(minutes=2)  # a charge is noted when its call ends; clocks differ
LATE = timedelta(minutes=15)
DAY = timedelta(days=1)
MOST_DAYS = 3_660  # of a statement with far dates only the days are looked at that it has lines of


def days_of(statement: Statement) -> list[date]:
    """Return the days that `match_day` has to look at, once all lines are matched."""
    days = (statement.end - statement.start).days + 1
    if days <= MOST_DAYS:
        return [statement.start + n * DAY for n in range(days)]
    return list(statement.charges.counted().order_by("day").values_list("day", flat=True).distinct())


# -- lines that name their call ---------------------------------------------------------------------------------------


def match_charges(statement: Statement, charges: Iterable[Charge]) -> None:
    """Match these lines, in the order of their numbers, with the calls whose request ids they name."""
    charges = [charge for charge in charges if charge.request_id]
    attempts = _by_request_id(charges)
    charged = statement.charges.filter(attempt__in=attempts.values(), micros__gte=0)
    matched = set(charged.values_list("attempt", flat=True))
    found, linked = [], []
    for charge in charges:
        attempt = attempts.get(charge.request_id)
        if attempt is None or charge.attempt_id:
            continue
        charge.attempt = attempt
        linked.append(charge)
        if kind := _kind_of_line(attempt, charge, matched):
            found.append(_of_attempt(statement, kind, attempt, provider_micros=charge.micros, charge=charge))
    _keep(statement, found, linked)


def _kind_of_line(attempt: Attempt, charge: Charge, matched: set[int]) -> Kind | None:
    """`matched`: the calls that a line has charged already; this one's is added."""
    if charge.micros < 0:  # it says nothing of whether the call was charged
        return Kind.REFUND
    again = attempt.pk in matched
    matched.add(attempt.pk)
    return Kind.TWICE if again else _kind(attempt, charge)


def _by_request_id(charges: Iterable[Charge]) -> dict[str, Attempt]:
    """Return {request id: attempt} of the calls that the charges name, whatever day either says."""
    ids = sorted({charge.request_id for charge in charges})
    found: dict[str, Attempt] = {}
    for first in range(0, len(ids), CHUNK):
        rows = Attempt.objects.filter(demo=settings.DEMO, request_id__in=ids[first : first + CHUNK]).order_by("id")
        found |= {attempt.request_id: attempt for attempt in rows}
    return found


def _kind(attempt: Attempt, charge: Charge) -> Kind | None:
    if attempt.money == Money.UNCERTAIN:
        return Kind.DOUBT_PAID if charge.micros else Kind.DOUBT_FREE
    if attempt.money == Money.NOT_CHARGED:
        return Kind.FREE_PAID if charge.micros else None
    return Kind.AMOUNT if attempt.micros != charge.micros else None


def _of_attempt(
    statement: Statement, kind: Kind, attempt: Attempt, *, provider_micros: int, charge: Charge | None = None
) -> Difference:
    return Difference(
        statement=statement, kind=kind, day=attempt.day, model=attempt.model, attempt=attempt, charge=charge,
        books_micros=attempt.booked_micros, provider_micros=provider_micros,
    )  # fmt: skip


# -- a day ------------------------------------------------------------------------------------------------------------


def match_day(statement: Statement, day: date) -> None:
    """Match what one day has left: lines whose id no call has, lines without an id, calls that no line names."""
    charges = _unmatched(statement, day)
    attempts = _unmatched_calls(day)
    strange = [charge for charge in charges if charge.request_id and charge.micros > 0]
    refunds = [charge for charge in charges if charge.request_id and charge.micros < 0 and charge.day == day]
    told = bool(strange) and _clock_is_told(statement)
    found, linked = _by_clock(statement, strange, attempts, told=told)
    taken = {charge.attempt_id for charge in linked}
    attempts = [each for each in attempts if each.pk not in taken]
    strange = [each for each in strange if not each.attempt_id and each.day == day]
    rest, outside = _strangers(strange, attempts, told=told)
    found += [_of_line(statement, Kind.OUTSIDE, charge) for charge in outside]
    found += [_of_line(statement, Kind.REFUND, charge) for charge in refunds]
    rest += [charge for charge in charges if not charge.request_id and charge.day == day]
    found += _by_totals(statement, day, rest, attempts)
    _keep(statement, found, linked)


def _unmatched(statement: Statement, day: date) -> list[Charge]:
    """Return the lines of a day and the next that have no call yet: what begins before midnight ends after it."""
    charges = statement.charges.counted().filter(day__gte=day, day__lte=day + DAY, attempt=None)
    return list(charges.exclude(repeats__attempt__isnull=False).order_by("at", "number"))


def _unmatched_calls(day: date) -> list[Attempt]:
    """Return the calls of a day that count as spent and that no line of any statement has been matched with."""
    sent = Attempt.objects.filter(demo=settings.DEMO, day=day, money__in=SPENT)
    return list(sent.filter(~Exists(Charge.objects.live().filter(attempt=OuterRef("pk")))))


def _by_clock(
    statement: Statement, strange: Iterable[Charge], attempts: Iterable[Attempt], *, told: bool
) -> tuple[list[Difference], list[Charge]]:
    """Match lines with an id that we do not know with calls that brought none home, of the same model and amount.

    A call that has another id is another call.
    """
    without_id = [attempt for attempt in attempts if not attempt.request_id]
    found, linked = [], []
    for charge in strange:
        fits = [each for each in without_id if each.micros == charge.micros and _may_be(charge, each, told=told)]
        if not fits:
            continue
        attempt = min(fits, key=lambda each: abs(charge.at - _sent_at(each)))
        without_id.remove(attempt)
        charge.attempt = attempt
        linked.append(charge)
        if kind := _kind(attempt, charge):
            found.append(_of_attempt(statement, kind, attempt, provider_micros=charge.micros, charge=charge))
    return found, linked


def _may_be(charge: Charge, attempt: Attempt, *, told: bool) -> bool:
    """Whether a line may be for a call. Where its clock is not to be trusted the day says it."""
    if charge.model not in ("", attempt.model):
        return False
    return _is_near(charge, attempt) if told else attempt.day == charge.day


def _is_near(charge: Charge, attempt: Attempt) -> bool:
    window = timedelta(seconds=settings.FLUX_TIMEOUT) + LATE
    return _sent_at(attempt) - EARLY <= charge.at <= _sent_at(attempt) + window


def _sent_at(attempt: Attempt) -> datetime:
    assert attempt.sent_at is not None  # what counts as spent was sent
    return attempt.sent_at


def _clock_is_told(statement: Statement) -> bool:
    """Whether the times of a statement are moments: the log's are; a file's if they agree where an id tells the call.

    Files name hours of some zone or other, or only days.
    """
    if statement.source == Source.ACCOUNT:
        return True
    sample = statement.charges.filter(attempt__sent_at__isnull=False).select_related("attempt").order_by("number")[:20]
    return any(_is_near(charge, charge.attempt) for charge in sample if charge.attempt)


def _strangers(
    strange: Iterable[Charge], attempts: Iterable[Attempt], *, told: bool
) -> tuple[list[Charge], list[Charge]]:
    """Part lines that no call fits exactly: those that may be for a call without an id at another price, and the rest.

    The rest is use of the key outside fluxweb. No more lines than such calls are left in doubt.
    """
    without_id = [attempt for attempt in attempts if not attempt.request_id]
    rest: list[Charge] = []
    outside: list[Charge] = []
    for charge in strange:
        attempt = next((each for each in without_id if _may_be(charge, each, told=told)), None)
        if attempt:
            without_id.remove(attempt)
        (rest if attempt else outside).append(charge)
    return rest, outside


def _of_line(statement: Statement, kind: Kind, charge: Charge) -> Difference:
    return Difference(
        statement=statement, kind=kind, day=charge.day, model=charge.model, charge=charge,
        books_micros=0, provider_micros=charge.micros,
    )  # fmt: skip


def _by_totals(
    statement: Statement, day: date, charges: Iterable[Charge], attempts: Iterable[Attempt]
) -> Iterator[Difference]:
    """Compare by total and model. Where a charge does not say its model, the whole day is: it may be of any."""
    ours, theirs = defaultdict(list), defaultdict(list)
    whole = any(not charge.model for charge in charges)
    for attempt in sorted(attempts, key=lambda each: each.pk):
        ours["" if whole else attempt.model].append(attempt)
    for charge in charges:
        theirs["" if whole else charge.model].append(charge)
    for model in sorted(ours.keys() | theirs.keys()):
        yield from _of_total(statement, day, model, ours[model], theirs[model])


def _of_total(
    statement: Statement, day: date, model: str, attempts: list[Attempt], charges: list[Charge]
) -> Iterator[Difference]:
    """If the certain calls make up the total, those in doubt were free; if all do, charged; else nobody knows."""
    micros = sorted(charge.micros for charge in charges)
    named = any(charge.request_id for charge in charges)  # they fit no call exactly, whatever their sum
    uncertain = [attempt for attempt in attempts if attempt.money == Money.UNCERTAIN]
    certain = [attempt.micros for attempt in attempts if attempt.money == Money.CHARGED]
    everything = [attempt.micros for attempt in attempts]
    if micros == sorted(certain) and not named:
        yield from (_of_attempt(statement, Kind.DOUBT_FREE, each, provider_micros=0) for each in uncertain)
    elif micros == sorted(everything) and not named:
        for each in uncertain:
            yield _of_attempt(statement, Kind.DOUBT_PAID, each, provider_micros=each.micros)
    else:
        facts = {"books_micros": sum(everything), "provider_micros": sum(micros)}
        yield Difference(statement=statement, kind=Kind.TOTAL, day=day, model=model, **facts)


# -- what is noted ----------------------------------------------------------------------------------------------------


def _keep(statement: Statement, found: list[Difference], linked: list[Charge]) -> None:
    """What is said of a line comes before its link: a line that is linked is not looked at again."""
    write_in_slices(found, lambda part: _say(statement, part))
    write_in_slices(linked, lambda part: Charge.objects.bulk_update(part, ["attempt"]))


def _say(statement: Statement, found: Sequence[Difference]) -> None:
    Statement.objects.select_for_update().get(pk=statement.pk)  # two who say the same go one after the other
    Difference.objects.bulk_create(_unsaid(found))


def _unsaid(found: Sequence[Difference]) -> Iterator[Difference]:
    """Leave out what this statement, or an earlier one of the same line or call, has said already."""
    by_line = [each.charge for each in found if each.charge]
    lines = {each.pk for each in by_line} | {each.repeats_id for each in by_line if each.repeats_id is not None}
    said_lines = set(_in_chunks("charge", lines, "charge", "kind"))
    by_call = [each.attempt_id for each in found if each.attempt_id and not each.charge]
    said_calls = set(_in_chunks("attempt", by_call, "attempt", "kind"))
    for each in found:
        if each.charge:
            said = bool({(each.charge.pk, each.kind), (each.charge.repeats_id, each.kind)} & said_lines)
        elif each.attempt_id:
            said = (each.attempt_id, each.kind) in said_calls
        else:
            said = _has_been_said(each)
        if not said:
            yield each


def _in_chunks(name: str, ids: Iterable[int], *columns: str) -> Iterator[tuple[Any, ...]]:
    ids = sorted(ids)
    for first in range(0, len(ids), CHUNK):
        rows = Difference.objects.live().filter(**{f"{name}__in": ids[first : first + CHUNK]})
        yield from rows.values_list(*columns)


def _has_been_said(total: Difference) -> bool:
    same = {name: getattr(total, name) for name in ("kind", "day", "model", "books_micros", "provider_micros")}
    return Difference.objects.live().filter(**same).exists()
