"""What a collection that fills itself holds: groups of searches, edited one press at a time."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from gallery import access
from gallery.access import MemberRequest
from gallery.models import Collection, SavedSearch, User
from gallery.services.collections import smart
from gallery.services.collections.smart import Path, Rules
from gallery.services.images.filters import Bound, Filters
from gallery.views.undoing import say_undoable

OFFERED = 100  # saved searches
ROOM = f"A collection has at most {smart.MOST_PARTS} searches, in groups at most {smart.MOST_DEPTH} deep."


@dataclass(frozen=True)
class Node:
    """One part as it is shown: a search by its words, or a group with its parts."""

    at: str
    words: list[str]
    query: str
    join: str = ""
    parts: tuple["Node", ...] = ()

    @property
    def is_group(self) -> bool:
        return bool(self.join)


def edit(request: MemberRequest, key: str) -> HttpResponse:
    collection = access.collection_write(request, key)
    if collection.rules is None:
        raise Http404
    if request.method == "POST":
        _change(request, collection)
        return redirect("collection-rules", key=key)
    tree = _node(collection.rules, (), request.user)
    searches = SavedSearch.objects.of(request.user).order_by("-id")[:OFFERED]
    return render(
        request, "collections/rules/rules.html", {"collection": collection, "tree": tree, "searches": searches}
    )


def _node(part: Rules | str, at: Path, user: User) -> Node:
    written = ".".join(map(str, at))
    if isinstance(part, str):
        filters = Filters.of(part)
        words = [f"{chip.label} {chip.words}".strip() for chip in Bound(filters, user).chips()]
        words += [f"“{filters.words}”"] if filters.words else []
        return Node(written, words or ["all pictures"], part)
    parts = tuple(_node(each, (*at, n), user) for n, each in enumerate(part["parts"]))
    return Node(written, [], "", part["join"], parts)


def _change(request: MemberRequest, collection: Collection) -> None:
    """Do what was pressed, and say it with what stood there before."""
    before = json.dumps(collection.rules)
    rules = json.loads(before)
    try:
        said = _do(request, rules)
        if "was" in request.POST:
            rules = smart.read_rules(json.loads(request.POST["was"]))
    except smart.NoRoom:
        messages.error(request, ROOM)
        return
    except (ValueError, IndexError, RecursionError):
        raise Http404 from None
    smart.save_rules(collection, rules)
    say_undoable(request, said, address=reverse("collection-rules", args=[collection.key]), fields=[("was", before)])


def _do(request: MemberRequest, rules: Rules) -> str:
    """Change the rules by one press; return what was done."""
    do, at = request.POST.get("do", ""), _path(request.POST.get("at", ""))
    if do in smart.JOINS:
        smart.set_join(rules, at, do)
        return "All of them must hold." if do == smart.AND else "One of them is enough."
    if do == "group":
        smart.add_part(rules, at, smart.new_rules())
        return "A group more."
    if do == "remove" and at:
        smart.remove_part(rules, at)
        return "Taken out."
    if do == "add":
        smart.add_part(rules, at, _query(request))
        return "A search more."
    if "was" in request.POST:
        return "As before."
    raise ValueError("nothing was pressed")


def _query(request: MemberRequest) -> str:
    """Return the search that was chosen, or that stands in an address of the gallery which was pasted."""
    if key := request.POST.get("search"):
        return access.search_write(request, key).query
    typed = request.POST.get("query", "").strip()
    return Filters.of(urlsplit(typed).query if "?" in typed else typed).query


def _path(text: str) -> Path:
    numbers = text.split(".") if text else []
    if not all(each.isdecimal() and each.isascii() and len(each) < 4 for each in numbers):
        raise ValueError("no path")
    return [int(each) for each in numbers]


def first_rules(request: MemberRequest) -> dict[str, Any]:
    """Return the rules of a new collection: the search that the address says, if it says one."""
    query = request.POST.get("query", "")
    return {"rules": smart.new_rules(*([Filters.of(query).query] if query else []))}
