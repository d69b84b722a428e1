"""The newest pictures of nested rules, walked part by part: nothing is read to its end to show sixty of it.

Of parts that must all hold the one is walked that finds the fewest as a rule, and the others are asked of each picture;
of parts that are alternatives each is walked. Words are walked in the index of the search, several as one query.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from gallery.catalogue.search.queries import both
from gallery.models import Image, User
from gallery.services.collections.smart import AND, Rules, condition
from gallery.services.images.filters import Bound, Filters
from gallery.services.images.walks import Place, every_picture_of, merge
from gallery.services.search.finding import FoundImages

Part = Rules | str
WORDS, ALTERNATIVES, EVERYTHING = 0, 50, 100  # ranks, among those of the filters


@dataclass(frozen=True)
class Stretch:
    """What is asked for: pictures of a member, older than one, at most so many."""

    user: User
    before_id: int | None
    most: int


def newest_ids(rules: Part, stretch: Stretch, rest: Q) -> list[int]:
    """Return the ids of the newest of the member's pictures that the rules find and of which `rest` is true."""
    if isinstance(rules, str):
        return _of_search(Bound(Filters.of(rules), stretch.user), stretch, rest)
    parts = rules["parts"]
    if rules["join"] == AND and parts:
        return _of_all(parts, stretch, rest)
    found = {pk for part in parts for pk in newest_ids(part, stretch, rest)}
    return sorted(found, reverse=True)[: stretch.most]


def _of_all(parts: Sequence[Part], stretch: Stretch, rest: Q) -> list[int]:
    """Pictures of which all parts are true: those of words are one search."""
    user = stretch.user
    bounds = {n: Bound(Filters.of(part), user) for n, part in enumerate(parts) if isinstance(part, str)}
    searches = {n: bound.search() for n, bound in bounds.items() if bound.filters.words}
    if searches:
        for n, part in enumerate(parts):
            rest &= bounds[n].condition_of_filters() if n in searches else condition(part, user)
        return _of_words(
            replace(next(iter(searches.values())), query=both(s.query for s in searches.values())), stretch, rest
        )
    first = min(range(len(parts)), key=lambda n: _rank(parts[n], user))
    for n, part in enumerate(parts):
        rest &= condition(part, user) if n != first else Q()
    return newest_ids(parts[first], stretch, rest)


def _rank(part: Part, user: User) -> int:
    """Say how many pictures a part finds as a rule: the lower, the fewer."""
    if isinstance(part, str):
        constraints = Bound(Filters.of(part), user).constraints
        return constraints[0].rank if constraints else EVERYTHING
    ranks = [_rank(each, user) for each in part["parts"]]
    return (min(ranks) if part["join"] == AND else max(ALTERNATIVES, *ranks)) if ranks else WORDS


def _of_search(bound: Bound, stretch: Stretch, rest: Q) -> list[int]:
    if bound.filters.words:
        return _of_words(bound.search(), stretch, rest & bound.condition_of_filters())
    walks, others = bound.split()
    if any(walk.by_day for walk in walks):  # in another order than that of the page
        walks, others = [every_picture_of(stretch.user)], bound.condition()
    after = None if stretch.before_id is None else Place(stretch.before_id)
    found = merge(walks, others & rest, after=after, oldest=False, limit=stretch.most)
    return list(found.order_by("-id").values_list("id", flat=True)[: stretch.most])


def _of_words(search: FoundImages, stretch: Stretch, rest: Q) -> list[int]:
    rows = Image.objects.of(stretch.user).filter(rest).only("id")
    return [image.pk for image in replace(search, rows=rows).before(stretch.before_id)[: stretch.most]]
