"""What a member makes of their pictures: stars, picks and favourites, tags and collections."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from django.db.models import Model

from gallery.catalogue.text.tags import fold_tag
from gallery.models import Collection, CollectionImage, Image, ImageTag, Project, Rating, Tag, User
from gallery.models.ratings import Verdict
from gallery.services.demo_data.presses import PROJECTS

TAGS = ("hero", "client", "night", "series", "print", "web", "draft", "approved", "茶", "bücher", "needs retouching")
COLLECTIONS = ("Spring campaign", "Moodboard", "For the client", "Textures", "Covers", "Poster series", "Packaging")
# Of a hundred pictures so many are judged, tagged, collected.
VERDICTS = (*[Verdict.PICK] * 4, *[Verdict.MAYBE] * 2, *[Verdict.REJECT] * 5)
RATED, TAGGED, COLLECTED = 0.15, 0.12, 0.04


@dataclass(frozen=True)
class Shelves:
    owner: User
    projects: dict[str, int]  # their ids
    tags: list[Tag]
    collections: list[Collection]


def make_shelves(owner: User) -> Shelves:
    """Return the member's shelves, made where they are missing."""
    return Shelves(
        owner,
        {name: Project.objects.get_or_create(name=name)[0].pk for name in PROJECTS},
        [owner.tags.get_or_create(folded=fold_tag(name), defaults={"name": name})[0] for name in TAGS],
        [owner.collections.get_or_create(name=name, deleted_at=None)[0] for name in COLLECTIONS],
    )


def judge(shelves: Shelves, images: Iterable[Image], draw: Random) -> list[Rating]:
    """Rate some of the pictures; a pick counts on its attempt, which is not written yet."""
    ratings = []
    for image in images:
        if draw.random() < RATED:
            ratings.append(_rating(shelves.owner, image, draw))
            if image.attempt and ratings[-1].verdict == Verdict.PICK:
                image.attempt.picked = True
    return ratings


def _rating(owner: User, image: Image, draw: Random) -> Rating:
    stars, verdict = draw.choice((0, 1, 2, 3, 3, 4, 4, 5)), draw.choice((Verdict.NONE, Verdict.NONE, *VERDICTS))
    favourite = draw.random() < 0.1
    return Rating(
        user=owner, image=image, stars=stars, verdict=verdict, favourite=favourite, changed_at=image.created_at
    )


def sort_in(shelves: Shelves, images: Iterable[Image], draw: Random) -> tuple[list[Model], list[Model]]:
    """Put tags on some of the pictures, and some into collections, the newest first."""
    tags: list[Model] = []
    places: list[Model] = []
    for image in images:
        if draw.random() < TAGGED:
            tags += [ImageTag(tag=tag, image=image) for tag in draw.sample(shelves.tags, draw.choice((1, 1, 2)))]
        if draw.random() < COLLECTED:
            facts = {"image": image, "position": -image.id, "added_by": shelves.owner, "added_at": image.created_at}
            places.append(CollectionImage(collection=draw.choice(shelves.collections), **facts))
    return tags, places
