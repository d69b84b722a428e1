"""What a picture was made from, and what was made from it: small pictures both ways, and the whole family."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from gallery.models import Image, Job, JobReference, Reference, User
from gallery.models.images import ImageQuerySet

MOST_OF_FAMILY = 200  # pictures that one page draws


@dataclass(frozen=True)
class Input:
    """A picture that went in, by its place. `reference` is None where it was deleted: its name is left.

    `parts`: the two that it was joined from.
    """

    number: int
    name: str
    reference: Reference | None = None
    parts: tuple[Reference, ...] = ()

    @property
    def pictures(self) -> tuple[Reference, ...]:
        """What a person knows it by: the halves of a joined one, else itself; nothing of a deleted one."""
        return pictures_of(self.reference)

    @property
    def is_deleted(self) -> bool:
        """Whether there is nothing to show of it, or it is a picture that lies in the trash, or was joined from one."""
        shown = (self.reference, *self.pictures) if self.reference else ()
        return not shown or any(each.image and each.image.trashed_at for each in shown if each)


@dataclass
class Relative:
    """A picture of a family, and what was made from it."""

    image: Image
    made: list["Relative"] = field(default_factory=list)
    again: bool = False  # it stands in the tree already, made from another


def inputs_of(job: Job) -> list[Input]:
    """Return what went into a job, in the order in which it was sent."""
    related = ("reference__image", "reference__left__image", "reference__right__image")
    rows = JobReference.objects.filter(job=job).select_related(*related).order_by("position")
    return [Input(row.position + 1, row.name, row.reference, _parts(row.reference)) for row in rows]


def inputs_by_job(job_ids: Iterable[int]) -> dict[int, list[Reference]]:
    """Return for each job the pictures that went in, as far as they are still there; of joined ones both halves."""
    rows = JobReference.objects.filter(job__in=list(job_ids)).exclude(reference=None)
    rows = rows.select_related("reference__left", "reference__right").order_by("job", "position")
    found: dict[int, list[Reference]] = {}
    for row in rows:
        found.setdefault(row.job_id, []).extend(pictures_of(row.reference))
    return found


def pictures_of(reference: Reference | None) -> tuple[Reference, ...]:
    """Return the halves of a joined reference, else itself; nothing of one that was deleted."""
    return _parts(reference) or ((reference,) if reference else ())


def _parts(reference: Reference | None) -> tuple[Reference, ...]:
    return tuple(each for each in (reference.left, reference.right) if each) if reference else ()


def images_made_from(image: Image, *, user: User) -> ImageQuerySet:
    """Return the user's pictures that this one went into, alone, with others, or as half of a joined one."""
    return Image.objects.of(user).filter(job__inputs__reference__in=_references_of([image.pk])).distinct()


def _references_of(image_ids: Iterable[int]) -> QuerySet[Reference]:
    """Return what was sent of these pictures: each itself, and those that it is a half of."""
    ids = list(image_ids)
    return Reference.objects.filter(Q(image__in=ids) | Q(left__image__in=ids) | Q(right__image__in=ids))


def find_family(image: Image, *, user: User) -> list[Relative]:
    """Return the trees in which a picture stands, from the first ancestors down: the user's own pictures only."""
    return _grow(_find_roots(image, user), user)


def _find_roots(image: Image, user: User) -> list[Image]:
    """Go up to the pictures that were made from none, or whose inputs are not there any more."""
    level, seen, roots = [image], {image.pk}, []
    while level:
        parents = _parents_by_child(level, user)
        roots += [each for each in level if not parents.get(each.pk)]
        found = {parent.pk: parent for each in parents.values() for parent in each}
        level = [parent for pk, parent in found.items() if pk not in seen]
        seen |= found.keys()
    return roots


def _parents_by_child(images: list[Image], user: User) -> dict[int, list[Image]]:
    jobs = {image.job_id: image.pk for image in images if image.job_id}
    rows = JobReference.objects.filter(job__in=jobs).select_related(
        "reference__image", "reference__left__image", "reference__right__image"
    )
    found: dict[int, list[Image]] = {}
    for row in rows:
        for reference in pictures_of(row.reference):
            if reference.image and reference.image.owner_id == user.pk:
                found.setdefault(jobs[row.job_id], []).append(reference.image)
    return found


def _grow(roots: list[Image], user: User) -> list[Relative]:
    """Add what was made, generation by generation; what was made from several stands in full under the first."""
    trees = [Relative(each) for each in roots]
    level = {each.image.pk: each for each in trees}
    known = dict(level)
    while level and len(known) < MOST_OF_FAMILY:
        following: dict[int, Relative] = {}
        for parent_id, child in _children(list(level), user):
            again = child.pk in known
            relative = Relative(child, again=again)
            level[parent_id].made.append(relative)
            if not again:
                known[child.pk] = following[child.pk] = relative
        level = following
    return trees


def _children(parents: list[int], user: User) -> list[tuple[int, Image]]:
    """Return (id of a parent, picture made from it), the oldest first; one that has several parents, for each."""
    by_reference: dict[int, set[int]] = {}
    for pk, *halves in _references_of(parents).values_list("pk", "image", "left__image", "right__image"):
        by_reference[pk] = {each for each in halves if each in parents}
    rows = JobReference.objects.filter(reference__in=by_reference, job__images__owner=user)
    pairs = rows.order_by("job__images").values_list("reference_id", "job__images")
    ids = list(dict.fromkeys((parent, image) for reference, image in pairs for parent in by_reference[reference]))
    images = Image.objects.filter(pk__in={image for _, image in ids}).for_tiles().in_bulk()
    return [(parent, images[image]) for parent, image in ids]
