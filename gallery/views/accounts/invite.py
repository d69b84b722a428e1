"""The page behind an invite: it makes one account and signs it in."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gallery.forms.accounts.accounts import NAME_TAKEN, WelcomeForm
from gallery.models import Invite
from gallery.services.accounts import invites, sign_ins
from gallery.services.operations import rate_limits
from gallery.views.throttled import too_often_page


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
def accept_invite(request: HttpRequest, token: str) -> HttpResponse:
    try:
        looks = sign_ins.begin_link(request)
    except rate_limits.RateLimitExceeded as too_often:
        return too_often_page(request, too_often)
    invite = invites.open_invite(token)
    if invite is None:
        return gone(request)
    rate_limits.give_back_tries(looks)
    return _take_in(request, invite)


def _take_in(request: HttpRequest, invite: Invite) -> HttpResponse:
    form = WelcomeForm(request.POST or None)
    if not form.is_valid():
        return _show_again(request, form)
    try:
        user = invites.accept_invite(invite, **_account(form.cleaned_data))
    except invites.InviteUsed:
        return gone(request)
    except invites.NameTaken:
        form.add_error("username", NAME_TAKEN)
        return _show_again(request, form)
    login(request, user)
    return redirect("studio")


def _show_again(request: HttpRequest, form: WelcomeForm) -> HttpResponse:
    return render(request, "accounts/invite.html", {"form": form})


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/invite_gone.html", status=404)


def _account(fields: dict[str, Any]) -> dict[str, Any]:
    return {"username": fields["username"], "email": fields["email"], "password": fields["password1"]}
