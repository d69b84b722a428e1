"""Which pictures a gallery shows, and in which order: read from an address, written back to it, put to the database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from gallery.catalogue.problems import InvalidValue, shown
from gallery.catalogue.search.documents import model_facet, owner_facet, project_facet, shape_facet, tag_facet
from gallery.models import Image, User
from gallery.models.images import ImageQuerySet, shown_to_team
from gallery.services.images import kinds
from gallery.services.images.kinds import BY_NAME, KINDS, Kind
from gallery.services.images.walks import Walk, any_of, every_picture_of, shown_pictures_of
from gallery.services.search.finding import FoundImages, find_images, found_condition

SORTS = {"": "Newest first", "oldest": "Oldest first", "best": "Best rated first", "near": "Nearest first"}
NEAR = ("like", "colour")  # what a picture can be near to
MOST_VALUES = 40  # of one filter
FACETS: Mapping[str, Any] = {"model": model_facet, "shape": shape_facet, "project": project_facet, "tag": tag_facet}
_ENDS = ("from", "to")  # of a stretch of days


class Chip(NamedTuple):
    """One filter as it is shown. `without`: the others, without it; `gone`: what it names is not there."""

    label: str
    words: str
    without: "Filters"
    gone: bool = False


@dataclass(frozen=True)
class Filters:
    """Values by filter, as an address writes them: those of one filter are alternatives, and all filters must hold."""

    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    words: str = ""  # what is searched for
    sort: str = ""
    fold: bool = False  # seeds of one recipe are one tile
    problems: tuple[str, ...] = ()  # what was written and means nothing: it is left out

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Read what an address asks for."""
        problems: list[str] = []
        values = tuple((kind.name, found) for kind in KINDS if (found := _read(kind, query, problems)))
        sort = query.get("sort", "")
        if sort not in SORTS:
            problems.append(f"{shown(sort)} is no order.")
            sort = ""
        filters = cls(values, query.get("q", "").strip(), sort, query.get("fold") == "1", tuple(problems))
        return filters if sort in filters.sorts else filters.sorted_by("")

    @classmethod
    def of(cls, query: str) -> Self:
        """Read what was kept: the query of an address."""
        return cls.read(QueryDict(query))

    def __bool__(self) -> bool:
        return bool(self.values or self.words)

    def wanted(self, name: str) -> tuple[str, ...]:
        return dict(self.values).get(name, ())

    @cached_property
    def query(self) -> str:
        """Write it for an address, always in the same order; of all pictures, newest first, nothing."""
        return urlencode([*([("q", self.words)] if self.words else []), *self.pairs()], safe=":")

    def pairs(self) -> list[tuple[str, str]]:
        """Return every (name, value) but the words, as fields of a form hold them."""
        shown = [("sort", self.sort), ("fold", "1" if self.fold else "")]
        return [*((name, value) for name, values in self.values for value in values), *filter(itemgetter(1), shown)]

    def without(self, name: str, value: str | None = None) -> Self:
        """Take one value off, or a whole filter."""
        kept = ((each, tuple(v for v in vs if each != name or v != value)) for each, vs in self.values)
        return replace(
            self, values=tuple((each, vs) for each, vs in kept if vs and not (each == name and value is None))
        )

    def only(self, name: str, value: str) -> Self:
        """Ask for this too, and show all that is found, newest first, whatever the words are."""
        kept = self.without(name).values
        return replace(self, values=(*kept, (name, (value,))), words="", sort="", fold=False)

    @property
    def sorts(self) -> dict[str, str]:
        """Return the orders that there are for these, each with its words. The nearest are found among one's own."""
        is_near = any(self.wanted(name) for name in NEAR) and not self.wanted("owner")
        return {sort: words for sort, words in SORTS.items() if is_near or sort != "near"}

    def without_words(self) -> Self:
        return replace(self, words="")

    def sorted_by(self, sort: str) -> Self:
        return replace(self, sort=sort)

    def narrow(self, rows: ImageQuerySet, user: User) -> ImageQuerySet:
        """Leave of these pictures those that are meant by this member, in the order that they have."""
        return rows.filter(Bound(self, user).condition())


def _read(kind: Kind, query: QueryDict, problems: list[str]) -> tuple[str, ...]:
    """Return the values of one filter, each once."""
    found: dict[str, None] = {}
    for text in _typed(kind, query):
        try:
            found[kind.read(text)] = None
        except InvalidValue as invalid:
            problems.append(invalid.problem.message)
    values = tuple(found)
    if len(values) > MOST_VALUES:
        problems.append(f"Only {MOST_VALUES} values of one filter are looked for at once.")
    return values[-1:] if kind.once else values[:MOST_VALUES]


def _typed(kind: Kind, query: QueryDict) -> Iterator[str]:
    for typed in query.getlist(kind.name)[: 2 * MOST_VALUES]:
        parts = typed.replace(",", " ").split() if kind.splits else [typed.strip()]
        yield from filter(None, parts[: 2 * MOST_VALUES])


class _Constraint(NamedTuple):
    rank: int
    walks: list[Walk]


