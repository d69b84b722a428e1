"""What the provider charged, taken in from a file of its own or from its log, line by line as it came."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from gallery.catalogue.statement_files import read_statement
from gallery.models import Charge, Statement
from gallery.models.reconciling import Source
from gallery.services import matching, provider

READ_SECONDS = 12  # of one press; the next goes on where it ended

log = structlog.get_logger("fluxweb.statements")


def import_csv(content, *, name, by):
    """Take a file in and compare it with the books; return its statement.

    Raises InvalidStatementFile, and then nothing is kept.
    """
    lines = [replace(line, at=_in_a_zone(line.at)) for line in read_statement(content)]
    days = [timezone.localdate(line.at) for line in lines]
    with transaction.atomic():
        facts = {"source": Source.CSV, "name": name[:200], "created_by": by.username}
        statement = Statement.objects.create(start=min(days), end=max(days), **facts)
        Charge.objects.bulk_create([_charge(statement, line) for line in lines], batch_size=500)
        matching.compare(statement)
    log.info("statement imported", statement=statement.key, lines=len(lines), by=by.username)
    return statement


def _in_a_zone(at):
    """A moment without a zone is one in the team's."""
    return at if timezone.is_aware(at) else timezone.make_aware(at)


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
