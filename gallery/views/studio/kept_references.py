"""References with a name, to be used again: one's own, and those that are shared with the team."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.studio.references import KeepForm
from gallery.models import Reference
from gallery.paging import read_keyset_page, rows_after_cursor
from gallery.services.references import keeping

PAGE = 60


@require_safe
def list_kept(request: MemberRequest) -> HttpResponse:
    rows = Reference.objects.visible_to(request.user).named().select_related("owner").order_by("-id")
    page = read_keyset_page(
        rows_after_cursor(request, rows, lambda key: access.reference_read(request, key)), size=PAGE
    )
    return render(request, "studio/references/kept.html", {"references": page.rows, "older": page.older})


def show(request: MemberRequest, key: str) -> HttpResponse:
    """Show a reference as it is sent; its owner gives it a name, takes it away, shares it with the team."""
    if request.method == "POST":
        return _name(request, access.reference_write(request, key))
    reference = access.reference_read(request, key)
    form = KeepForm(initial={"title": reference.title or reference.name[:80], "shared": reference.shared})
    return render(request, "studio/references/reference.html", {"reference": reference, "form": form})


def _name(request: MemberRequest, reference: Reference) -> HttpResponse:
    form = KeepForm(request.POST)
    if not form.is_valid():
        return render(request, "studio/references/reference.html", {"reference": reference, "form": form})
    if "forget" in request.POST:
        keeping.name_reference(reference, title="", shared=False)
        messages.info(request, "It is no longer among the kept references. What was made from it stays.")
    else:
        keeping.name_reference(reference, title=form.cleaned_data["title"], shared=form.cleaned_data["shared"])
        messages.success(request, f"Kept as “{reference.title}”.")
    return redirect("references-kept")
