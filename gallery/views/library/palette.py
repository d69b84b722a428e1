"""The palette: pages, runs, collections, presets and templates by their words, one key away from everywhere."""

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.access import MemberRequest
from gallery.services.library import palette

CHARACTERS = 200


class Destination(NamedTuple):
    """A page that needs no key. `keys`: what leads there from everywhere."""

    label: str
    address: str
    keys: str = ""


PAGES = (
    Destination("Studio: compose", "studio", "G S"),
    Destination("Runs", "runs", "G R"),
    Destination("Gallery", "gallery", "G G"),
    Destination("Collections", "collections", "G L"),
    Destination("Compare", "compare", "G C"),
    Destination("Shares", "shares", "G H"),
    Destination("Costs", "costs", "G M"),
    Destination("Queue", "queue", "G Q"),
    Destination("Batch: many rows", "batch"),
    Destination("Pairs of pictures", "pairs"),
    Destination("Past prompts", "prompts"),
    Destination("Prompt templates", "templates"),
    Destination("Presets", "presets"),
    Destination("New collection", "collection-new"),
    Destination("Trash", "trash"),
    Destination("Tags", "tags"),
    Destination("Saved searches", "searches"),
    Destination("Budgets", "budgets"),
    Destination("Prices", "prices"),
    Destination("Help", "help"),
    Destination("Change password", "account_change_password"),
)


@require_safe
def show_palette(request: MemberRequest) -> HttpResponse:
    """List where one can go; with `q` only what holds its words, and the gallery searched for them."""
    words = request.GET.get("q", "")[:CHARACTERS].strip()
    context = {"words": words, "pages": _pages(words), "places": palette.find_places(request.user, words)}
    return render(request, f"palette/{_template(request)}.html", context)


def _template(request: MemberRequest) -> str:
    if not request.htmx:
        return "palette"
    return "_found" if "q" in request.GET else "_palette"


def _pages(words: str) -> list[Destination]:
    wanted = words.casefold().split()
    return [page for page in PAGES if palette.holds_words(page.label, wanted)]
