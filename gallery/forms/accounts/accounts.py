"""Signing up: closed to the world, open to the bearer of an invite."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from gallery.models import User
from gallery.services.accounts import sign_ins
from gallery.services.operations import mail_server, rate_limits, trusted_proxies

NAME_TAKEN = "Somebody has this name already. Choose another."
USERNAME_LENGTH = User._meta.get_field("username").max_length


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Lead to the address fluxweb is set up for: the Host header is whatever the asker wrote."""
        path: str = urlsplit(super().get_reset_password_from_key_url(key)).path
        return f"{settings.PUBLIC_URL}{path}"

    def get_client_ip(self, request: HttpRequest) -> str:
        return trusted_proxies.client_address(request.META)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try. Raises rate_limits.RateLimitExceeded."""
        self.tries = sign_ins.begin_sign_in(request, _name(credentials))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            rate_limits.give_back_tries(self.tries)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_ins.note_failure(request, _name(credentials))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail as allauth does, and send it beside the request."""
        request = allauth_context.request
        context = {"request": request, "email": email, "current_site": get_current_site(request)} | context
        mail_server.send_mail(self.render_mail(template_prefix, email, context))


def _name(credentials: dict[str, Any]) -> str:
    """Return what was typed: the same for a name that is known and for one that is not."""
    return credentials.get("username") or credentials.get("email") or ""


class WelcomeForm(forms.Form):
    """Choose name and password of a new account. Passwords are never sent back to the page."""

    username = forms.CharField(
        max_length=USERNAME_LENGTH,
        validators=[UnicodeUsernameValidator()],
        help_text="Letters, digits and @ . + - _. Your team sees it.",
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    email = forms.EmailField(
        label="Email (optional)",
        required=False,
        help_text="Only for a new password, should you forget yours.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password1 = forms.CharField(
        label="Password",
        strip=False,
        help_text="At least eight characters, nothing common.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        username: str = User.normalize_username(self.cleaned_data["username"])
        # Somebody who may sign in as "Mia" must not be mistaken for "mia".
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(NAME_TAKEN)
        return username

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if email and User.objects.filter(email__iexact=email).exists():
            raise ValidationError("Another account has this address already.")
        return email

    def clean(self) -> dict[str, Any]:
        fields = super().clean()
        assert fields is not None
        password, again = fields.get("password1"), fields.get("password2")
        if password:
            self._judge_password(password, fields)
        if password and again and password != again:
            self.add_error("password2", "The two passwords differ. Type the same one twice.")
        return fields

    def _judge_password(self, password: str, fields: dict[str, Any]) -> None:
        person = User(username=fields.get("username", ""), email=fields.get("email", ""))
        try:
            password_validation.validate_password(password, user=person)
        except ValidationError as found:
            self.add_error("password1", found)
