"""What the provider charged, taken in from a file of its own or from its log, line by line as it came.

However long it is, it is saved and compared in slices: `read_on` goes on from where anybody stopped, in a press for a
moment and then in a worker. Nothing of it counts before all of it is there.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from gallery.api.account import Charge as Charged
from gallery.catalogue.tables.statement_files import InvalidStatementFile, Line, read_statement
from gallery.catalogue.text import texts
from gallery.models import Charge, Difference, Statement, User
from gallery.models.costs.statements import Kind, Source, Stage
from gallery.services.db.slices import Pace, write_in_slices
from gallery.services.db.transactions import release_connection, write_transaction
from gallery.services.jobs import provider
from gallery.services.ledger import report_mail
from gallery.services.ledger.periods import Period
from gallery.services.reconciliation import matching, overlaps
from gallery.services.storage import files

PRESS_SECONDS = 2  # of one press; a worker goes on where it ended
ROUND_SECONDS = 60  # of a worker, then the next statement has its turn
DAYS_SECONDS = 0.5  # of days between two notes of the position
LINES_AT_ONCE = 500
FOLDER = "statements"
BEFORE_ALL = -(2**62)  # the numbers of lines of a log without ids are negative

log = structlog.get_logger("fluxweb.statements")


def import_csv(content: bytes, *, name: str, by: User) -> Statement:
    """Take a file in and begin to compare it with the books; return its statement.

    Raises InvalidStatementFile or overlaps.AlreadyTakenIn, and then nothing is kept.
    """
    lines = _lines(content)
    digest = overlaps.digest_of(lines)
    overlaps.refuse_known(digest)
    start, end = overlaps.span({timezone.localdate(line.at) for line in lines})
    facts = {"source": Source.CSV, "name": texts.clean_name(name)[:200], "created_by": by.username, "size": len(lines)}
    statement = Statement(start=start, end=end, stage=Stage.SAVING, digest=digest, **facts)
    files.publish_bytes(content, statement_file_name(statement))
    statement.save()
    log.info("statement imported", statement=statement.key, lines=len(lines), by=by.username)
    read_on(statement, lines=lines)
    return statement


def _lines(content: bytes) -> list[Line]:
    return [replace(line, at=_in_a_zone(line.at)) for line in read_statement(content)]


def _in_a_zone(at: datetime) -> datetime:
    """A moment without a zone is one in the team's."""
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def statement_file_name(statement: Statement) -> str:
    """Name the stored file of a statement."""
    return files.file_name_of(statement, FOLDER, ".csv")


def begin_reading(period: Period, *, by: User) -> Statement:
    """Begin a statement of the provider's log for these days; `read_on` reads it."""
    facts = {"source": Source.ACCOUNT, "stage": Stage.READING, "next_page": 0, "created_by": by.username}
    return Statement.objects.create(start=period.start, end=period.end, **facts)


def read_next(*, stopped: Callable[[], bool]) -> bool:
    """Go on with a statement that is not complete; return whether there was one. `stopped`: whether to end early."""
    statement = Statement.objects.due().first()
    if statement is None:
        return False
    read_on(statement, seconds=ROUND_SECONDS, stopped=stopped)
    return True


def read_on(
    statement: Statement,
    *,
    seconds: float | None = None,
    stopped: Callable[[], bool] = lambda: False,
    lines: list[Line] | None = None,
) -> None:
    """Go on with a statement until it is complete, a trouble is noted, or the time is up. Never inside a transaction.

    `lines`: of its file, where they have been read already.
    """
    give_up = time.monotonic() + (PRESS_SECONDS if seconds is None else seconds)

    def is_over() -> bool:
        return time.monotonic() >= give_up or stopped()

    while not (statement.is_complete or statement.trouble or statement.withdrawn_at or is_over()):
        if statement.stage == Stage.SAVING:
            lines = lines or _lines_of_file(statement)
            _save_on(statement, lines, is_over)
        else:
            STEPS[statement.stage](statement)
        statement.refresh_from_db()


def retry_statement(statement: Statement) -> None:
    """Let it go on after a trouble."""
    Statement.objects.filter(pk=statement.pk).update(trouble="")
    statement.refresh_from_db()


def _advance(statement: Statement, **fields: Any) -> bool:
    """Note how far it has come, unless somebody else has just done the same; return whether it was us."""
    here = Statement.objects.live().filter(pk=statement.pk, stage=statement.stage, position=statement.position)
    return here.filter(next_page=statement.next_page).update(**fields) == 1


def _stop(statement: Statement, trouble: str) -> None:
    Statement.objects.filter(pk=statement.pk).update(trouble=trouble[:200])
    log.warning("statement stopped", statement=statement.key, trouble=trouble)


# -- the lines of a file ----------------------------------------------------------------------------------------------


def _lines_of_file(statement: Statement) -> list[Line] | None:
    try:
        with files.open_file(statement_file_name(statement)) as file:
            return _lines(file.read())
    except FileNotFoundError:
        _stop(statement, "The file is not there any more. Withdraw this statement and take the file in again.")
    except InvalidStatementFile as bad:  # it was good once: another version reads it now
        _stop(statement, str(bad))
    return None


def _save_on(statement: Statement, lines: list[Line] | None, is_over: Callable[[], bool]) -> None:
    pace = Pace()
    while lines and statement.stage == Stage.SAVING and not is_over():
        newest = overlaps.newest()
        rows = [_charge(statement, line) for line in lines[statement.position : statement.position + pace.size]]
        overlaps.mark_known(statement, rows)
        overlaps.hold_odd(rows)
        with pace.slice():
            if overlaps.newest() == newest:  # else another statement came in between: look again
                _save_rows(statement, rows)
        statement.refresh_from_db()


