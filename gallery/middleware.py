"""What every request passes on its way in, and every answer on its way out."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import reswap, trigger_client_event

SHARED = "/s/"
SHARED_HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def shared_links(get_response):
    """Keep whatever a link answers, errors and files too, out of search engines, caches and other sites' logs."""

    def answer(request):
        response = get_response(request)
        if request.path.startswith(SHARED):
            for name, value in SHARED_HEADERS.items():
                response.headers[name] = value
        return response

    return answer


def origin_of_links(get_response):
    """Tell Django's guard of forms where a form of a link came from: a page without referrer sends `Origin: null`.

    That is no proof of a foreign site. The token is asked for all the same, and a browser that says how far away the
    form was has to say that it was ours.
    """

    def answer(request):
        hidden = request.headers.get("Origin") == "null" and request.path.startswith(SHARED)
        if hidden and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin":
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return get_response(request)

    return answer


def signed_out_fragments(get_response):
    """Answer htmx with 401 where a page would be led to sign in: a login page inside the studio would wipe what was
    typed there. chrome.js says so and stops the polls."""

    def answer(request):
        response = get_response(request)
        if "HX-Request" in request.headers and _leads_to_login(request, response):
            signed_out = HttpResponse(status=401)
            return trigger_client_event(reswap(signed_out, "none"), "fluxweb:signed-out", {"login": _login()})
        return response

    return answer


def _leads_to_login(request, response):
    away = response.status_code == 302 and urlsplit(response["Location"]).path == _login()
    return away and not request.user.is_authenticated


def _login():
    return resolve_url(settings.LOGIN_URL)
