"""The one answer while the database is locked or away or the disk is full: in words, and with the form kept.

It never says that nothing was bought unless that is certain.
"""

import sys

import structlog
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views import defaults
from django_htmx.http import HttpResponseClientRedirect, reswap, trigger_client_event

from gallery.access import MemberRequest
from gallery.forms.studio.compose import ComposeForm
from gallery.services.db.trouble import RequestWrites, trouble_of
from gallery.services.runs import submission
from gallery.views.studio import studio

RETRY_SECONDS = 5
BUYS = {"studio", "batch", "run-extend", "run-retry", "run-resume", "job-again", "image-repeat"}
SAFE = ("GET", "HEAD", "OPTIONS")

log = structlog.get_logger("fluxweb.web")


class WatchedRequest(MemberRequest):
    """A request whose writes are watched by the middleware."""

    writes: RequestWrites


def server_error(request: WatchedRequest) -> HttpResponse:
    """Django's handler500: what fails outside the views, such as the look at who is signed in, comes by here."""
    return answer(request, sys.exc_info()[1]) or defaults.server_error(request)


def answer(request: WatchedRequest, error: BaseException | None) -> HttpResponse | None:
    """Return what the browser is told, or None if the error is no trouble of the database or the disk."""
    trouble = trouble_of(error)
    if trouble is None:
        return None
    log.warning("request met trouble", trouble=trouble, error=type(error).__name__, path=request.path)
    connection.close_if_unusable_or_obsolete()
    return _the_run(request, trouble) or _in_words(request, trouble)


def _the_run(request: WatchedRequest, trouble: str) -> HttpResponse | None:
    """Lead to the run of this press if it was made, though something failed after it."""
    nonce = request.POST.get("nonce", "")
    if not nonce or not (request.writes.committed or request.writes.nobody_knows(trouble)):
        return None
    try:
        run = submission.find_run_of_press(request.user, nonce)
    except DatabaseError:
        return None
    if run is None:
        return None
    address = reverse("run", args=[run.key])
    return HttpResponseClientRedirect(address) if "HX-Request" in request.headers else redirect(address)


def _in_words(request: WatchedRequest, trouble: str) -> HttpResponse:
    said = f"{trouble} {_outcome(request, trouble)}"
    response = _fragment(said) if "HX-Request" in request.headers else _page(request, said)
    response.status_code = 503
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def _outcome(request: WatchedRequest, trouble: str) -> str:
    """Say what became of the request: no more than is known."""
    if request.method in SAFE:
        return "Nothing is lost. Load the page again in a moment."
    if request.writes.committed:
        return "Part of it was done before that. Look at what is there before you press again."
    if request.writes.nobody_knows(trouble):
        return (
            "Whether this press was taken in is not known. Press again: the same press never buys twice."
            if "nonce" in request.POST
            else "Whether this press was taken in is not known. Look at what is there before you press again."
        )
    match = request.resolver_match
    done = "bought" if match and match.url_name in BUYS else "changed"
    return f"Nothing was {done}. Press again."


def _fragment(said: str) -> HttpResponse:
    """For htmx: the page stays as it is, and what was typed in it; chrome.js shows the words."""
    response = HttpResponse(said, content_type="text/plain; charset=utf-8")
    return trigger_client_event(reswap(response, "none"), "fluxweb:trouble", {"said": said})


def _page(request: WatchedRequest, said: str) -> HttpResponse:
    match = request.resolver_match
    if request.method == "POST" and match and match.url_name == "studio":
        try:
            form = ComposeForm(request.POST)
            return studio.show_studio(request, form, studio.plan_form(form, owner=request.user), trouble=said)
        except Exception:  # whatever it is, behind this there is only a bare 500: the plain page keeps what was typed
            log.exception("studio cannot be shown")
    context = {"said": said, "address": request.get_full_path(), "typed": _typed(request), "file": bool(request.FILES)}
    return HttpResponse(render_to_string("503.html", context | {"posted": request.method == "POST"}))


def _typed(request: WatchedRequest) -> list[tuple[str, str]]:
    """List (name, value) of what was sent, for the next press; a password is typed again by who knows it."""
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    secret = any("password" in name.lower() for name, _ in sent)
    return [] if secret or request.FILES else sent
