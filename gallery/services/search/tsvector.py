"""The index on PostgreSQL: a column that the database makes of each text, tokens with their places, under a GIN index.

GIN knows no order: of a common word it would bring a million pictures to show sixty. So each row has tokens that say in
which stretch of ids it lies, and the newest are looked through first, in stretches eight times as long each time.
"""

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from gallery.catalogue.search.documents import as_indexed
from gallery.catalogue.search.queries import And, Constant, Not, Or, Phrase, Query, has_short_prefix
from gallery.models import ImageText
from gallery.services.db.statements import execute_statement, read_column

TEXTS, INDEX = ImageText._meta.db_table, "gallery_search"
SHIFTS = (8, 11, 14, 17)  # stretches of 256, 2,048, 16,384 and 131,072 ids, as the column has them
STRETCHES = 4  # of one length that are looked through at once
WALKED = 2_000  # pictures
MOST_FETCHED = 3_000  # rows; where no more are to be expected, all are read at once
ENOUGH = 4_096  # ids that tell what is to be expected: pictures of one run lie side by side
TURN = 7_263_016_016  # of the lock that writers of the index take one after the other
FOUND = f"SELECT image_id FROM {TEXTS} WHERE tokens @@ %s::tsquery"  # noqa: S608  names of ours


def take_turn() -> None:
    """Wait for whoever writes texts: two at once could each put an older text over a newer one."""
    execute_statement(f"SELECT 1 FROM pg_advisory_xact_lock({TURN})")  # noqa: S608  a number of ours


def forget_rows(image_ids: Sequence[int]) -> None:
    """The database does it."""


def forget_all() -> None:
    """Its texts took their places in the index along."""


def add_rows(image_ids: Sequence[int]) -> None:
    """The database does it."""


def find_batches(query: Query, *, beyond: int | None, first: int, oldest: bool = False) -> Iterator[list[int]]:
    """Give the ids that are found beyond one, newest or oldest first, those of one stretch of ids at a time."""
    if oldest:
        yield from _find_oldest(_write_query(query), _end("min") - 1 if beyond is None else beyond)
        return
    written, upper = _write_query(query), _end("max") + 1 if beyond is None else beyond
    if has_short_prefix(query):
        ids, upper = _walk(written, upper)
        yield ids
    else:
        for shift in SHIFTS:
            ids, lower = _look_through(written, upper, shift)
            yield ids
            looked_at, upper = upper - lower, lower
            if not upper or ((len(ids) + 1) * upper <= MOST_FETCHED * looked_at and looked_at >= ENOUGH):
                break
    if upper:
        yield _found(written, upper)


def _look_through(written: str, upper: int, shift: int) -> tuple[list[int], int]:
    """Return what is found in some stretches below an id, and the id down to which they reach."""
    newest = (upper - 1) >> shift
    numbers = range(max(0, newest - STRETCHES + 1), newest + 1)
    return _found(f"({written}) & ({_windows(shift, numbers)})", upper), min(upper, numbers.start << shift)


def _windows(shift: int, numbers: range) -> str:
    return " | ".join(f"'_w{shift}_{number}'" for number in numbers)


def _find_oldest(written: str, lower: int) -> Iterator[list[int]]:
    """The same from the other end: what lies above an id."""
    newest = _end("max")
    for shift in SHIFTS:
        numbers = range((lower + 1) >> shift, ((lower + 1) >> shift) + STRETCHES)
        ids = _found(f"({written}) & ({_windows(shift, numbers)})", lower, oldest=True)
        yield ids
        looked_at, lower = (numbers.stop << shift) - 1 - lower, (numbers.stop << shift) - 1
        left = newest - lower
        if left <= 0 or ((len(ids) + 1) * left <= MOST_FETCHED * looked_at and looked_at >= ENOUGH):
            break
    if newest > lower:
        yield _found(written, lower, oldest=True)


def _end(which: str) -> int:
    """Return the least or the greatest id: `min` or `max`."""
    [found] = read_column(f"SELECT coalesce({which}(image_id), 0) FROM {TEXTS}")  # noqa: S608
    return int(found)


def _walk(written: str, upper: int) -> tuple[list[int], int]:
    """Return what is found among the newest below an id, and down to which id that is."""
    newest = f"SELECT image_id, tokens FROM {TEXTS} WHERE image_id < %s ORDER BY image_id DESC LIMIT {WALKED}"  # noqa: S608
    found = f"SELECT image_id FROM newest WHERE tokens @@ %s::tsquery ORDER BY image_id DESC"  # noqa: F541
    lowest = "SELECT coalesce(min(image_id), 0) FROM newest"
    ids = read_column(f"WITH newest AS MATERIALIZED ({newest}) ({lowest}) UNION ALL ({found})", [upper, written])
    return ids[1:], ids[0]


def _found(written: str, beyond: int, *, oldest: bool = False) -> list[int]:
    """Read them all by the GIN index, then put them in order: asked at once, the planner would walk the whole table."""
    way, order = (">", "ASC") if oldest else ("<", "DESC")
    in_order = f"SELECT image_id FROM found WHERE image_id {way} %s ORDER BY image_id {order}"  # noqa: S608
    return read_column(f"WITH found AS MATERIALIZED ({FOUND}) {in_order}", [written, beyond])


def condition(query: Query) -> Q:
    if isinstance(query, Constant):
        return Q() if query.value else Q(pk__in=[])
    return Q(id__in=RawSQL(FOUND, [_write_query(query)]))  # noqa: S611  values are passed apart


def _write_query(query: Query) -> str:
    """Write a query as a tsquery, whose parser is not asked to part words."""
    if isinstance(query, Phrase):
        words = " <-> ".join(f"'{word}'" for word in as_indexed(query).words)
        return f"({words}{':*' if query.prefix else ''})"
    if isinstance(query, Not):
        return f"!{_write_query(query.part)}"
    assert isinstance(query, And | Or)
    return "(" + (" & " if isinstance(query, And) else " | ").join(map(_write_query, query.parts)) + ")"


def merge() -> None:
    """Take what is dead out of the index, and tell the planner how common words are."""
    if not connection.in_atomic_block:
        execute_statement(f"VACUUM (ANALYZE) {TEXTS}")


def begin_rebuild() -> None:
    """The index that is there serves until the next is full."""


def rebuild_rows(image_ids: Sequence[int]) -> None:
    """The database does it."""


def end_rebuild() -> None:
    if not connection.in_atomic_block:
        execute_statement(f"REINDEX INDEX CONCURRENTLY {INDEX}")
