"""What presets and templates have in common: lists of mine, the team's and the deleted; delete, put back, copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gallery import access
from gallery.access import MemberRequest
from gallery.models import Preset, PromptTemplate
from gallery.paging import read_keyset_page, rows_after_cursor
from gallery.services.library import saved_items

PAGE = 40
KINDS: dict[str, Any] = {"preset": Preset, "template": PromptTemplate}


@dataclass
class SavedItemPage:
    """One page of a list. `of`: mine, team or bin, as the address says; `older`: what its next page begins after."""

    of: str
    rows: Sequence[Any]
    older: str | None = None

    @property
    def which(self) -> QueryDict:
        """What an address says of this list."""
        return QueryDict(f"of={self.of}")


def read_page(request: MemberRequest, model: type[Preset] | type[PromptTemplate], *, of: str) -> SavedItemPage:
    """Read the page of the list that the address asks for."""
    user = request.user
    lists = {"mine": model.objects.owned_by, "team": model.objects.shared_with, "bin": model.objects.in_trash_of}
    rows = lists[of](user)
    rows = rows_after_cursor(request, rows, lambda key: access.cursor_row(rows, key))
    page = read_keyset_page(rows.newest_first().select_related("owner"), size=PAGE)
    return SavedItemPage(of, page.rows, page.older)


def just_deleted(request: MemberRequest, model: type[Preset] | type[PromptTemplate]) -> Any:
    """Return what the address says was just deleted, if it can still be put back."""
    key = request.GET.get("deleted", "")
    return model.objects.in_trash_of(request.user).filter(key=key).first()


@require_POST
def delete(request: MemberRequest, kind: str, key: str) -> HttpResponse:
    row = access.saved_item_write(request, KINDS[kind], key)
    saved_items.delete_item(row)
    response = redirect(f"{kind}s")
    response["Location"] += f"?of=mine&deleted={row.key}"
    return response


@require_POST
def restore(request: MemberRequest, kind: str, key: str) -> HttpResponse:
    row = access.saved_item_restore(request, KINDS[kind], key)
    messages.success(request, f"“{saved_items.restore_item(row)}” is back.")
    return redirect(kind, key=row.key)


@require_POST
def copy(request: MemberRequest, kind: str, key: str) -> HttpResponse:
    """Make a copy of one's own, of what the team shares or fluxweb brings along."""
    row = access.template_read(request, key) if kind == "template" else access.saved_item_read(request, Preset, key)
    own = saved_items.copy_item(row, model=KINDS[kind], owner=request.user)
    messages.success(request, f"“{own.name}” is yours now. Others do not see it.")
    return redirect(kind, key=own.key)
