"""Which pictures go in: from the keys that a form holds to the rows, and from the digests of a body to the bytes."""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from gallery.catalogue.models import flux_models
from gallery.catalogue.parameters import inputs
from gallery.catalogue.parameters.inputs import InputPicture
from gallery.catalogue.problems import InvalidRequest, Problem
from gallery.models import Image, Job, JobReference, Reference, Run, User
from gallery.models.images import CONTENT_TYPES
from gallery.services.references import keeping

GONE = "A picture of these is not there any more. Take it out, or add it again."
Join = Callable[[Reference, Reference], Reference]
MOST_ALONE = 60  # pictures that are each tried alone


class InputGone(Exception):
    """The bytes of a picture that should be sent are not there any more."""


def find_references(keys: Iterable[str], *, user: User) -> list[Reference]:
    """Return those of the references with these keys that the user may use, in this order."""
    keys = list(dict.fromkeys(keys))
    found = Reference.objects.visible_to(user).in_bulk(keys, field_name="key") if keys else {}
    return [found[key] for key in keys if key in found]


def keys_without(keys: Iterable[str], image: Image, *, user: User) -> list[str]:
    """Return those of the keys whose references are not made of this picture."""
    return [each.key for each in find_references(keys, user=user) if each.image_id != image.pk]


def read_inputs(values: Mapping[str, Any], *, models: Iterable[str], owner: User | None) -> dict[str, Any]:
    """Return the values of a form with the pictures that its `reference_key` names, as `axes.read_axes` reads them.

    Where two are to be joined for a model that takes one, they are. Raises InvalidRequest for what is gone or cannot be
    joined.
    """
    keys = values.get("reference_key")
    if not keys or owner is None:
        return dict(values)
    references = find_references(keys, user=owner)
    if len(references) < len(set(keys)):
        raise InvalidRequest({"reference": Problem(GONE)})
    if values.get("references_as") != inputs.ALONE and len(references) > inputs.MOST:
        raise InvalidRequest({"reference": Problem(f"No model takes more than {inputs.MOST} pictures together.")})
    if len(references) > MOST_ALONE:
        raise InvalidRequest({"reference": Problem(f"At most {MOST_ALONE} pictures can be tried one by one.")})
    return with_pictures(values, references, models=models, join=partial(keeping.join_references, owner=owner))


def with_pictures(
    values: Mapping[str, Any], references: Sequence[Reference], *, models: Iterable[str], join: Join
) -> dict[str, Any]:
    """Return the values with these pictures, and two of them joined if that is asked for and some model takes one."""
    read = {**values, "references": tuple(map(_picture, references))}
    together = values.get("join") and values.get("references_as") != inputs.ALONE and len(references) == 2
    if together and any(flux_models.get(model).references == 1 for model in models):
        read["pair"] = _picture(join(*references))
    return read


def pictures_of(job: Job) -> tuple[InputPicture, ...]:
    """Return the pictures that a job sends, as far as they are still there."""
    rows = job.inputs.exclude(reference=None).select_related("reference").order_by("position")
    return tuple(_picture(row.reference) for row in rows if row.reference)


def _picture(reference: Reference) -> InputPicture:
    return InputPicture(reference.key, reference.digest, reference.name, reference.width, reference.height)


def record_inputs(run: Run, pictures: Mapping[int, Iterable[InputPicture]]) -> None:
    """Keep which job of a run sends which pictures. `pictures`: by the job's position in the run."""
    pictures = {position: found for position, each in pictures.items() if (found := list(each))}
    if not pictures:
        return
    keys = {picture.key for each in pictures.values() for picture in each}
    ids = dict(Reference.objects.filter(key__in=keys).values_list("key", "id"))
    jobs = dict(Job.objects.filter(run=run, position__gte=min(pictures)).values_list("position", "id"))
    JobReference.objects.bulk_create(
        JobReference(job_id=jobs[position], position=n, reference_id=ids.get(picture.key), name=picture.name)
        for position, each in pictures.items()
        for n, picture in enumerate(each)
    )


def load_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON to send with bytes in place of digests, as data addresses. Raises InputGone, StorageTrouble."""
    wanted = dict(inputs.digests_in(body))
    if not wanted:
        return dict(body)
    rows: dict[str, list[Reference]] = {}
    for each in Reference.objects.filter(digest__in=wanted.values()).order_by("id"):
        rows.setdefault(each.digest, []).append(each)
    return {**body, **{name: _data_address(rows.get(digest, [])) for name, digest in wanted.items()}}


def _data_address(same: Iterable[Reference]) -> str:
    """Return the bytes of one of these rows, which all had the same."""
    for reference in same:
        with suppress(FileNotFoundError):
            content = base64.b64encode(keeping.read_content(reference)).decode()
            return f"data:{CONTENT_TYPES[reference.format]};base64,{content}"
    raise InputGone
