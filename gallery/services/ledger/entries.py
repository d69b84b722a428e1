"""The sums of what was spent: the entries of the journal are applied to counters, a few at a time.

Every change of an attempt's money leaves an entry (models/costs/ledger_triggers.py). Entries are only ever added,
so nobody waits for anybody when several workers record at the same moment; sums are touched here alone, by whoever
holds the gates' lock. Until then the waiting entries count too: what reads the sums adds them, and is exact at every
moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from gallery.models import Adjustment, Attempt, DailySpend, Image, LedgerEntry, Rating
from gallery.models.costs import ledger_triggers
from gallery.models.costs.adjustments import NO_MEMBER
from gallery.models.costs.ledger import AMOUNTS, DIMENSIONS, terms
from gallery.services.db import side_notes
from gallery.services.db.raw_updates import to_db_value
from gallery.services.db.slices import Pace
from gallery.services.db.transactions import write_transaction
from gallery.services.jobs import gates
from gallery.services.ledger import budget_counters, rollups
from gallery.services.ledger.rollups import Delta, to_delta

MOST_AT_ONCE = 5_000  # entries: so many are held in memory
APPLIED_FIRST = 500  # by themselves, in one slice

ATTEMPTS, ADJUSTMENTS, ENTRIES, DAYS = (
    model._meta.db_table for model in (Attempt, Adjustment, LedgerEntry, DailySpend)
)
PLACE, SUMS = ", ".join(DIMENSIONS), ", ".join(AMOUNTS)
TAKE = (
    f"DELETE FROM {ENTRIES} WHERE id IN (SELECT id FROM {ENTRIES} ORDER BY id LIMIT %s)"  # noqa: S608
    f" RETURNING {PLACE}, {SUMS}"
)
# What was booked by hand, as the sums have it.
PLACE_OF_ADJUSTMENT = PLACE.replace("owner_id", f"COALESCE(owner_id, {NO_MEMBER})")
LESS_ADJUSTED = ", ".join("-micros" if name == "adjusted_micros" else "0" for name in AMOUNTS)
COMPARE = (
    f"SELECT {PLACE}, {', '.join(f'CAST(SUM({name}) AS BIGINT)' for name in AMOUNTS)} FROM ("  # noqa: S608
    f" SELECT {PLACE}, {SUMS} FROM {DAYS} WHERE {{days}}"
    f" UNION ALL SELECT {PLACE}, {SUMS} FROM {ENTRIES} WHERE {{days}}"
    f" UNION ALL SELECT {PLACE}, {', '.join(f'-({term})' for term in terms(ATTEMPTS))} FROM {ATTEMPTS} WHERE {{days}}"
    f" UNION ALL SELECT {PLACE_OF_ADJUSTMENT}, {LESS_ADJUSTED} FROM {ADJUSTMENTS} WHERE {{days}}"
    f") AS kept_less_counted GROUP BY {PLACE} HAVING {' OR '.join(f'SUM({name}) <> 0' for name in AMOUNTS)}"
)
ALL_DAYS, ONE_DAY = COMPARE.format(days="1 = 1"), COMPARE.format(days="day = %s")


def apply_all_entries() -> None:
    """Apply what waits to every counter, in the caller's transaction, which must hold the gates' lock."""
    while _apply_some(MOST_AT_ONCE):
        pass


def _apply_some(most: int) -> bool:
    """Apply so many entries at most; return whether there were any."""
    with connection.cursor() as cursor:
        taken = _take(cursor, most)
    if deltas := _deltas(taken):
        for add in COUNTERS:
            add(deltas)
    return bool(taken)


def _take(cursor: Any, most: int) -> list[tuple[Any, ...]]:
    """Read and remove in one statement: an entry that somebody commits meanwhile waits for the next time."""
    cursor.execute(TAKE, [most])
    taken: list[tuple[Any, ...]] = cursor.fetchall()
    return taken


def apply_entries() -> None:
    """Apply what waits, if anything does, in slices: of a sweep, or after many rows were written."""
    pace = Pace(APPLIED_FIRST)
    while LedgerEntry.objects.exists():
        with pace.slice():
            gates.lock_gates()
            _apply_some(pace.size)


def _deltas(taken: Iterable[tuple[Any, ...]]) -> list[Delta]:
    """Add up entries by their place; what came and went again is left out."""
    sums: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(AMOUNTS))
    for row in taken:
        place = row[: len(DIMENSIONS)]
        sums[place] = [a + b for a, b in zip(sums[place], row[len(DIMENSIONS) :], strict=True)]
    return [to_delta(place, amounts) for place, amounts in sums.items() if any(amounts)]


# Each takes a list of Delta, in the transaction that takes the entries. A counter of its own begins from DailySpend.
COUNTERS = [rollups.add_to_rollups, budget_counters.add_to_counters]


def note_picks(images: Iterable[Image | int]) -> None:
    """Count pictures as picked if somebody picks them, and no longer if nobody does."""
    picked = Exists(Rating.objects.picked().filter(attempt=OuterRef("pk")))
    Attempt.objects.filter(image__in=images).update(picked=picked)


def note_shared(images: Iterable[Image | int]) -> None:
    """Count pictures as shared, for good: a link that is revoked has been of use."""
    Attempt.objects.filter(image__in=images, shared=False).update(shared=True)


def note_downloaded(*attempts: Attempt) -> None:
    """Count what attempts brought as downloaded, for good: whoever has saved a file has a use for it."""
    if new := [each.pk for each in attempts if not each.downloaded]:
        with side_notes.write_if_possible():
            Attempt.objects.filter(pk__in=new, downloaded=False).update(downloaded=True)


def find_differences() -> list[Delta]:
    """Return as Delta by how much the roll-ups, with the waiting entries, are more than the attempts say."""
    return _compare(ALL_DAYS) + rollups.find_rollup_differences()


def _compare(statement: str, *values: Any) -> list[Delta]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # one statement: one moment
        return [to_delta(row[: len(DIMENSIONS)], row[len(DIMENSIONS) :]) for row in cursor.fetchall()]


def rebuild_sums() -> list[Delta]:
    """Count anew what is not as the attempts say, a day at a time; return what differed.

    Killed in between it has put right what it got to; twice at once does no harm, each looks again under the lock.
    """
    with consistent_read():
        differed = find_differences()
    pace = Pace()
    for day in sorted({delta.day for delta in differed}):
        with pace.slice(), frozen():
            rollups.subtract_from_days(_compare(ONE_DAY, *4 * [to_db_value(DailySpend, "day", day)]))
    for month in sorted({delta.day.replace(day=1) for delta in differed}):
        with pace.slice(), frozen():
            rollups.correct_coarse_rollups(month)
    for budget in budget_counters.counted_budgets():
        with pace.slice(), frozen():
            budget_counters.start_counter(budget)
    return differed


@contextmanager
def consistent_read() -> Iterator[None]:
    """Read everything as it stands at one moment; everybody may write meanwhile."""
    if connection.in_atomic_block:
        yield
        return
    database: Any = connection  # only that of SQLite has a mode
    mode = getattr(database, "transaction_mode", None)
    try:
        if mode:
            database.transaction_mode = "DEFERRED"  # a reader of SQLite's log needs no lock
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if mode:
            database.transaction_mode = mode


@contextmanager
def frozen() -> Iterator[None]:
    """Open a transaction in which nobody claims or records."""
    with write_transaction(), connection.cursor() as cursor:
        gates.lock_gates()
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {ATTEMPTS} IN SHARE MODE")
        yield


def before_migrate(*, using: str, plan: Sequence[object], **_: object) -> None:
    """Let a migration change the tables that the journal's triggers stand on."""
    if plan:
        ledger_triggers.remove(using=using)


def after_migrate(*, using: str, **_: object) -> None:
    """Put the triggers back. While they were away a worker may have recorded something: then all is counted anew."""
    if ledger_triggers.install(using=using) and Attempt.objects.exists():
        rebuild_sums()
