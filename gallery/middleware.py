"""What every answer passes on its way out."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import reswap, trigger_client_event


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
