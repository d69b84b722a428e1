"""Who may see and change what. Every view asks here first; what is not yours does not exist."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.db.models import F, Manager, Model, QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from gallery.catalogue.templates import ready_templates
from gallery.catalogue.templates.ready_templates import ReadyTemplate
from gallery.models import (
    Adjustment,
    Attempt,
    Budget,
    Collection,
    CollectionImage,
    Comparison,
    Difference,
    Guest,
    Image,
    Job,
    NamedSize,
    PastPrompt,
    Preset,
    PromptTemplate,
    Reference,
    Run,
    SavedSearch,
    Selection,
    Share,
    Sheet,
    SheetPart,
    Statement,
    Tag,
    User,
)  # fmt: skip
from gallery.models.costs.statements import Kind
from gallery.models.images import ImageQuerySet
from gallery.services.collections import items, smart
from gallery.services.images import selection
from gallery.services.images.filters import Filters
from gallery.services.paid_calls import losses

_Row = TypeVar("_Row", bound=Model)
_Item = TypeVar("_Item", Preset, PromptTemplate)
_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


class MemberRequest(HttpRequest):
    """A request as views get it behind the sign-in: it comes from a member."""

    user: User
    htmx: HtmxDetails


def run_read(request: MemberRequest, key: str) -> Run:
    """Return a run without what was typed for it until that is asked for: every poll comes by here."""
    return _find(Run.objects.select_related("owner", "project").defer("form"), key, owner=request.user)


def run_write(request: MemberRequest, key: str) -> Run:
    return _find(Run.objects, key, owner=request.user)


def image_read(request: MemberRequest, key: str) -> Image:
    """Return a picture to be looked at: one's own, or one in a collection that is shared with the team."""
    rows = Image.objects.select_related("job__run__project", "attempt", "owner")
    found = rows.visible_to(request.user).filter(key=key).first() or smart.find_shown(rows, [key]).get(key)
    if found is None:
        raise Http404
    return found


def image_write(request: MemberRequest, key: str) -> Image:
    """Return one's own picture: only its owner changes it, spends on it or goes on from it."""
    return _find(Image.objects.select_related("job__run__project", "attempt", "owner"), key, owner=request.user)


def images_read(request: MemberRequest, keys: Iterable[str], rows: ImageQuerySet | None = None) -> list[Image]:
    """Return these pictures in this order, to be looked at. One that may not be seen hides them all.

    What is in the trash is left out; if all of them are, there is nothing.
    """
    rows = Image.objects.all() if rows is None else rows
    keys = list(dict.fromkeys(keys))
    found = rows.visible_to(request.user).in_bulk(keys, field_name="key")
    if missing := [key for key in keys if key not in found]:
        found |= smart.find_shown(rows, missing)
    return _all_of(keys, found)


def images_write(request: MemberRequest, keys: Iterable[str]) -> list[Image]:
    """Return these pictures of one's own in this order, without the trash. One of somebody else hides them all."""
    keys = list(dict.fromkeys(keys))
    return _all_of(keys, Image.objects.of(request.user).in_bulk(keys, field_name="key"))


def chosen_keys(request: MemberRequest, sent: QueryDict) -> list[str]:
    """Return the keys of the pictures that are named, one by one or by a selection: of a longer one the newest."""
    chosen = selection_named(request, sent)
    if chosen is None:
        return sent.getlist("image")
    keys = selection.keys_of(chosen)
    if len(keys) > selection.MOST:
        most = f"{selection.MOST:,}"
        messages.warning(request, f"More than {most} pictures match: the newest {most} are meant.")
    return keys[: selection.MOST]


def selection_named(request: MemberRequest, sent: QueryDict) -> Selection | None:
    """Return the selection that is named; with `all`, all that a search finds but those of `without`, unsaved."""
    if "selection" in sent:
        return selection_read(request, sent.get("selection", ""))
    if "all" not in sent:
        return None
    without = Image.objects.of(request.user).filter(key__in=sent.getlist("without")).values_list("pk", flat=True)
    return Selection(owner=request.user, query=Filters.of(sent.get("all", "")).query, images=list(without))


def selection_read(request: MemberRequest, key: str) -> Selection:
    return _find(Selection.objects, key, owner=request.user)


