"""Accounts: one-time links that make them, and the first admin."""

import secrets
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.models import Invite, User
from gallery.models.people import Role, digest_of
from gallery.services.db.slices import delete_in_slices

WELCOME_DAYS = 7


class InviteUsed(Exception):
    """The link was used or has run out between opening the page and sending the form."""


class NameTaken(Exception):
    """Somebody took the name between the form's look and ours; the link stays good."""


def team_is_empty() -> bool:
    return not User.objects.exists()


@transaction.atomic
def invite_first_admin() -> str:
    """Return the token of a fresh one-time link for the first admin; links printed before stop working."""
    Invite.objects.open().filter(role=Role.ADMIN).update(expires_at=timezone.now())
    return create_invite(role=Role.ADMIN)


def create_invite(*, role: str) -> str:
    """Make a one-time link and return its token; only the digest is kept."""
    token = secrets.token_urlsafe(24)
    Invite.objects.create(digest=digest_of(token), role=role, expires_at=timezone.now() + timedelta(days=WELCOME_DAYS))
    return token


def open_invite(token: str) -> Invite | None:
    return Invite.objects.open().with_token(token).first()


@transaction.atomic
def accept_invite(found: Invite, *, username: str, email: str, password: str) -> User:
    """Make the account of an invite, once. Raises InviteUsed or NameTaken if somebody was faster."""
    if not Invite.objects.open().filter(pk=found.pk).update(used_at=timezone.now()):
        raise InviteUsed
    make = User.objects.create_superuser if found.role == Role.ADMIN else User.objects.create_user
    try:
        user = make(username, email, password, **({} if found.role == Role.ADMIN else {"role": found.role}))
    except IntegrityError as taken:
        raise NameTaken from taken
    Invite.objects.filter(pk=found.pk).update(used_by=user)
    return user


def sweep_sessions() -> None:
    """Forget the sessions that have run out."""
    delete_in_slices(Session.objects.filter(expire_date__lt=timezone.now()))
