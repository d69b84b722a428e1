"""Gates of what is kept for the next run: references, prompts, presets, templates, sizes."""

from typing import TypeVar

from gallery.access.rights import MemberRequest, find_row, require
from gallery.catalogue.templates import ready_templates
from gallery.catalogue.templates.ready_templates import ReadyTemplate
from gallery.models import (
    NamedSize,
    PastPrompt,
    Preset,
    PromptTemplate,
    Reference,
)  # fmt: skip

_Item = TypeVar("_Item", Preset, PromptTemplate)


def size_write(request: MemberRequest, key: str) -> NamedSize:
    """An admin edits the team's sizes; those that were removed too, which can be put back."""
    require(request, "is_admin")
    return find_row(NamedSize.objects, key)


def reference_read(request: MemberRequest, key: str) -> Reference:
    """Return a picture that may go in: one's own, or one that is shared with the team."""
    return find_row(Reference.objects.visible_to(request.user), key)


def reference_write(request: MemberRequest, key: str) -> Reference:
    return find_row(Reference.objects, key, owner=request.user)


def past_prompt_read(request: MemberRequest, key: str) -> PastPrompt:
    return find_row(PastPrompt.objects, key, owner=request.user)


def saved_item_read(request: MemberRequest, model: type[_Item], key: str) -> _Item:
    """Return a preset or a template: one's own, or one that is shared with the team."""
    return find_row(model.objects.visible_to(request.user).select_related("owner"), key)


def saved_item_write(request: MemberRequest, model: type[_Item], key: str) -> _Item:
    return find_row(model.objects.owned_by(request.user), key)


def saved_item_restore(request: MemberRequest, model: type[_Item], key: str) -> _Item:
    """Return what its owner has deleted and can put back."""
    return find_row(model.objects.in_trash_of(request.user).select_related("owner"), key)


def template_read(request: MemberRequest, key: str) -> ReadyTemplate | PromptTemplate:
    """Return a template that comes along with fluxweb, or one as `saved_item_read` does."""
    return ready_templates.BY_KEY.get(key) or saved_item_read(request, PromptTemplate, key)
