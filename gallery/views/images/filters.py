"""What the gallery can be filtered by, as a form; searches that are kept under a name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.models import flux_models
from gallery.catalogue.parameters import shapes
from gallery.forms.searches import SearchForm
from gallery.models import Collection, Image, ImageWords, Project, SavedSearch, Tag, User
from gallery.models.images import KEPT
from gallery.models.ratings import MOST_STARS
from gallery.services.images import kinds, months, saved_searches
from gallery.services.images.filters import Filters
from gallery.services.images.kinds import MADE, VERDICTS, WORDS
from gallery.views.images.gallery import address_of

MOST = 200  # tags, collections, projects, searches to choose from


@dataclass
class Group:
    """Boxes of one filter: (value, words, whether it is ticked)."""

    name: str
    label: str
    boxes: list[tuple[str, str, bool]]


@require_safe
def choose(request: MemberRequest) -> HttpResponse:
    """Show everything that can be filtered by, with what the address asks for ticked."""
    filters = Filters.read(request.GET)
    mine = SavedSearch.objects.of(request.user).order_by("name", "id")
    context = {
        "filters": filters,
        "groups": [group for group in _groups(filters, request.user) if group.boxes],
        "typed": {name: ", ".join(filters.wanted(name)) for name in ("size", "seed", "colour", "from", "to")},
        "least": [(str(n), str(n) in filters.wanted("stars_from")) for n in range(1, MOST_STARS + 1)],
        "people": _people(request.user, filters.wanted("owner")),
        "months": filters.wanted("month"),
        "years": months.list_months(request.user),
        "runs": filters.wanted("run"),
        "like": filters.wanted("like"),
        "sorts": [(sort, words, sort == filters.sort) for sort, words in filters.sorts.items()],
        "searches": [(search, address_of(Filters.of(search.query))) for search in mine[:MOST]],
        "deleted": _deleted(request),
    }
    return render(request, "images/filters/" + ("_panel.html" if request.htmx else "page.html"), context)


def _groups(filters: Filters, user: User) -> list[Group]:
    stars = [(str(n), f"{n} star{'s' if n > 1 else ''}") for n in range(1, MOST_STARS + 1)]
    tags = Tag.objects.of(user).order_by("name").values_list("key", "name")[:MOST]
    collections = Collection.objects.visible_to(user).order_by("name").values_list("key", "name")[:MOST]
    choices: list[tuple[str, str, Iterable[tuple[str, str]]]] = [
        ("model", "Model", _same(flux_models.ids())),
        ("shape", "Shape", _same(tile.value for tile in shapes.RATIO_TILES)),
        ("favourite", "Favourites", [("1", "favourites")]),
        ("verdict", "Judged", list(VERDICTS.items())),
        ("stars", "Stars, exactly", stars),
        ("made", "Where from", list(MADE.items())),
        ("words", "Words that were asked for", list(WORDS.items()) if _reads_words(user) else []),
        ("tag", "Tag", tags),
        ("collection", "Collection", collections),
        ("project", "Project", _same(_projects(user))),
    ]
    return [
        Group(name, label, [(value, words, value in filters.wanted(name)) for value, words in values])
        for name, label, values in choices
    ]


def _reads_words(user: User) -> bool:
    """Whether words were read in any picture of theirs: where they are not, nobody has to know that they could be."""
    return any(ImageWords.objects.of(user).filter(verdict=verdict).exists() for verdict in WORDS)


def _people(user: User, chosen: Sequence[str]) -> Sequence[tuple[str, bool]]:
    """Return (name, whether they are chosen) of the others whose pictures may be seen."""
    names = kinds.show_members(user).exclude(pk=user.pk).order_by("username").values_list("username", flat=True)
    return [(name, name in chosen) for name in names[:MOST]]


def _same(values: Iterable[str]) -> Sequence[tuple[str, str]]:
    return [(value, value) for value in values]


def _projects(user: User) -> Iterable[str]:
    pictures = Image.objects.filter(Q(owner=user, project=OuterRef("pk")) & KEPT)
    return Project.objects.filter(Exists(pictures)).order_by("name").values_list("name", flat=True)[:MOST]


def _deleted(request: MemberRequest) -> Any:
    """Return the search that the address says was just deleted."""
    return SavedSearch.objects.filter(owner=request.user, key=request.GET.get("deleted", "")).first()


@require_POST
def save(request: MemberRequest) -> HttpResponse:
    """Keep the search of the address under a name."""
    form = SearchForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the search a name of at most 80 letters to save it.")
        return redirect("gallery")
    search = saved_searches.save_search(form.filters(), owner=request.user, name=form.cleaned_data["name"])
    messages.success(request, f"Saved as “{search.name}”. You find it under Filter.")
    return redirect(address_of(form.filters()))


@require_POST
def delete(request: MemberRequest, key: str) -> HttpResponse:
    search = access.search_write(request, key)
    saved_searches.delete_search(search)
    return redirect(f"{reverse('gallery-filters')}?deleted={search.key}")


@require_POST
def restore(request: MemberRequest, key: str) -> HttpResponse:
    search = access.search_write(request, key)
    saved_searches.restore_search(search)
    messages.success(request, f"“{search.name}” is back.")
    return redirect(address_of(Filters.of(search.query)))
