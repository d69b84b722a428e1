"""Reads the environment and refuses nonsense: a typo in a setting stops the start with the variable's name."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from gallery.catalogue.amounts import InvalidAmount, read_amount

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def env_str(name, default=""):
    return os.environ.get(name, default).strip()


def env_bool(name, default=False):
    text = env_str(name, str(default)).lower()
    if text in TRUE | FALSE:
        return text in TRUE
    raise ImproperlyConfigured(f"{name} is neither true nor false: {text!r}")


def env_int(name, default, *, low=1, high=1_000_000):
    return _number(name, default, int, low=low, high=high)


def env_float(name, default, *, low=0.0, high=86_400.0):
    return _number(name, default, float, low=low, high=high)


def _number(name, default, kind, *, low, high):
    text = env_str(name) or str(default)
    try:
        value = kind(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not a number: {text!r}") from None
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} must be between {low} and {high}, not {text}")
    return value


def env_dollars(name, default):
    """An amount of US dollars as people write it, in micro-dollars."""
    try:
        return read_amount(env_str(name) or default)
    except InvalidAmount as invalid:
        raise ImproperlyConfigured(f"{name} is no amount of dollars: {invalid}") from None


def env_url(name, default="", *, schemes=("http", "https")):
    """An address without a trailing slash. Never shown whole in an error: addresses can carry passwords."""
    text = env_str(name) or default
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in schemes or not (parts.netloc or parts.path):
        raise ImproperlyConfigured(
            f"{name} must be an address that starts with {' or '.join(s + '://' for s in schemes)}"
        )
    return text.rstrip("/")


def env_list(name, default=""):
    return [part.strip() for part in (env_str(name) or default).split(",") if part.strip()]


def env_secret(name, kept_in: Path):
    """The variable if set, else a secret made once and kept in a file only the owner may read."""
    if text := env_str(name):
        return text
    try:
        descriptor = os.open(kept_in, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_secret(name, kept_in)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return _kept_secret(name, kept_in)


def _kept_secret(name, kept_in):
    text = kept_in.read_text().strip()
    if len(text) < 50:
        raise ImproperlyConfigured(
            f"{kept_in} is damaged; set {name} or remove the file (everyone will have to sign in again)"
        )
    return text
