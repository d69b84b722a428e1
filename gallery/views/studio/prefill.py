"""What an address asks the studio to hold: a run, a preset, a picture or parts of it, a past prompt."""

from typing import Any

from django.contrib import messages
from django.http import Http404, QueryDict

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.parameters import inputs
from gallery.catalogue.templates.ready_templates import STARTERS
from gallery.forms.studio import prefill
from gallery.forms.studio.compose import START_MODEL
from gallery.models import Image, Job, Preset, User
from gallery.services.library import drafts
from gallery.services.references import keeping
from gallery.services.references.refusals import UnusablePicture
from gallery.services.shares import contents
from gallery.services.storage.error_words import StorageTrouble

START = {"model": [START_MODEL]}


def standing(user: User) -> dict[str, Any]:
    """Return what stands in the studio of a member, or what it starts with."""
    draft = drafts.read_draft(user)
    return prefill.from_draft(draft) if draft else START


def values(request: MemberRequest, sent: QueryDict, *, onto: dict[str, Any]) -> dict[str, Any]:
    """Lay what `sent` recalls over the values that are there. Answers 404 for what is somebody else's."""
    for name, read in SOURCES.items():
        if key := sent.get(name):
            onto = prefill.merge_values(read(request, key, sent), onto)
    return onto


def _run(request: MemberRequest, key: str, sent: QueryDict) -> dict[str, Any]:
    return prefill.from_run(access.run_read(request, key))


def _preset(request: MemberRequest, key: str, sent: QueryDict) -> dict[str, Any]:
    return prefill.from_preset(access.saved_item_read(request, Preset, key))


def _image(request: MemberRequest, key: str, sent: QueryDict) -> dict[str, Any]:
    """A picture with everything, with `use=prompt`, `use=seed`, `use=shape` some of it, with `use=reference` itself."""
    if "reference" in sent.getlist("use"):
        return _references(request, sent.getlist("image"))
    return prefill.from_job(_job_of(access.image_write(request, key)), use=sent.getlist("use"))


def _selection(request: MemberRequest, key: str, sent: QueryDict) -> dict[str, Any]:
    """The pictures of a selection, as what goes in."""
    return _references(request, access.chosen_keys(request, sent))


def _job(request: MemberRequest, key: str, sent: QueryDict) -> dict[str, Any]:
    """A picture that was wanted and not made, to be changed."""
    return prefill.from_job(access.job_read(request, key))


def _past(request: MemberRequest, key: str, sent: QueryDict) -> dict[str, Any]:
    return prefill.from_past(access.past_prompt_read(request, key))


def _template(request: MemberRequest, key: str, sent: QueryDict) -> dict[str, Any]:
    """One of those that a studio begins with; the others are filled in on a page of their own."""
    for template in STARTERS:
        if template.key == key:
            return prefill.from_starter(template)
    raise Http404


def _shared(request: MemberRequest, key: str, sent: QueryDict) -> dict[str, Any]:
    """A picture of a link that names this member, where the link shows its prompt."""
    share = access.share_received(request, key)
    image = contents.find_image(share, sent.get("picture", ""))
    if image is None or not share.show_prompt:
        raise Http404
    return prefill.from_shared(_job_of(image), share)


def _job_of(image: Image) -> Job:
    """An upload was asked for by no words: there is nothing to fill in."""
    if image.job is None:
        raise Http404
    return image.job


def _references(request: MemberRequest, keys: list[str]) -> dict[str, Any]:
    """Pictures that are to go in, in their order."""
    images = access.images_write(request, keys[: inputs.MOST])
    try:
        kept = [keeping.keep_image(image, owner=request.user) for image in images]
    except (UnusablePicture, StorageTrouble) as trouble:
        messages.error(request, str(trouble))
        return {}
    return {"reference_key": [each.key for each in kept], "aspect_ratio": inputs.MATCH}


def _kept(request: MemberRequest, key: str, sent: QueryDict) -> dict[str, Any]:
    """References that are kept under a name, put to those that are there."""
    return {
        "reference_key": [
            access.reference_read(request, each).key for each in sent.getlist("reference")[: inputs.MOST]
        ],
        "aspect_ratio": inputs.MATCH,
    }


SOURCES = {
    "reference": _kept,
    "run": _run,
    "preset": _preset,
    "image": _image,
    "selection": _selection,
    "job": _job,
    "past": _past,
    "template": _template,
    "share": _shared,
}
