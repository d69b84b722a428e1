"""The team's sizes for downloads, as an admin edits them: added, changed, moved, removed with a way back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.delivery import SizeForm, size_form_of
from gallery.models import NamedSize
from gallery.services.library import named_sizes
from gallery.services.library.saved_items import NameTaken

TAKEN = "Another size has this name already."
FULL = f"There are {named_sizes.MOST_SIZES} sizes already: remove one first."
REMOVED_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@access.admin_only
def edit_sizes(request: MemberRequest) -> HttpResponse:
    """Show the list, or add a size to it."""
    if request.method != "POST":
        return _page(request, SizeForm())
    form = SizeForm(request.POST)
    if form.is_valid():
        try:
            row = named_sizes.add_size(by=request.user, **form.values())
        except NameTaken:
            form.add_error("name", TAKEN)
        except named_sizes.TooManySizes:
            form.add_error(None, FULL)
        else:
            messages.success(request, f"“{row.name}” can be chosen from now on.")
            return redirect("sizes")
    return _page(request, form)


@require_POST
def change(request: MemberRequest, key: str) -> HttpResponse:
    row = access.size_write(request, key)
    form = SizeForm(request.POST, auto_id=f"id_{row.key}_%s")
    if form.is_valid():
        try:
            named_sizes.change_size(row, by=request.user, **form.values())
        except NameTaken:
            form.add_error("name", TAKEN)
        else:
            messages.success(request, "Changed.")
            return redirect("sizes")
    return _page(request, SizeForm(), {row.key: form})


@require_POST
def remove(request: MemberRequest, key: str) -> HttpResponse:
    row = access.size_write(request, key)
    named_sizes.remove_size(row, by=request.user)
    response = redirect("sizes")
    response["Location"] += f"?removed={row.key}"
    return response


@require_POST
def restore(request: MemberRequest, key: str) -> HttpResponse:
    row = access.size_write(request, key)
    try:
        messages.success(request, f"“{named_sizes.restore_size(row, by=request.user)}” is back.")
    except named_sizes.TooManySizes:
        messages.error(request, FULL)
    return redirect("sizes")


def _page(request: MemberRequest, form: SizeForm, changed: dict[str, SizeForm] | None = None) -> HttpResponse:
    """`changed`: forms that were sent and are wrong, by the key of their size."""
    sizes, removed = named_sizes.list_sizes(), list(NamedSize.objects.removed()[:REMOVED_SHOWN])
    context: dict[str, Any] = {
        "rows": [(size, (changed or {}).get(size.key) or size_form_of(size)) for size in sizes],
        "removed": removed,
        "just_removed": next((each for each in removed if each.key == request.GET.get("removed")), None),
        "form": form,
    }
    return render(request, "library/named_sizes.html", context)
