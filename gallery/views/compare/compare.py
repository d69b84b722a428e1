"""Compare: two to sixty pictures side by side, twelve at a time; saved ones under a name."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.compare import NameForm
from gallery.models import Comparison, Image
from gallery.models.images import ImageQuerySet
from gallery.paging import read_keyset_page, rows_after_cursor
from gallery.services.compare import comparisons
from gallery.services.compare.comparisons import AT_ONCE, MOST
from gallery.services.runs import repeats
from gallery.views.compare import comparison_panes

PAGE = 30  # saved comparisons
CANDIDATES = 24  # newest pictures that one is offered beside those of the same run


@require_safe
def show(request: MemberRequest) -> HttpResponse:
    """Show the pictures named in the address; of one, what it can be compared with; of none, what was saved."""
    keys = access.chosen_keys(request, request.GET)
    if not keys:
        return _index(request)
    images = access.images_read(request, keys[:MOST], _rows())
    if len(images) == 1:
        return _choose(request, images[0])
    if "hide" in request.GET:  # the order in the address would tell which is which
        shuffled = comparisons.shuffle_keys(image.key for image in images)
        return redirect(reverse("compare") + comparison_panes.comparison_query(shuffled, blind="1"))
    return render(request, "compare/compare.html", _context(request, images) | {"left_out": len(keys) > MOST})


@require_safe
def saved(request: MemberRequest, key: str) -> HttpResponse:
    comparison = access.comparison_read(request, key)
    images = access.images_read(request, comparisons.image_keys_of(comparison), _rows())
    if not images:
        raise Http404
    return render(request, "compare/compare.html", _context(request, images) | {"comparison": comparison})


def _rows() -> ImageQuerySet:
    return Image.objects.select_related("job", "attempt")


def _context(request: MemberRequest, images: list[Image]) -> dict[str, Any]:
    """Prepare the page: `shown` are the pictures on the screen, a part of all `images`."""
    hidden = "blind" in request.GET
    keys = [image.key for image in images]
    parts = [images[start : start + AT_ONCE] for start in range(0, len(images), AT_ONCE)]
    number = _part_number(request.GET.get("part", ""), len(parts))
    shown = parts[number - 1]
    return {
        "images": images,
        "panes": comparison_panes.build_panes(shown, user=request.user, hidden=hidden),
        "table": None if hidden else comparison_panes.build_table(shown),
        "repeat": repeats.repeat_between(*shown) if len(shown) == 2 else None,
        "prompt": _only(image.prompt for image in shown),
        "demo": any(image.job.demo for image in shown if image.job),
        "hidden": hidden,
        "parts": _parts(parts, number, keys, hidden),
        "hide_query": comparison_panes.comparison_query(keys, hide="1"),
        "show_query": comparison_panes.comparison_query(keys),
        "pairs_query": comparison_panes.comparison_query(keys, blind="1" if hidden else ""),
    }


def _part_number(text: str, last: int) -> int:
    return min(int(text), last) if text.isdecimal() and len(text) < 4 and int(text) else 1


def _parts(parts: list[list[Image]], number: int, keys: list[str], hidden: bool) -> list[tuple[int, int, str, bool]]:
    """Name the parts of a long comparison as (first, last, address, whether it is shown)."""
    if len(parts) < 2:
        return []
    first = 1
    found = []
    for n, part in enumerate(parts, 1):
        address = comparison_panes.comparison_query(keys, part=str(n), blind="1" if hidden else "")
        found.append((first, first + len(part) - 1, address, n == number))
        first += len(part)
    return found


def _only(values: Iterable[str]) -> str:
    """Return the value if it is the same for all, else nothing."""
    found = set(values)
    return found.pop() if len(found) == 1 else ""


def _choose(request: MemberRequest, image: Image) -> HttpResponse:
    """Offer what one picture can be compared with: first its run, then what is new."""
    mine = Image.objects.of(request.user).exclude(pk=image.pk)
    run_id = image.job.run_id if image.job else None
    siblings = list(mine.filter(job__run=run_id).order_by("id").for_tiles()[: MOST - 1]) if run_id else []
    newest = mine.exclude(pk__in=[each.pk for each in siblings]).before(None).for_tiles()[:CANDIDATES]
    return render(request, "compare/compare_with.html", {"image": image, "siblings": siblings, "newest": newest})


def _index(request: MemberRequest) -> HttpResponse:
    mine = Comparison.objects.of(request.user).newest_first().for_list()
    rows = rows_after_cursor(request, mine, lambda key: access.comparison_write(request, key))
    page = read_keyset_page(rows, size=PAGE)
    return render(request, "compare/comparisons.html", {"comparisons": page.rows, "older": page.older})


@require_POST
def save(request: MemberRequest) -> HttpResponse:
    """Keep the pictures under a name."""
    images = access.images_read(request, request.POST.getlist("image")[:MOST])
    form = NameForm(request.POST)
    if not form.is_valid() or len(images) < 2:
        messages.error(request, "Give the comparison a name to save it.")
        return redirect(reverse("compare") + comparison_panes.comparison_query([image.key for image in images]))
    comparison = comparisons.save_comparison(images, owner=request.user, name=form.cleaned_data["name"])
    messages.success(request, f"Saved as “{comparison.name}”.")
    return redirect("comparison", key=comparison.key)


@require_POST
def delete(request: MemberRequest, key: str) -> HttpResponse:
    """Forget a saved comparison; its pictures stay."""
    comparison = access.comparison_write(request, key)
    comparisons.delete_comparison(comparison)
    messages.info(request, f"“{comparison.name}” is no longer saved. Its pictures stay.")
    return redirect("compare")