def _save_rows(statement: Statement, rows: list[Charge]) -> None:
    """Save the lines that come next, in the caller's transaction."""
    position = statement.position + len(rows)
    ended = position == statement.size
    if _advance(statement, **({"stage": Stage.LINES, "position": BEFORE_ALL} if ended else {"position": position})):
        Charge.objects.bulk_create(rows)


# -- the pages of the log ---------------------------------------------------------------------------------------------


def _read_page(statement: Statement) -> None:
    start, end = _moments(statement)
    assert statement.next_page is not None  # as long as the log is read
    release_connection()
    try:
        charges = provider.list_charges(page=statement.next_page, start=start, end=end)
    except provider.AccountUnreadable as trouble:
        _stop(statement, f"Not read to the end: {trouble}.")
    else:
        _keep_page(statement, [each for each in charges if start <= each.at < end], last=not charges)


def _keep_page(statement: Statement, charges: Sequence[Charged], *, last: bool) -> None:
    """Keep one page, unless somebody else has kept it already."""
    page = statement.next_page
    assert page is not None  # as long as the log is read
    following = {"next_page": None, "stage": Stage.LINES, "position": BEFORE_ALL} if last else {"next_page": page + 1}
    rows = [_charge(statement, each) for each in charges]
    for position, row in enumerate(rows, 1):
        row.number = row.number or -(page * provider.PAGE_SIZE + position)  # a log without ids
    with write_transaction():
        if _advance(statement, **following):
            overlaps.mark_known(statement, rows)
            # While it is read new charges come in front and push others to the next page: those are known.
            Charge.objects.bulk_create(rows, ignore_conflicts=True)


# -- against the books ------------------------------------------------------------------------------------------------


def _match_lines(statement: Statement) -> None:
    if statement.position == BEFORE_ALL:
        overlaps.forget_withdrawn(statement)
    later = statement.charges.counted().filter(number__gt=statement.position).order_by("number")
    part = list(later[:LINES_AT_ONCE])
    matching.match_charges(statement, part)
    ended = len(part) < LINES_AT_ONCE
    _advance(statement, **({"stage": Stage.DAYS, "position": 0} if ended else {"position": part[-1].number}))


def _match_days(statement: Statement) -> None:
    days, position = matching.days_of(statement), statement.position
    until = time.monotonic() + DAYS_SECONDS
    while position < len(days) and time.monotonic() < until:
        matching.match_day(statement, days[position])
        position += 1
    if position < len(days):
        _advance(statement, position=position)
    elif _complete(statement):
        log.info("statement compared", statement=statement.key)
        files.remove_file(statement_file_name(statement))
        _note_told(statement.differences.all())


def _complete(statement: Statement) -> bool:
    """Let a statement count; if it shows that somebody else uses the key, say so in the log and by mail."""
    outside = statement.differences.open().filter(kind=Kind.OUTSIDE, told=False)
    sums = outside.aggregate(charges=Count("id"), micros=Sum("provider_micros", default=0))
    with write_transaction():
        if not _advance(statement, stage=Stage.COMPLETE, position=0):
            return False
        if sums["charges"]:
            log.error("key used outside fluxweb", statement=statement.key, **sums)
            report_mail.send_alarm(statement)
    return True


def _note_told(differences: QuerySet[Difference]) -> None:
    """What a complete statement says of the use of the key has been told: not again if it is compared anew."""
    told = differences.filter(kind=Kind.OUTSIDE, told=False, statement__stage=Stage.COMPLETE)
    ids = list(told.values_list("pk", flat=True))
    write_in_slices(ids, lambda part: Difference.objects.filter(pk__in=part).update(told=True))


def compare_anew(statement: Statement) -> None:
    """Let it be compared once more: what has been said is not said again."""
    compared = [Stage.LINES, Stage.DAYS, Stage.COMPLETE]
    Statement.objects.live().filter(pk=statement.pk, stage__in=compared).update(stage=Stage.LINES, position=BEFORE_ALL)


STEPS: dict[str, Callable[[Statement], None]] = {
    Stage.READING: _read_page,
    Stage.LINES: _match_lines,
    Stage.DAYS: _match_days,
}


def reading_progress(statement: Statement) -> int | None:
    """Return how much of the work at hand is done, in percent, or None where nobody knows."""
    if statement.stage == Stage.SAVING:
        return 100 * statement.position // max(1, statement.size)
    if statement.stage == Stage.LINES:
        behind = statement.charges.filter(number__lte=statement.position).count()
        return 100 * behind // max(1, statement.charges.count())
    return 100 * statement.position // len(matching.days_of(statement)) if statement.stage == Stage.DAYS else None


def sweep() -> None:
    """Take away the files of statements that are complete, or were never begun, and end what a kill cut short."""
    _note_told(Difference.objects.all())
    for name, key in files.list_files(FOLDER):
        if not Statement.objects.due().filter(key=key).exists():
            files.remove_file(name)


def _moments(statement: Statement) -> tuple[datetime, datetime]:
    """Return where the days of a statement begin and end, in the team's zone."""
    zone = timezone.get_current_timezone()
    midnight = datetime.min.time()
    return (
        datetime.combine(statement.start, midnight, zone).astimezone(UTC),
        datetime.combine(statement.end + timedelta(days=1), midnight, zone).astimezone(UTC),
    )


def _charge(statement: Statement, line: Line | Charged) -> Charge:
    return Charge(
        statement=statement, number=line.number, at=line.at, day=timezone.localdate(line.at),
        request_id=line.request_id, model=line.model, micros=line.micros,
    )  # fmt: skip