def _all_of(keys: list[str], found: dict[str, Image]) -> list[Image]:
    kept = [found[key] for key in keys if key in found and found[key].trashed_at is None]
    if len(found) < len(keys) or (keys and not kept):
        raise Http404
    return kept


def images_of_trash(request: MemberRequest, keys: Iterable[str]) -> ImageQuerySet:
    """Return those of these pictures that this member has deleted and can put back."""
    return Image.objects.in_trash_of(request.user).filter(key__in=list(keys))


def trash_cursor(request: MemberRequest, key: str) -> Image:
    """Return the picture that ends a page of the trash."""
    return _find(Image.objects.in_trash_of(request.user), key)


def budget_manage(request: MemberRequest, key: str) -> Budget:
    """Return a budget in force for somebody who manages budgets."""
    require(request, "manages_budgets")
    return _find(Budget.objects.in_force(), key)


def image_cursor(request: MemberRequest, key: str) -> Image:
    """Return the picture that ends a page of the gallery, with what the next page needs of it."""
    return _find(Image.objects.only("id", "created_at"), key, owner=request.user)


def search_write(request: MemberRequest, key: str) -> SavedSearch:
    """Return a saved search of one's own, also one that was deleted and can be put back."""
    return _find(SavedSearch.objects, key, owner=request.user)


def size_write(request: MemberRequest, key: str) -> NamedSize:
    """An admin edits the team's sizes; those that were removed too, which can be put back."""
    require(request, "is_admin")
    return _find(NamedSize.objects, key)


def comparison_read(request: MemberRequest, key: str) -> Comparison:
    """Return a saved comparison, anybody's: whether its pictures may be seen is asked of each of them."""
    return _find(Comparison.objects, key)


def comparison_write(request: MemberRequest, key: str) -> Comparison:
    return _find(Comparison.objects, key, owner=request.user)


def loss_cursor(request: MemberRequest, key: str) -> Attempt:
    """Return the call that ends a page of losses: one of one's own, or anybody's for an admin."""
    return _find(losses.visible_losses(request.user), key)


def statement_read(request: MemberRequest, key: str) -> Statement:
    """Return a statement of the provider: for those who see costs."""
    require(request, "sees_costs")
    return _find(Statement.objects, key)


def difference_cursor(statement: Statement, key: str) -> Difference:
    """Return the difference that ends a page of a statement."""
    return _find(statement.differences, key)


def remainder_read(statement: Statement, key: str) -> Difference:
    """Return a day's remainder of a statement."""
    return _find(statement.differences.filter(kind=Kind.TOTAL).select_related("statement"), key)


def adjustment_write(request: MemberRequest, key: str) -> Adjustment:
    """An admin takes anybody's adjustment back."""
    require(request, "is_admin")
    return _find(Adjustment.objects, key)


def job_read(request: MemberRequest, key: str) -> Job:
    return _find(Job.objects.select_related("run__project"), key, owner=request.user)


def job_write(request: MemberRequest, key: str) -> Job:
    return _find(Job.objects.select_related("run", "attempt", "owner"), key, owner=request.user)


def job_settle(request: MemberRequest, key: str) -> Job:
    """An admin settles doubts of everybody, without seeing what was asked for."""
    require(request, "is_admin")
    return _find(Job.objects.select_related("run", "attempt", "owner"), key)


def held_read(request: MemberRequest, key: str, attempt_key: str = "") -> Attempt:
    """Return a call of one's own job whose file was kept as it came: the one named, or the job's current one."""
    attempts = Attempt.objects.filter(job=job_read(request, key)).exclude(held_name="").select_related("job")
    if attempt_key:
        return _find(attempts, attempt_key)
    return get_object_or_404(attempts, job__attempt=F("pk"))


def reference_read(request: MemberRequest, key: str) -> Reference:
    """Return a picture that may go in: one's own, or one that is shared with the team."""
    return _find(Reference.objects.visible_to(request.user), key)


def reference_write(request: MemberRequest, key: str) -> Reference:
    return _find(Reference.objects, key, owner=request.user)


def past_prompt_read(request: MemberRequest, key: str) -> PastPrompt:
    return _find(PastPrompt.objects, key, owner=request.user)


