"""What is looked for, as a tree. Everything and nothing are roots only: `both`, `either`, `negation` see to that."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

SHORT_PREFIX = 2  # letters


@dataclass(frozen=True)
class Phrase:
    """Words that stand one behind the other; with `prefix`, the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True)
class And:
    parts: tuple["Query", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Query", ...]


@dataclass(frozen=True)
class Not:
    part: "Query"


@dataclass(frozen=True)
class Constant:
    """What every text holds, or none."""

    value: bool


Query: TypeAlias = Phrase | And | Or | Not | Constant
EVERYTHING, NOTHING = Constant(True), Constant(False)


def both(parts: Iterable[Query]) -> Query:
    """All of these must hold."""
    found = list(dict.fromkeys(_flat(parts, And)))
    if NOTHING in found:
        return NOTHING
    found = [part for part in found if part != EVERYTHING]
    return And(tuple(found)) if len(found) > 1 else found[0] if found else EVERYTHING


def either(parts: Iterable[Query]) -> Query:
    """One of these must hold."""
    found = list(dict.fromkeys(_flat(parts, Or)))
    if EVERYTHING in found:
        return EVERYTHING
    found = [part for part in found if part != NOTHING]
    return Or(tuple(found)) if len(found) > 1 else found[0] if found else NOTHING


def negation(part: Query) -> Query:
    if isinstance(part, Constant):
        return Constant(not part.value)
    return part.part if isinstance(part, Not) else Not(part)


def with_facets(query: Query, facets: Iterable[str]) -> Query:
    """Ask for these facets too."""
    return both([*(Phrase((facet,)) for facet in facets), query])


def without_facets(query: Query) -> Query:
    """Leave what was typed; of nothing but facets, all of them."""
    if not isinstance(query, And):
        return query
    typed = both(part for part in query.parts if not _is_facet(part))
    return query if typed == EVERYTHING else typed


def _is_facet(part: Query) -> bool:
    return isinstance(part, Phrase) and part.words[0].startswith("_")


def _flat(parts: Iterable[Query], kind: type[And] | type[Or]) -> Iterator[Query]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def has_short_prefix(query: Query) -> bool:
    """Say whether it asks for a beginning that so many words have that an index is slower than looking at texts."""
    return any(phrase.prefix and len(phrase.words[-1]) <= SHORT_PREFIX for phrase in phrases_in(query))


def phrases_in(query: Query) -> Iterator[Phrase]:
    """Give every phrase of a query, wherever it stands."""
    if isinstance(query, Phrase):
        yield query
    elif isinstance(query, And | Or):
        for part in query.parts:
            yield from phrases_in(part)
    elif isinstance(query, Not):
        yield from phrases_in(query.part)
