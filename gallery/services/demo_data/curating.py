"""What a member makes of their pictures: stars, picks and favourites, tags and collections, pictures to work from."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from gallery.catalogue.text.tags import fold_tag
from gallery.models import Collection, Project, Reference, Tag, User
from gallery.models.ratings import Verdict
from gallery.services.demo_data.presses import PROJECTS
from gallery.services.demo_data.samples import Sample

TAGS = ("hero", "client", "night", "series", "print", "web", "draft", "approved", "茶", "bücher", "needs retouching")
COLLECTIONS = ("Spring campaign", "Moodboard", "For the client", "Textures", "Covers", "Poster series", "Packaging")
REFERENCES = ("sketch.jpeg", "label.jpeg", "mood.jpeg")
# Of a hundred pictures so many are judged, tagged, collected.
VERDICTS = (*[Verdict.PICK] * 4, *[Verdict.MAYBE] * 2, *[Verdict.REJECT] * 5)
RATED, TAGGED, COLLECTED = 0.15, 0.12, 0.04


@dataclass(frozen=True)
class Shelves:
    owner: User
    projects: dict[str, int]  # their ids
    tags: list[Tag]
    collections: list[Collection]
    references: list[Reference]


class Opinion(NamedTuple):
    stars: int
    verdict: str
    favourite: bool


def make_shelves(owner: User, samples: Sequence[Sample]) -> Shelves:
    """Return the member's shelves, made where they are missing."""
    return Shelves(
        owner,
        {name: Project.objects.get_or_create(name=name)[0].pk for name in PROJECTS},
        [owner.tags.get_or_create(folded=fold_tag(name), defaults={"name": name})[0] for name in TAGS],
        [owner.collections.get_or_create(name=name, deleted_at=None)[0] for name in COLLECTIONS],
        [_reference(owner, *each) for each in zip(REFERENCES, samples, strict=False)],
    )


def _reference(owner: User, name: str, sample: Sample) -> Reference:
    """Take a sample for a file that somebody gave to work from."""
    facts = {"name": name, "file": sample.file, "thumbnail": sample.thumbnail, "format": "jpeg", "bytes": sample.bytes}
    facts |= {"width": sample.request.width, "height": sample.request.height}
    return owner.references.get_or_create(digest=sample.sha256, defaults=facts)[0]


def draw_opinion(draw: Random) -> Opinion | None:
    """Rate a picture, if it is one of those that are rated."""
    if draw.random() >= RATED:
        return None
    stars, verdict = draw.choice((0, 1, 2, 3, 3, 4, 4, 5)), draw.choice((Verdict.NONE, Verdict.NONE, *VERDICTS))
    return Opinion(stars, verdict.value, draw.random() < 0.1)


def draw_tags(shelves: Shelves, draw: Random) -> list[Tag]:
    """Choose the tags of a picture; most have none."""
    return draw.sample(shelves.tags, draw.choice((1, 1, 2))) if draw.random() < TAGGED else []


def draw_collections(shelves: Shelves, draw: Random) -> list[Collection]:
    """Choose the collection that a picture is put into; most are in none."""
    return [draw.choice(shelves.collections)] if draw.random() < COLLECTED else []