def saved_item_read(request: MemberRequest, model: type[_Item], key: str) -> _Item:
    """Return a preset or a template: one's own, or one that is shared with the team."""
    return _find(model.objects.visible_to(request.user).select_related("owner"), key)


def saved_item_write(request: MemberRequest, model: type[_Item], key: str) -> _Item:
    return _find(model.objects.owned_by(request.user), key)


def saved_item_restore(request: MemberRequest, model: type[_Item], key: str) -> _Item:
    """Return what its owner has deleted and can put back."""
    return _find(model.objects.in_trash_of(request.user).select_related("owner"), key)


def template_read(request: MemberRequest, key: str) -> ReadyTemplate | PromptTemplate:
    """Return a template that comes along with fluxweb, or one as `saved_item_read` does."""
    return ready_templates.BY_KEY.get(key) or saved_item_read(request, PromptTemplate, key)


def tag_write(request: MemberRequest, key: str) -> Tag:
    return _find(Tag.objects.of(request.user).select_related("owner"), key)


def tag_restore(request: MemberRequest, key: str) -> Tag:
    """Return a tag that its owner has deleted or merged and can put back."""
    return _find(Tag.objects.in_trash_of(request.user).select_related("owner"), key)


def collection_read(request: MemberRequest, key: str) -> Collection:
    """Return one's own collection, or one that is shared with the team."""
    return _find(Collection.objects.visible_to(request.user).select_related("owner"), key)


def collection_add(request: MemberRequest, key: str) -> Collection:
    """Return a collection into which this member may put pictures."""
    return _find(Collection.objects.open_to(request.user), key)


def collection_write(request: MemberRequest, key: str) -> Collection:
    return _find(Collection.objects.owned_by(request.user), key)


def item_cursor(collection: Collection, key: str) -> CollectionImage:
    """Return the place of a picture in a collection that its reader may see."""
    return get_object_or_404(items.items_in_order(collection).select_related("image"), image__key=key)


def item_found(collection: Collection, key: str) -> Image:
    """Return a picture that ends a page of a collection which fills itself; it may have left it since."""
    return _find(Image.objects.only("id"), key, owner=collection.owner)


def collection_restore(request: MemberRequest, key: str) -> Collection:
    """Return a collection that its owner has deleted and can put back."""
    return _find(Collection.objects.in_trash_of(request.user), key)


def share_write(request: MemberRequest, key: str) -> Share:
    return _find(Share.objects.select_related("cover", "run"), key, owner=request.user)


def share_revoke(request: MemberRequest, key: str) -> Share:
    """An admin revokes anybody's link, without seeing what it shows."""
    return _find(Share.objects.all() if request.user.is_admin else Share.objects.of(request.user), key)


def share_received(request: MemberRequest, key: str) -> Share:
    """Return an open link that names this member."""
    return _find(Share.objects.open(timezone.now()).received_by(request.user), key)


def guest_write(request: HttpRequest, share: Share, key: str) -> Guest:
    return _find(share.guests.select_related("share"), key)


def sheet_write(request: MemberRequest, key: str) -> Sheet:
    return _find(Sheet.objects.select_related("run"), key, owner=request.user)


def sheet_part_read(request: MemberRequest, key: str, number: int) -> SheetPart:
    sheet = sheet_write(request, key)
    return get_object_or_404(SheetPart.objects.select_related("sheet__run"), sheet=sheet, number=number)


def cursor_row(rows: QuerySet[_Row], key: str) -> _Row:
    """Return the row that ends a page, among those its reader may see."""
    return _find(rows, key)


def _find(rows: Manager[_Row] | QuerySet[_Row], key: str, **whose: User) -> _Row:
    """Find a row by its key, or answer 404."""
    return get_object_or_404(rows, key=key, **whose)


def require(request: MemberRequest, right: str) -> None:
    """Answer 404 to everybody who does not hold a right, as `sees_costs`: to them the door is not even there."""
    if not getattr(request.user, right):
        raise Http404


def holders_only(right: str) -> Callable[[_View], _View]:
    """Decorate a view that only those reach who hold a right."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            require(request, right)
            return view(request, *args, **kwargs)

        return cast("_View", guarded)

    return decorate


admin_only = holders_only("is_admin")
