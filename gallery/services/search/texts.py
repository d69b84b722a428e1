"""Which text each picture has: what is read of it, its tags, its collections and its project."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Left

from gallery.catalogue.search import documents
from gallery.models import CollectionImage, Image, ImageTag
from gallery.models.collections import TeamUse
from gallery.models.images import Origin

PROMPT_CHARACTERS = 20_000  # of a prompt are looked through; a slice of long ones must not hold the lock for a second

_Label = tuple[int, str, str]  # image id, facet, name


def read_texts(image_ids: Sequence[int]) -> dict[int, str]:
    """Return the texts of these pictures, but of those that lie in the trash or are gone."""
    labels = _read_labels(image_ids)
    columns = ("id", "owner_id", "model", "shape", "origin", "name", "project_id", "project__name", "opening")
    opening = Left("job__prompt", PROMPT_CHARACTERS)
    rows = Image.objects.kept().filter(id__in=image_ids).annotate(opening=opening).values_list(*columns)
    return {row[0]: compose_row(row, labels[row[0]]) for row in rows}


def compose_row(row: tuple, labels: list[tuple[str, str]]) -> str:  # type: ignore[type-arg]  # see the columns above
    """Compose the text of one picture of what was read of it. `labels`: (facet, name) of its tags and collections."""
    _, owner_id, model, shape, origin, name, project_id, project, prompt = row
    facets = [documents.owner_facet(owner_id)]
    facets += [documents.model_facet(model)] if model else []
    facets += [documents.shape_facet(shape)] if shape else []
    facets += [documents.UPLOAD_FACET] if origin == Origin.UPLOAD else []
    facets += [documents.project_facet(project_id)] if project_id else []
    facets += [facet for facet, _ in labels]
    return documents.compose_text((name, project or "", *(label for _, label in labels), prompt or ""), facets=facets)


def _read_labels(image_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return {image id: [(facet, name), ...]}."""
    names: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for image_id, facet, name in chain(_tags(image_ids), _collections(image_ids)):
        names[image_id].append((facet, name))
    return names


def _tags(image_ids: Sequence[int]) -> Iterator[_Label]:
    """The owner's own: what others call a picture is theirs. One that was deleted may be put back: its facet stays."""
    rows = ImageTag.objects.filter(image__in=image_ids, tag__owner=F("image__owner")).order_by("tag_id")
    for image_id, tag_id, name, deleted_at in rows.values_list("image_id", "tag_id", "tag__name", "tag__deleted_at"):
        yield image_id, documents.tag_facet(tag_id), "" if deleted_at else name


def _collections(image_ids: Sequence[int]) -> Iterator[_Label]:
    """With the names of those that the owner of the picture may see: another's private one is nobody's business."""
    is_seen = Q(collection__owner=F("image__owner")) | ~Q(collection__team=TeamUse.NOTHING)
    rows = CollectionImage.objects.filter(image__in=image_ids).order_by("collection_id")
    label = Case(When(is_seen, collection__deleted_at=None, then="collection__name"), default=Value(""))
    for image_id, collection_id, name in rows.values_list("image_id", "collection_id", label):
        yield image_id, documents.collection_facet(collection_id), name
