"""The index on SQLite: an FTS5 table over the texts, which it reads from their own table when a row goes."""

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.db.models.expressions import RawSQL

from gallery.catalogue.search.documents import MARK, as_indexed
from gallery.catalogue.search.matching import matches
from gallery.catalogue.search.queries import And, Constant, Not, Or, Phrase, Query, has_short_prefix, without_facets
from gallery.models import ImageText
from gallery.services.db.raw_updates import placeholders
from gallery.services.db.slices import Pace
from gallery.services.db.statements import execute_statement, read_column
from gallery.services.db.transactions import write_transaction

TABLE, NEXT, TEXTS = "gallery_search", "gallery_search_next", ImageText._meta.db_table
MAKE = (
    "CREATE VIRTUAL TABLE {} USING fts5("
    f"text, content='{TEXTS}', content_rowid='image_id', tokenize=\"ascii tokenchars '_+-.:'\")"
)
MOST = 4_000  # ids that are asked for at once
PROBED = 500  # ids: words that find fewer are rare
WALKED = (250, 750)  # texts that are read where so many pictures are found that a page of them is among these
LEAST_PAGES, MOST_PAGES = 16, 1_024  # of the index, 4 KB each, that one slice merges
MATCH = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s"  # noqa: S608  a name of ours


def take_turn() -> None:
    """Writers are alone on SQLite."""


def forget_rows(image_ids: Sequence[int]) -> None:
    """Take rows out of the index, before their texts change or go: what goes is read from there."""
    for table in _tables():
        if there := _ids_in(table, image_ids):
            execute_statement(f"DELETE FROM {table} WHERE rowid IN ({placeholders(there)})", there)  # noqa: S608


def forget_all() -> None:
    """Empty the index, whose texts are gone."""
    for table in _tables():
        execute_statement(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")  # noqa: S608


def add_rows(image_ids: Sequence[int]) -> None:
    """Put rows into the index, once their texts are written."""
    for table in _tables():
        _add(table, image_ids)


def _add(table: str, image_ids: Sequence[int]) -> None:
    if image_ids:
        ids = placeholders(image_ids)
        text = f"SELECT image_id, text FROM {TEXTS} WHERE image_id IN ({ids}) ORDER BY image_id"  # noqa: S608
        execute_statement(f"INSERT INTO {table} (rowid, text) {text}", image_ids)


def _tables() -> list[str]:
    """Return the index, and the one that is to take its place if one is being built."""
    return read_column("SELECT name FROM sqlite_master WHERE name IN (%s, %s)", [TABLE, NEXT])


def _ids_in(table: str, image_ids: Sequence[int]) -> list[int]:
    """Return those of the ids that an index holds: to take out another would damage it."""
    if not image_ids:
        return []
    return read_column(f"SELECT id FROM {table}_docsize WHERE id IN ({placeholders(image_ids)})", image_ids)  # noqa: S608


def find_batches(query: Query, *, beyond: int | None, first: int, oldest: bool = False) -> Iterator[list[int]]:
    """Give the ids that are found beyond one, newest or oldest first, `first` of them and then more at a time.

    Of rare words also those that lack a facet: the rows are asked for what the facets say anyway.
    """
    size = first
    way, order = (">", "ASC") if oldest else ("<", "DESC")
    if (words := without_facets(query)) != query and not has_short_prefix(query):
        # A facet that all pictures have is looked up at each step: rare words are found sooner without.
        ids = read_column(
            f"{MATCH} {_beyond(way, beyond)} ORDER BY rowid {order} LIMIT {PROBED}", _asked(words, beyond)
        )
        if len(ids) < PROBED:
            yield ids
            return
    if has_short_prefix(query):
        for most in WALKED:
            ids, beyond = _walk(query, beyond, way=way, order=order, most=most)
            yield ids
    while True:
        ids = read_column(f"{MATCH} {_beyond(way, beyond)} ORDER BY rowid {order} LIMIT {size}", _asked(query, beyond))
        yield ids
        if len(ids) < size:
            return
        beyond, size = ids[-1], min(size * 4, MOST)


def _beyond(way: str, beyond: int | None) -> str:
    return "" if beyond is None else f"AND rowid {way} %s"


def _asked(query: Query, beyond: int | None) -> list[str | int]:
    return [write_query(query), *([] if beyond is None else [beyond])]


def _walk(query: Query, beyond: int | None, *, way: str, order: str, most: int) -> tuple[list[int], int | None]:
    """Return what is found among the texts next to an id, and down or up to which id that is."""
    where, values = ("", []) if beyond is None else (f"WHERE image_id {way} %s", [beyond])
    texts = f"SELECT image_id, text FROM {TEXTS} {where} ORDER BY image_id {order} LIMIT {most}"  # noqa: S608
    rows = execute_statement(texts, values)
    return [pk for pk, text in rows if matches(query, text)], rows[-1][0] if rows else beyond


def condition(query: Query) -> Q:
    return Q(id__in=RawSQL(MATCH, [write_query(query)]))  # noqa: S611  values are passed apart


def write_query(query: Query) -> str:
    """Write a query in FTS5's own language, where NOT stands between two only."""
    if isinstance(query, Phrase):
        words = " ".join(as_indexed(query).words)
        return f'"{words}"{" *" if query.prefix else ""}'
    if isinstance(query, And):
        return _write_all(query.parts)
    if isinstance(query, Or):
        return "(" + " OR ".join(map(write_query, query.parts)) + ")"
    if isinstance(query, Not):
        return _write_all((query,))
    assert isinstance(query, Constant)
    return f'"{MARK}"' if query.value else f'("{MARK}" NOT "{MARK}")'


def _write_all(parts: Sequence[Query]) -> str:
    wanted = [write_query(part) for part in parts if not isinstance(part, Not)] or [f'"{MARK}"']
    unwanted = [write_query(part.part) for part in parts if isinstance(part, Not)]
    written = " AND ".join(wanted)
    return f"(({written}) NOT ({' OR '.join(unwanted)}))" if unwanted else f"({written})"


def merge() -> None:
    """Write the index into one piece, without what is dead, a slice at a time."""
    pace, pages = Pace(), -LEAST_PAGES  # below zero: begin anew with all pieces
    while True:
        pace.size = abs(pages)
        with pace.slice():
            worked = _merge_pages(pages)
        if not worked:
            return
        pages = max(LEAST_PAGES, min(pace.size, MOST_PAGES))


def _merge_pages(pages: int) -> bool:
    """Return whether there was anything to merge: FTS5 tells it by the rows that it changed."""
    before = _total_changes()
    execute_statement(f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('merge', %s)", [pages])  # noqa: S608
    return _total_changes() - before >= 2


def _total_changes() -> int:
    [changes] = read_column("SELECT total_changes()")
    return int(changes)


def begin_rebuild() -> None:
    """Begin an index that takes the place of this one once it is full. What changes meanwhile is written to both."""
    with write_transaction():
        execute_statement(f"DROP TABLE IF EXISTS {NEXT}")
        execute_statement(MAKE.format(NEXT))


def rebuild_rows(image_ids: Sequence[int]) -> None:
    """Put rows into the next index, unless a change has done so."""
    there = set(_ids_in(NEXT, image_ids))
    _add(NEXT, [pk for pk in image_ids if pk not in there])


def end_rebuild() -> None:
    with write_transaction():
        execute_statement(f"DROP TABLE IF EXISTS {TABLE}")
        execute_statement(f"ALTER TABLE {NEXT} RENAME TO {TABLE}")
