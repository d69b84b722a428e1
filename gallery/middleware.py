"""What every request passes on its way in, and every answer on its way out."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.http import reswap, trigger_client_event

from gallery.models import User
from gallery.services.accounts import sign_ins
from gallery.services.db.trouble import RequestWrites
from gallery.services.operations import trusted_proxies
from gallery.views.operations import trouble
from gallery.views.operations.trouble import WatchedRequest

Answer = Callable[[HttpRequest], HttpResponse]

PROBES = ("/healthz", "/readyz")
PAGE, TO_SAVE = "private, no-cache", "private, no-store"
NOT_THIS_HOST = "fluxweb is not reached under this name. Open it by the address that you were given."
SHARED = "/s/"
COMPRESSED = ("text/html", "text/csv", "text/plain", "application/json")
log = structlog.get_logger("fluxweb.web")

SHARED_HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def forwarded_scheme(get_response: Answer) -> Answer:
    """Believe a proxy of ours that the browser spoke TLS with it: cookies, redirects and CSRF depend on the scheme."""

    def answer(request: HttpRequest) -> HttpResponse:
        if trusted_proxies.is_forwarded_https(request.META):
            request.META["wsgi.url_scheme"] = "https"
        return get_response(request)

    return answer


def known_hosts(get_response: Answer) -> Answer:
    """Answer a name that is not ours in words, with one line in the log: whoever scans the network asks by hundreds."""

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            log.warning("foreign host", host=request.META.get("HTTP_HOST", "")[:100], path=request.path[:100])
            return HttpResponseBadRequest(NOT_THIS_HOST, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return answer


def caching(get_response: Answer) -> Answer:
    """Say of every answer that does not say it itself who may keep it.

    A page is its reader's alone and is asked for again, but not `no-store`: browsers show it at once when one goes
    Back. After signing out that would be the wrong person's, so signing out empties the browser's cache. What is to
    be saved as a file, such as the books, leaves no second copy in it.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = TO_SAVE if _is_to_be_saved(response) else PAGE
        if "immutable" not in response.headers["Cache-Control"]:  # a file is the same for htmx
            patch_vary_headers(response, ("HX-Request", "HX-Target"))
        if request.method == "POST" and request.path == resolve_url("account_logout"):
            response.headers["Clear-Site-Data"] = '"cache"'
        return response

    return answer


def _is_to_be_saved(response: HttpResponse) -> bool:
    kind = response.headers.get("Content-Type", "")
    return kind.startswith("text/csv") or "attachment" in response.headers.get("Content-Disposition", "")


class Compression(GZipMiddleware):
    """Compress pages, fragments, tables and JSON; pictures and ZIPs are compressed already, and go out as they are.

    The length of a compressed page could tell a secret in it to whoever makes a browser ask for the page with guesses
    in the address (BREACH). Here that ends at several doors: the tokens of forms are masked anew in every answer, the
    nonces are new, the cookie of a session does not come with requests that another site makes (SameSite=Lax), what an
    address says never stands in a page beside the address of a link (tests/project/test_compression.py), and Django
    makes every answer longer by up to a hundred random bytes.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(COMPRESSED):
            return response
        return super().process_response(request, response)


class DatabaseTrouble:
    """Answer in words where the database is locked or away, or the disk is full; see views/operations/trouble.py.

    What fails outside the views comes to the same answer by handler500.
    """

    def __init__(self, get_response: Callable[[WatchedRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: WatchedRequest) -> HttpResponse:
        request.writes = RequestWrites()
        with connection.execute_wrapper(request.writes):
            response = self.get_response(request)
        if response.status_code == 429 and request.writes.met:
            # the count of tries could not be written, which is not the same as too many
            return trouble.answer(request, request.writes.met) or response
        return response

    def process_exception(self, request: WatchedRequest, error: Exception) -> HttpResponse | None:
        return trouble.answer(request, error)


def probes(get_response: Answer) -> Answer:
    """Let nobody's session be read for those who ask whether it runs: that would fail with what they ask about."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path in PROBES:
            request.META.pop("HTTP_COOKIE", None)
        return get_response(request)

    return answer


def shared_links(get_response: Answer) -> Answer:
    """Keep whatever a link answers, errors and files too, out of search engines, caches and other sites' logs."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(SHARED):
            for name, value in SHARED_HEADERS.items():
                response.headers[name] = value
        return response

    return answer


def origin_of_links(get_response: Answer) -> Answer:
    """Tell Django's guard of forms where a form of a link came from: a page without referrer sends `Origin: null`.

    That is no proof of a foreign site. The token is asked for all the same, and a browser that says how far away the
    form was has to say that it was ours.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        hidden = request.headers.get("Origin") == "null" and request.path.startswith(SHARED)
        if hidden and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin":
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return get_response(request)

    return answer


def signed_out_fragments(get_response: Answer) -> Answer:
    """Answer htmx with 401 where a page would be led to sign in: a login page inside the studio would wipe what was
    typed there. chrome.js says so and stops the polls."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "HX-Request" in request.headers and _leads_to_login(request, response):
            signed_out = HttpResponse(status=401)
            return trigger_client_event(reswap(signed_out, "none"), "fluxweb:signed-out", {"login": _login()})
        return response

    return answer


def wrong_methods(get_response: Answer) -> Answer:
    """Say in words that an address only takes what a form sends: who signs in after a press is led there."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET" and not response.content:
            response.content = render_to_string("405.html", request=request)
        return response

    return answer


def known_browsers(get_response: Answer) -> Answer:
    """Give a browser at which somebody has just come in, or chosen a password, what it shows next time."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if user := getattr(request, "came_in", None):
            sign_ins.remember_browser(request, response, user)
        return response

    return answer


def note_who_came_in(*, request: Any = None, user: User | None = None, **_: object) -> None:
    """Hear Django's and allauth's signals; the answer, which carries the cookie, is made later."""
    if request is not None:
        request.came_in = user


def name_the_client(*, request: HttpRequest, **_: object) -> None:
    """Let lines of the log say who asks by the one rule for it: structlog's own would believe anybody's header."""
    structlog.contextvars.bind_contextvars(ip=trusted_proxies.loggable_address(request.META))


def _leads_to_login(request: HttpRequest, response: HttpResponse) -> bool:
    away = response.status_code == 302 and urlsplit(response["Location"]).path == _login()
    return away and not request.user.is_authenticated


def _login() -> str:
    return resolve_url(settings.LOGIN_URL)
