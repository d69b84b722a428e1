"""Reports by mail, for those who asked: last week's on Monday, last month's on the first, as plain text."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from gallery.catalogue.numbers.money import money
from gallery.catalogue.text.value_lists import counted
from gallery.models import Letter, ReportMail, Statement, User
from gallery.models.costs.report_mail import Every, LetterKind
from gallery.models.costs.statements import Kind
from gallery.services.ledger import periods, reports
from gallery.services.ledger.reports import Slice, Sums
from gallery.services.operations import daily_rounds, letters

ROWS_MOST = 20
TITLE_WIDTH = 40
FROM = time(6)  # in FLUXWEB_TIME_ZONE


def choose_report_mail(user: User, every: str) -> None:
    """Send somebody reports from the running week or month on; nothing for `every` stops it."""
    if not every:
        ReportMail.objects.filter(user=user).delete()
        return
    last = _ended(every, timezone.localdate())
    ReportMail.objects.update_or_create(user=user, defaults={"every": every, "sent_until": last.end})


def send_at_hours() -> None:
    """Send what is due: reports from the morning on, in the team's zone; alarms and what failed at any hour."""
    _post_due(daily_rounds.last_day_of(FROM))
    _send_waiting()


def send_due() -> None:
    """Send what has ended since the last time, whatever the hour, and what waits to be tried again."""
    _post_due(timezone.localdate())
    _send_waiting()


def _send_waiting() -> None:
    if not settings.DEMO:
        letters.send_waiting_letters(write_letter)


def _post_due(today: date) -> None:
    """Post a letter for every report that is due: once, however many workers try; never in a demo.

    Of what was missed while nothing ran, the last week or month is sent, and says which days have gone by without.
    """
    wishes = ReportMail.objects.filter(user__is_active=True).exclude(user__email="").select_related("user")
    for wish in [] if settings.DEMO else wishes:
        period = _ended(wish.every, today)
        if wish.sent_until < period.end:
            _post(wish, period)


@transaction.atomic
def _post(wish: ReportMail, period: periods.Period) -> None:
    known = ReportMail.objects.filter(pk=wish.pk, sent_until=wish.sent_until)
    if known.update(sent_until=period.end):
        next_day = wish.sent_until + timedelta(days=1)
        missed = next_day if next_day < period.start else None
        days = {"start": period.start, "end": period.end, "missed_from": missed}
        Letter.objects.create(user=wish.user, kind=LetterKind.REPORT, not_before=timezone.now(), **days)


def send_alarm(statement: Statement) -> None:
    """Post a letter about charges for calls that nobody here made to all who see costs; in the caller's transaction."""
    facts = {"kind": LetterKind.OUTSIDE, "start": statement.start, "end": statement.end, "statement": statement}
    facts |= {"not_before": timezone.now()}
    readers = [user for user in User.objects.filter(is_active=True).exclude(email="") if user.sees_costs]
    Letter.objects.bulk_create(Letter(user=user, **facts) for user in readers)


def _ended(every: str, today: date) -> periods.Period:
    """Return the last week or month that is over."""
    return periods.period_around("month", today).before if every == Every.MONTH else periods.last_week(today)


def write_letter(letter: Letter) -> tuple[str, str] | None:
    """Return subject and text, as they are true now; None where the reader may not see it any more."""
    if letter.kind == LetterKind.OUTSIDE:
        return _write_alarm(letter) if letter.user.sees_costs else None
    subject, text = write_report(letter.user, _period(letter))
    if letter.missed_from:
        before = periods.Period("range", letter.missed_from, letter.start - timedelta(days=1))
        text += f"\nNo report was sent of {before.title}, because nothing ran then: {_address(before)}\n"
    return subject, text


def _period(letter: Letter) -> periods.Period:
    month = periods.period_around("month", letter.start)
    whole = (month.start, month.end) == (letter.start, letter.end)
    return month if whole else periods.Period("range", letter.start, letter.end)


def _write_alarm(letter: Letter) -> tuple[str, str] | None:
    statement = letter.statement
    assert statement is not None  # it is what an alarm is about
    found = statement.differences.filter(kind=Kind.OUTSIDE).aggregate(n=Count("id"), sum=Sum("provider_micros"))
    if not found["n"] or statement.withdrawn_at:
        return None
    subject = f"The provider charged {money(found['sum'])} for calls that nobody made in fluxweb"
    lines = [
        f"{counted(found['n'], 'charge')} of {_period(letter).title}: nobody here made the calls.",
        "Somebody may use the key outside fluxweb. Look at them, and change the key if nobody knows why.",
        "",
        f"{settings.PUBLIC_URL}{reverse('costs-statement', args=[statement.key])}",
    ]
    return subject, "\n".join(lines) + "\n"


def write_report(user: User, period: periods.Period) -> tuple[str, str]:
    """Return subject and text of a report: of everybody for those who see costs, else of one's own spend."""
    everybody = user.sees_costs
    by = "member" if everybody else "project"
    rows = reports.sums_by(Slice(period.start, period.end, owner_id=None if everybody else user.pk), by)
    total = sum(rows.values(), Sums())
    lines = [
        f"{period.title}, {'the team' if everybody else 'what you spent'}",
        "",
        _line("Charged", f"{money(total.charged_micros)} for {counted(total.pictures, 'picture')}"),
        _line("In doubt", money(total.uncertain_micros)),
        _line("Paid but lost", money(total.lost_micros)),
        *([_line("Adjustments", money(total.adjusted_micros))] if total.adjusted_micros else []),
        _saved(total),
        "",
        f"By {by}",
        *_rows(rows, by),
        "",
        f"All of it, also as CSV: {_address(period)}",
        "How often this comes, or that it stops, is chosen at the end of that page.",
    ]
    return f"Costs of {period.title}: {money(total.charged_micros)}", "\n".join(lines) + "\n"


def _saved(total: Sums) -> str:
    if total.dearer_micros:
        return _line("Dearer than the official price by", money(total.dearer_micros))
    return _line("Saved against the official price", money(total.saved_micros))


def _rows(rows: dict[Any, Sums], by: str) -> Iterator[str]:
    titles = reports.group_titles(by, rows)
    dearest = sorted(rows.items(), key=lambda row: -row[1].charged_micros)
    yield from (_line(titles[key], money(sums.charged_micros)) for key, sums in dearest[:ROWS_MOST])
    if len(dearest) > ROWS_MOST:
        rest = sum((sums for _, sums in dearest[ROWS_MOST:]), Sums())
        yield _line(counted(len(dearest) - ROWS_MOST, "other"), money(rest.charged_micros))
    if not dearest:
        yield "  Nothing was spent."


def _line(title: str, words: str) -> str:
    return f"  {title[:TITLE_WIDTH]:{TITLE_WIDTH}} {words}"


def _address(period: periods.Period) -> str:
    return f"{settings.PUBLIC_URL}{reverse('costs')}?from={period.start}&to={period.end}"
