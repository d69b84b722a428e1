"""allauth's pages at which something can be tried: a try too many is answered in words, a silent mail server borne."""

from typing import Any

from allauth.account import views as allauth
from allauth.account.internal.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from gallery.services.accounts import sign_ins
from gallery.services.operations import mail_server, rate_limits
from gallery.views.throttled import too_many, too_often_page

CANNOT_SEND = "The mail server does not answer, so nothing was sent. Try again in a few minutes, or ask an admin."


class Throttled:
    """A page whose form knows whether it was sent too often."""

    too_often: rate_limits.RateLimitExceeded | None = None

    def form_invalid(self, form: Any) -> HttpResponse:
        self.too_often = form.too_often
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # mixed into allauth's views
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]  # as above
        return too_many(response, self.too_often) if self.too_often else response


class LoginView(Throttled, allauth.LoginView):
    pass


class ReauthenticateView(Throttled, allauth.ReauthenticateView):
    pass


class PasswordChangeView(Throttled, allauth.PasswordChangeView):
    pass


class PasswordResetView(Throttled, allauth.PasswordResetView):
    def form_valid(self, form: Any) -> HttpResponse:
        if mail_server.server_answers():
            response: HttpResponse = super().form_valid(form)
            return response
        form.add_error(None, CANNOT_SEND)
        return self.form_invalid(form)


class PasswordResetFromKeyView(allauth.PasswordResetFromKeyView):
    @login_not_required
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            looks = sign_ins.begin_link(request)
        except rate_limits.RateLimitExceeded as too_often:
            return too_often_page(request, too_often)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        if getattr(self, "reset_user", self) is not None:  # None: the link is wrong; not there: it leads on
            rate_limits.give_back_tries(looks)
        return response
