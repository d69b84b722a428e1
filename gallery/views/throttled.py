"""What is answered to a try too many: 429, how long to wait, and from which minute on in words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gallery.services.operations.rate_limits import RateLimitExceeded


def too_many(response: HttpResponse, too_often: RateLimitExceeded) -> HttpResponse:
    """Say in the headers too that it was too often, and how long to wait."""
    response.status_code = 429
    response.headers["Retry-After"] = too_often.seconds
    return response


def too_often_page(request: HttpRequest, too_often: RateLimitExceeded) -> HttpResponse:
    """Answer with a page of its own where there is no form to say it in."""
    return too_many(render(request, "accounts/too_often.html", {"too_often": too_often}), too_often)
