"""Forms in which a password or a mail is asked for: each try is counted, and one too many is told when it may be made.

What was typed stays on the page; a password never does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as allauth
from allauth.core import context
from django.core.exceptions import ValidationError

from gallery.services.accounts import sign_ins
from gallery.services.operations import rate_limits
from gallery.services.operations.rate_limits import RateLimitExceeded


class Throttled:
    """A form that knows whether it was sent too often."""

    too_often: RateLimitExceeded | None = None

    @contextmanager
    def counted(self, words: str) -> Iterator[None]:
        try:
            yield
        except RateLimitExceeded as too_often:
            self.too_often = too_often
            raise ValidationError(f"{words} Try again {too_often.words}.", code="too_often") from None


class LoginForm(Throttled, allauth.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True

    def clean(self) -> Any:
        with self.counted("Wrong passwords were tried too often."):
            return super().clean()


class ReauthenticateForm(Throttled, allauth.ReauthenticateForm):
    def clean_password(self) -> Any:
        with self.counted("Wrong passwords were tried too often."):
            return super().clean_password()


class ChangePasswordForm(Throttled, allauth.ChangePasswordForm):
    def clean_oldpassword(self) -> Any:
        name = self.user.username
        with self.counted("Wrong passwords were tried too often."):
            tries = sign_ins.begin_sign_in(context.request, name)
        try:
            password = super().clean_oldpassword()
        except ValidationError:
            sign_ins.note_failure(context.request, name)
            raise
        rate_limits.give_back_tries(tries)
        return password


class ResetPasswordForm(Throttled, allauth.ResetPasswordForm):
    def clean_email(self) -> Any:
        email = super().clean_email()
        with self.counted("Mails were asked for too often."):
            sign_ins.begin_reset(context.request, email)
        return email
