"""What the provider charged, taken in from a file of its own or from its log, line by line as it came."""

import csv
import io
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation, Overflow

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gallery.models import Charge, Statement
from gallery.models.reconciling import Source
from gallery.services import matching, provider

MOST_LINES = 100_000
MOST_PROBLEMS = 5
READ_SECONDS = 12  # of one press; the next goes on where it ended
MICROS_PER_QUOTA = 2
QUOTA = re.compile(r"[+-]?\d{1,12}", re.ASCII)
MICROS = 1_000_000
MOST_MICROS = 10**13  # of one line: the database adds up as many lines as a file may have
CONSUMED = ("", "2", "consume", "consumption", "消费")  # of a column `type`; the others are top-ups and the like
COLUMNS = {
    "at": ("created_at", "time", "date", "timestamp", "created", "时间"),
    "request_id": ("request_id", "request id", "requestid"),
    "model": ("model_name", "model", "模型"),
    "quota": ("quota",),
    "dollars": ("usd", "cost", "amount", "price", "cost usd", "cost (usd)", "amount (usd)", "花费"),
    "type": ("type", "类型"),
}

log = structlog.get_logger("fluxweb.statements")


class BadFile(ValueError):
    """The file is no list of charges; the sentences say where."""

    def __init__(self, problems):
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Line:
    """One charge of a file."""

    number: int
    at: datetime
    request_id: str
    model: str
    micros: int


def import_csv(content, *, name, by):
    """Take a file in and compare it with the books; return its statement. Raises BadFile, and then nothing is kept."""
    lines = _lines(content)
    days = [timezone.localdate(line.at) for line in lines]
    with transaction.atomic():
        facts = {"source": Source.CSV, "name": name[:200], "created_by": by.username}
        statement = Statement.objects.create(start=min(days), end=max(days), **facts)
        Charge.objects.bulk_create([_charge(statement, line) for line in lines], batch_size=500)
        matching.compare(statement)
    log.info("statement imported", statement=statement.key, lines=len(lines), by=by.username)
    return statement


def begin_reading(period, *, by):
    """Begin a statement of the provider's log for these days; `read_on` reads it."""
    facts = {"source": Source.ACCOUNT, "next_page": 0, "created_by": by.username}
    return Statement.objects.create(start=period.start, end=period.end, **facts)


def read_on(statement, *, seconds=READ_SECONDS):
    """Read pages of the provider's log until it ends or the time is up; compare once it has ended.

    Raises provider.AccountUnreadable; what was read until then is kept. Never inside a transaction.
    """
    give_up = time.monotonic() + seconds
    start, end = _moments(statement)
    while not statement.is_complete and time.monotonic() < give_up:
        charges = provider.charges(page=statement.next_page, start=start, end=end)
        _keep_page(statement, [each for each in charges if start <= each.at < end], last=not charges)
        statement.refresh_from_db(fields=["next_page"])


@transaction.atomic
def _keep_page(statement, charges, *, last):
    """Keep one page, unless somebody who pressed as well has kept it already."""
    page = statement.next_page
    following = None if last else page + 1
    if not Statement.objects.filter(pk=statement.pk, next_page=page).update(next_page=following):
        return
    rows = [_charge(statement, each) for each in charges]
    for place, row in enumerate(rows, 1):
        row.number = row.number or -(page * provider.PAGE_SIZE + place)  # a log without ids
    # While it is read new charges come in front and push others to the next page: those are known.
    Charge.objects.bulk_create(rows, ignore_conflicts=True)
    if last:
        matching.compare(statement)


def _moments(statement):
    """Return where the days of a statement begin and end, in the team's zone."""
    zone = timezone.get_current_timezone()
    midnight = datetime.min.time()
    return (
        datetime.combine(statement.start, midnight, zone).astimezone(UTC),
        datetime.combine(statement.end + timedelta(days=1), midnight, zone).astimezone(UTC),
    )


def _charge(statement, line):
    return Charge(
        statement=statement, number=line.number, at=line.at, day=timezone.localdate(line.at),
        request_id=line.request_id, model=line.model, micros=line.micros,
    )  # fmt: skip


# -- a file -----------------------------------------------------------------------------------------------------------


def _lines(content):
    """Read the lines of a file; raise BadFile for whatever cannot be believed."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(["The file is not UTF-8 text."]) from None
    rows = csv.DictReader(io.StringIO(text.replace("\x00", ""), newline=""))
    try:
        names = _names(rows.fieldnames or [])
        found = list(_read_rows(rows, names))
    except csv.Error:
        raise BadFile(["The file is no CSV."]) from None
    problems = [each for each in found if isinstance(each, str)]
    if problems:
        raise BadFile(problems[:MOST_PROBLEMS])
    if not found:
        raise BadFile(["There is no charge in the file."])
    return found


def _names(heads):
    """Find which column says what, whatever the provider calls it this year."""
    known = {head.strip().lower(): head for head in heads if head}
    names = {
        wanted: next((known[each] for each in choices if each in known), None) for wanted, choices in COLUMNS.items()
    }
    missing = [] if names["at"] else ["No column says when: created_at or time."]
    if not (names["quota"] or names["dollars"]):
        missing.append("No column says how much: quota or usd.")
    if missing:
        raise BadFile(missing)
    return names


def _read_rows(rows, names):
    """Yield a Line, or a sentence about what is wrong, for each row that is a charge."""
    problems = 0
    for number, row in enumerate(rows, 2):  # 1 is the head
        if number > MOST_LINES + 1:
            yield f"The file has more than {MOST_LINES:,} lines. Split it by month."
            return
        said = {wanted: (row.get(name) or "").strip() for wanted, name in names.items() if name}
        if not any(said.values()) or said.get("type", "").lower() not in CONSUMED:
            continue
        try:
            yield _line(number, said)
        except ValueError as bad:
            yield f"Line {number}: {bad}"
            problems += 1
            if problems == MOST_PROBLEMS:
                return


def _line(number, said):
    micros = _of_quota(said["quota"]) if said.get("quota") else _micros(said.get("dollars", ""))
    return Line(
        number=number,
        at=_moment(said["at"]),
        request_id=said.get("request_id", "")[:200],
        model=said.get("model", "")[:40],
        micros=micros,
    )


def _of_quota(text):
    if not QUOTA.fullmatch(text):
        raise ValueError("the quota is no whole number of at most twelve digits.")
    return int(text) * MICROS_PER_QUOTA


def _micros(text):
    try:
        micros = Decimal(text.replace("$", "").replace(",", "")) * MICROS
    except InvalidOperation:
        raise ValueError("no amount is given.") from None
    except Overflow:  # 1e999999999
        raise ValueError("the amount is too large.") from None
    if not micros.is_finite() or micros != micros.to_integral_value() or abs(micros) > MOST_MICROS:
        raise ValueError("the amount is no whole number of millionths of a dollar.")
    return int(micros)


def _moment(text):
    """Read seconds since 1970, or a date and time; one without a zone is taken in the team's."""
    if text.isdecimal() and text.isascii() and len(text) in (10, 13):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    try:
        moment = parse_datetime(text)
    except ValueError:  # it is written as one, and there is none such: 30 February
        moment = None
    if moment is None or not 2000 <= moment.year < 2100:
        raise ValueError("it does not say when, such as 2026-11-25 14:03:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
