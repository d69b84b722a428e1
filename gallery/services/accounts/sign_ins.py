"""Signing in: how often a password may be tried, which browsers have been in before, and what the log says of it.

Strict for one name from one address, much looser for one name from everywhere: else anybody could keep somebody out.
A browser that has been in has a count of its own, so that whatever others try does not touch it. Every door at which a
password of an account can be tried counts here.
"""

import secrets
import unicodedata
from collections.abc import Mapping
from typing import Any

import structlog
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from gallery.models import User
from gallery.services.operations import rate_limits, trusted_proxies

HERE = rate_limits.Limit("sign-ins of from", count=10, seconds=900)  # one name from one address
PER_ADDRESS = rate_limits.Limit("sign-ins from", count=60, seconds=900)  # all names from one address: an office
PER_NAME = rate_limits.Limit("sign-ins of", count=300, seconds=900)  # one name from everywhere
KNOWN = rate_limits.Limit("sign-ins at", count=20, seconds=900)  # one name at a browser that has been in
RESETS_HERE = rate_limits.Limit(
    "resets of from", count=5, seconds=3600
)  # mails to one mailbox, asked for at one address
RESETS_PER_MAILBOX = rate_limits.Limit("resets of", count=15, seconds=3600)
RESETS_PER_ADDRESS = rate_limits.Limit("resets from", count=20, seconds=3600)
LINKS = rate_limits.Limit("links from", count=30, seconds=900)  # wrong one-time links from one address

COOKIE = "known_browser"
COOKIE_SECONDS = 60 * 60 * 24 * 365
COOKIE_PEOPLE = 5  # of one browser, the last to come in first
COOKIE_SALT = "fluxweb.known_browser"

log = structlog.get_logger("fluxweb.sign_ins")

Tries = list[tuple[rate_limits.Limit, str]]


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth comes without types
    """Look for everybody who may be meant, then hash equally often whether or not there is anybody."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        typed, password = credentials.get("username") or credentials.get("email"), credentials.get("password")
        if not typed or not password:
            return None
        people = _called(typed)
        if not people:
            User().check_password(password)
        return next((user for user in people if self._check_password(user, password)), None)


def _called(typed: str) -> list[User]:
    by_email = filter_users_by_email(typed, prefer_verified=True, for_login=True)
    people = [*by_email, get_user_by_username(typed)]
    return list({user.pk: user for user in people if user}.values())


def begin_sign_in(request: HttpRequest, name: str) -> Tries:
    """Count one try of a password before it is made; return what `rate_limits.give_back_tries` takes if it is right.

    Raises rate_limits.RateLimitExceeded, whether or not there is such a name.
    """
    tries = _tries(
        name, address=trusted_proxies.client_address(request.META), browser=_browser_of(request.COOKIES, name)
    )
    try:
        rate_limits.take_tries(tries)
    except rate_limits.RateLimitExceeded:
        log.warning("sign-in refused: too many tries", **_who(request, name))
        raise
    return tries


def note_failure(request: HttpRequest, name: str) -> None:
    """Leave one line in the log: whom it was about and from where, never what was typed as the password."""
    log.warning("sign-in failed", **_who(request, name))


def begin_reset(request: HttpRequest, mailbox: str) -> None:
    """Count one mail asked for, whether or not an account has this mailbox. Raises rate_limits.RateLimitExceeded."""
    neighbour = rate_limits.address_bucket(trusted_proxies.client_address(request.META))
    who = rate_limits.hide_name(spelling(mailbox))
    here = (RESETS_HERE, rate_limits.pair_names(who, neighbour))
    rate_limits.take_tries([here, (RESETS_PER_ADDRESS, neighbour), (RESETS_PER_MAILBOX, who)])


def begin_link(request: HttpRequest) -> Tries:
    """Count one look behind a one-time link; one that is right is given back. Raises rate_limits.RateLimitExceeded."""
    tries = [(LINKS, rate_limits.address_bucket(trusted_proxies.client_address(request.META)))]
    rate_limits.take_tries(tries)
    return tries


def spelling(name: str) -> str:
    """Return one spelling of a name or mailbox for all that mean the same person."""
    return unicodedata.normalize("NFKC", name.strip()).upper().casefold()


def _tries(name: str, *, address: str, browser: str | None) -> Tries:
    who, neighbour = rate_limits.hide_name(spelling(name)), rate_limits.address_bucket(address)
    if browser:
        return [(KNOWN, rate_limits.pair_names(who, browser))]
    return [(HERE, rate_limits.pair_names(who, neighbour)), (PER_ADDRESS, neighbour), (PER_NAME, who)]


def _who(request: HttpRequest, name: str) -> dict[str, Any]:
    """Say who is meant for the log: somebody may have typed a password where the name belongs."""
    known = [user.pk for user in _called(name)]
    shown = "".join(letter if letter.isalnum() else "?" for letter in name.strip()[:2])
    return {
        "name": f"{shown}***",
        "user": known[0] if known else None,
        "address": trusted_proxies.loggable_address(request.META),
    }


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let a browser show later that this person has been in at it; another password makes it unknown again."""
    others = {pk: [browser, proof] for pk, browser, proof in _entries(request.COOKIES)}
    browser = others.pop(user.pk, [secrets.token_hex(12)])[0]
    kept = [[pk, *rest] for pk, rest in others.items()][: COOKIE_PEOPLE - 1]
    value = signing.dumps([[user.pk, browser, _proof(user)], *kept], salt=COOKIE_SALT)
    response.set_cookie(
        COOKIE, value, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def _browser_of(cookies: Mapping[str, str], name: str) -> str | None:
    """Return the name of this browser if who is called so has been in at it, or None."""
    entries: dict[int, tuple[str, str]] = {pk: (browser, proof) for pk, browser, proof in _entries(cookies)}
    for user in User.objects.filter(pk__in=entries, is_active=True) if entries else ():
        browser, proof = entries[user.pk]
        called = spelling(name) in (spelling(user.username), spelling(user.email))
        if called and constant_time_compare(proof, _proof(user)):
            return browser
    return None


def _entries(cookies: Mapping[str, str]) -> list[list[Any]]:
    try:
        found: list[list[Any]] = signing.loads(cookies.get(COOKIE, ""), salt=COOKIE_SALT, max_age=COOKIE_SECONDS)
    except signing.BadSignature:
        return []
    return found


def _proof(user: User) -> str:
    return salted_hmac(COOKIE_SALT, user.get_session_auth_hash(), algorithm="sha256").hexdigest()[:32]
