"""Reads the environment and refuses nonsense: a typo in a setting stops the start with the variable's name."""

import ipaddress
import os
import re
import secrets
import tempfile
import time
import zoneinfo
from email.utils import parseaddr
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from gallery.catalogue.numbers.amounts import InvalidAmount, read_amount

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
SECRET_LENGTH, SECRET_LETTERS = 32, 5  # the least of characters, and of different ones
SECRET_LOOKS = 40


NAMES = set()  # of every variable that the settings have read


def env_str(name, default=""):
    NAMES.add(name)
    return os.environ.get(name, default).strip()


def env_bool(name, default=False):
    text = env_str(name, str(default)).lower()
    if text in TRUE | FALSE:
        return text in TRUE
    raise ImproperlyConfigured(f"{name} is neither true nor false: {text!r}")


def env_int(name, default, *, low=1, high=1_000_000):
    return _number(name, default, int, r"[+-]?[0-9]+", low=low, high=high)


def env_float(name, default, *, low=0.0, high=86_400.0):
    return _number(name, default, float, r"[+-]?[0-9]+(\.[0-9]*)?", low=low, high=high)


def _number(name, default, kind, form, *, low, high):
    text = env_str(name) or str(default)
    if not re.fullmatch(form, text):  # Python's own readers take 1_0, nan and digits of every script
        raise ImproperlyConfigured(f"{name} is not a {'whole ' if kind is int else ''}number: {text!r}")
    value = kind(text)
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} must be between {low} and {high}, not {text}")
    return value


def env_dollars(name, default):
    """An amount of US dollars as people write it, in micro-dollars."""
    try:
        return read_amount(env_str(name) or default)
    except InvalidAmount as invalid:
        raise ImproperlyConfigured(f"{name} is no amount of dollars: {invalid}") from None


def env_list(name, default=""):
    return [part.strip() for part in (env_str(name) or default).split(",") if part.strip()]


def env_networks(name):
    """Addresses and networks such as 10.0.0.0/8, as texts that the ipaddress module reads."""
    return [_network(name, text) for text in env_list(name)]


def _network(name, text):
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as refused:
        raise ImproperlyConfigured(f"{name} names no address or network: {refused}") from None


def env_zone(name, default="UTC"):
    text = env_str(name) or default
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(f"{name} is no time zone such as Europe/Berlin: {text!r}") from None
    return text


def env_mailbox(name, default):
    """A sender: `fluxweb@example.com` or `fluxweb <fluxweb@example.com>`."""
    text = env_str(name)
    try:
        if text:
            validate_email(parseaddr(text)[1] if text.isprintable() else "")
    except ValidationError:
        raise ImproperlyConfigured(f"{name} is no address that mail can come from: {text!r}") from None
    return text or default


def env_folder(name, default: Path):
    """A folder that files can be written to; it is made if it is not there."""
    folder = Path(env_str(name) or default).expanduser()
    try:
        folder = folder.resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError, ValueError) as trouble:
        reason = getattr(trouble, "strerror", None) or trouble
        raise ImproperlyConfigured(f"{name}: nothing can be written to {folder} ({reason})") from None


def env_secret(name, kept_in: Path):
    """The variable if set, else a secret made once and kept in a file only the owner may read."""
    if text := env_str(name):
        if len(text) < SECRET_LENGTH or len(set(text)) < SECRET_LETTERS:
            raise ImproperlyConfigured(
                f"{name} is too easy to guess: give it at least {SECRET_LENGTH} random characters, or leave it out"
            )
        return text
    try:
        descriptor = os.open(kept_in, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_secret(name, kept_in)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return _kept_secret(name, kept_in)


def _kept_secret(name, kept_in):
    """Read it again for a moment: another process may be between making the file and writing it."""
    for _ in range(SECRET_LOOKS):
        text = kept_in.read_text().strip()
        if len(text) >= SECRET_LENGTH:
            return text
        time.sleep(0.05)
    raise ImproperlyConfigured(
        f"{kept_in} is damaged; set {name} or remove the file (everyone will have to sign in again)"
    )
