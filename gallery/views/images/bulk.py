"""What is done to more pictures than one press waits for: begun from any page that selects, followed, undone."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from gallery import access, tasks
from gallery.access import MemberRequest
from gallery.models import Selection
from gallery.models.operations.bulk import Verb
from gallery.services.bulk import acts
from gallery.services.images import selection

SHOWN = 12  # pictures of what is asked about


def large_selection(request: MemberRequest) -> Selection | None:
    """Return the selection that is sent if it is more than one press acts on at once."""
    chosen = access.selection_named(request, request.POST)
    return chosen if chosen is not None and acts.is_large(chosen) else None


def asked_about(request: MemberRequest, chosen: Selection) -> dict[str, Any]:
    """Return what a page shows that asks something about a large selection, which is kept until it is answered."""
    kept = selection.keep_selection(request.user, images=chosen.images, query=chosen.query)
    return {
        "images": acts.shown_images(chosen, most=SHOWN),
        "count": selection.selected_images(chosen).count(),
        "fields": [("selection", kept.key)],
    }


def begin(request: MemberRequest, chosen: Selection, verb: Verb, *, said: str, **fields: Any) -> HttpResponse:
    """Begin an act and lead to the page that shows how far it is."""
    act = acts.begin_act(chosen, verb, owner=request.user, said=said, **fields)
    tasks.wake_bulk_worker()
    if request.htmx:
        return HttpResponseClientRedirect(act.get_absolute_url())
    return redirect(act)


@require_safe
def list_acts(request: MemberRequest) -> HttpResponse:
    """The newest acts of a member, which can still be undone."""
    return render(request, "images/bulk/acts.html", {"acts": acts.acts_of(request.user)})


@require_safe
def show(request: MemberRequest, key: str) -> HttpResponse:
    act = access.bulk_act_write(request, key)
    return render(request, "images/bulk/_act.html" if request.htmx else "images/bulk/act.html", {"act": act})


@require_POST
def undo(request: MemberRequest, key: str) -> HttpResponse:
    """Undo what is done of it, also while it goes on."""
    act = access.bulk_act_write(request, key)
    if acts.undo_act(act):
        tasks.wake_bulk_worker()
    else:
        messages.info(request, "There is nothing left of it that can be undone.")
    return redirect(act)