@dataclass(frozen=True)
class Bound:
    """Filters as one member means them: what they name is looked up once."""

    filters: Filters
    user: User

    @cached_property
    def named(self) -> Mapping[str, Mapping[str, Any]]:
        """Return {filter: {key: row}} of what the values name."""
        found = {}
        for name, values in self.filters.values:
            if named := (kind := BY_NAME[name]).named:
                rows = named(self.user).filter(**{f"{kind.key}__in": values})
                found[name] = {getattr(row, kind.key): row for row in rows}
        return found

    def chips(self) -> list[Chip]:
        return [self._chip(BY_NAME[name], value) for name, values in self.filters.values for value in values]

    def _chip(self, kind: Kind, value: str) -> Chip:
        others = self.filters.without(kind.name, value)
        if kind.named is None:
            return Chip(kind.label, kind.words(value), others)
        row = self.named[kind.name].get(value)
        return Chip(kind.label, getattr(row, "opening", "") or str(row) if row else "gone", others, gone=row is None)

    @cached_property
    def constraints(self) -> list[_Constraint]:
        """Return what must hold, the filter first that leaves the fewest pictures as a rule."""
        found = [self._constraint(name, values) for name, values in self.filters.values if name not in _ENDS]
        if ends := self._ends():
            found.append(_Constraint(BY_NAME["from"].rank, ends))
        return sorted(found, key=lambda constraint: constraint.rank)

    def _constraint(self, name: str, values: tuple[str, ...]) -> _Constraint:
        kind = BY_NAME[name]
        whose = self._whose(kind)
        meant = self._meant(name, values) if whose else []
        return _Constraint(kind.rank, [walk for value in meant for walk in kind.walks(value, whose)])

    def _whose(self, kind: Kind) -> Any:
        """Return the member whose pictures a filter means, or whose opinion; None: it finds nothing."""
        return self.user

    @property
    def owner(self) -> User | None:
        """Whose pictures are meant."""
        return self.user

    def _base(self) -> Q:
        """Say what holds of every picture."""
        return every_picture_of(self.user).where

    def _meant(self, name: str, values: tuple[str, ...]) -> list[Any]:
        """Return the values, or the ids of the rows that they name and that are there."""
        if BY_NAME[name].named is None:
            return list(values)
        rows = self.named[name]
        return [rows[value].pk for value in values if value in rows]

    def _ends(self) -> list[Walk]:
        """Return the days from one to another as one walk."""
        first, last = (next(map(date.fromisoformat, self.filters.wanted(name)), None) for name in _ENDS)
        whose = self._whose(BY_NAME["from"])
        return list(kinds.days(first, last, whose)) if whose and (first or last) else []

    def condition(self) -> Q:
        """Say all of it of a picture, the words too."""
        return self.condition_of_filters() & self._found()

    def condition_of_filters(self) -> Q:
        """Say all of it but the words."""
        return _all(self.constraints)

    def _found(self) -> Q:
        return found_condition(self.filters.words, facets=self.facets()) if self.filters.words else Q()

    def facets(self) -> list[str]:
        """Say again to the search what is filtered by, so that it looks at no others: the filters of one value."""
        single = [(name, self._meant(name, values)) for name, values in self.filters.values if len(values) == 1]
        found = [FACETS[name](meant[0]) for name, meant in single if name in FACETS and meant]
        return [owner_facet(self.user.pk), *found]

    def search(self) -> FoundImages:
        """Return my pictures that are found by the words and pass the filters, newest first."""
        rows = Image.objects.of(self.user).filter(self.condition_of_filters()).for_tiles().with_rating_of(self.user)
        return find_images(rows, self.filters.words, facets=self.facets())

    def split(self) -> tuple[list[Walk], Q]:
        """Return the walks that give the pictures, and what must hold of each picture beside, but for the words."""
        if self.filters.sort == "best":
            walks = [walk for walk in kinds.stars_from("1", self.user) if self._wants(walk.stars)]
            others = [each for each in self.constraints if not each.walks or not each.walks[0].stars]
            return walks, self._base() & _all(others)
        if not self.constraints:
            return [every_picture_of(self.user)], Q()
        first, *others = self.constraints
        return first.walks, self._base() & _all(others)

    def _wants(self, stars: int) -> bool:
        exact, least = self.filters.wanted("stars"), self.filters.wanted("stars_from")
        return (not exact or str(stars) in exact) and (not least or stars >= int(least[0]))


class ShownBound(Bound):
    """The same of what another member shows to the team, for pages that only look: elsewhere it finds nothing."""

    @cached_property
    def owner(self) -> User | None:
        """Return the one whom the address names; None if nothing of theirs may be seen."""
        asked = self.filters.wanted("owner")
        found: User | None = self.named["owner"].get(asked[0]) if asked else None
        return found

    @cached_property
    def constraints(self) -> list[_Constraint]:
        return [each for each in super().constraints if each.rank != BY_NAME["owner"].rank]

    def _whose(self, kind: Kind) -> Any:
        return self.user if kind.my else None if kind.private else self.owner

    def _base(self) -> Q:
        return every_picture_of(self.owner).where & shown_to_team() if self.owner else Q(pk__in=())

    def condition_of_filters(self) -> Q:
        return super().condition_of_filters() & self._base()

    def split(self) -> tuple[list[Walk], Q]:
        """Of all that somebody has, few may be seen: these are walked, whatever they are filtered by."""
        if self.filters.sort == "best":
            return super().split()
        return shown_pictures_of(self.owner) if self.owner else [], self._base() & _all(self.constraints)


def bind_to_look(filters: Filters, user: User) -> Bound:
    """Bind filters for a page that only looks: one's own pictures, or those that somebody else shows."""
    return (ShownBound if filters.wanted("owner") not in ((), (user.username,)) else Bound)(filters, user)


def _all(constraints: Any) -> Q:
    found = Q()
    for constraint in constraints:
        found &= any_of(constraint.walks)
    return found
