"""The provider as the services see it: one client per worker thread, made from the settings."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any

from django.conf import settings

from gallery.api import requests
from gallery.api.account import PAGE_SIZE, Account, AccountUnreadable, Balance, Charge
from gallery.api.client import Client
from gallery.api.responses import Answer
from gallery.api.results.result_body import Downloaded, copy_inline
from gallery.api.results.result_urls import check_origins, check_result_hosts
from gallery.api.results.result_urls import result_host as host_of

__all__ = [
    "PAGE_SIZE", "AccountUnreadable", "close_client", "copy_inline", "download_result", "find_faults", "has_account",
    "host_of", "list_charges", "read_balance", "request_image",
]  # fmt: skip

local = threading.local()
DEMO_KEY = "demo"  # the simulator takes any


def request_image(body: dict[str, Any], *, marked_at: float | None) -> Answer:
    """Make the one paid call of an attempt. Raises the named errors of gallery.api.errors.

    The caller has committed the mark and holds no transaction and no database connection.
    """
    return _client().generate(body, marked_at=marked_at)


def download_result(url: str, *, into: IO[bytes], deadline_seconds: float) -> Downloaded:
    """Stream a result into an open file and return what came. GETs are free and may be repeated."""
    return _client().download(url, into, deadline_seconds=deadline_seconds)


def has_account() -> bool:
    """Return whether the balance and the log can be read: with a token of their own, or from the simulator."""
    return bool(settings.FLUX_ACCOUNT_TOKEN) or settings.DEMO


def read_balance() -> Balance:
    """Ask what is left. Raises AccountUnreadable."""
    return _account().balance()


def list_charges(*, page: int, start: datetime, end: datetime) -> list[Charge]:
    """Return one page of what was charged. Raises AccountUnreadable."""
    return _account().charges(page=page, start=start, end=end)


def _account() -> Account:
    return Account(settings.FLUX_API_URL, DEMO_KEY if settings.DEMO else settings.FLUX_ACCOUNT_TOKEN)


def find_faults() -> Iterator[tuple[str, str]]:
    """Yield (variable, what is wrong with it) for the settings of the provider. Never quotes a key."""
    readers: dict[str, Callable[[], object]] = {
        "FLUX_API_URL": lambda: requests.generate_url(settings.FLUX_API_URL),
        "FLUX_API_KEY": lambda: requests.check_key(settings.FLUX_API_KEY or DEMO_KEY),
        "FLUX_ACCOUNT_TOKEN": lambda: requests.check_key(settings.FLUX_ACCOUNT_TOKEN or DEMO_KEY),
        "FLUX_RESULT_HOSTS": lambda: check_result_hosts(settings.ASKED_RESULT_HOSTS),
        "FLUXWEB_REFERENCE_ORIGINS": lambda: check_origins(settings.REFERENCE_ORIGINS),
    }
    for name, read in readers.items():
        try:
            read()
        except ValueError as error:
            yield name, str(error)


def _client() -> Client:
    """Return this thread's client: one httpx client shared by many threads loses requests, and these are paid."""
    wanted = (settings.FLUX_API_URL, settings.FLUX_API_KEY, settings.FLUX_TIMEOUT, tuple(settings.FLUX_RESULT_HOSTS))
    if getattr(local, "made_for", None) != wanted:
        close_client()
        local.client = Client(
            settings.FLUX_API_URL,
            settings.FLUX_API_KEY or DEMO_KEY,
            total_seconds=settings.FLUX_TIMEOUT,
            result_hosts=settings.FLUX_RESULT_HOSTS,
        )
        local.made_for = wanted
    client: Client = local.client
    return client


def close_client() -> None:
    """Close this thread's client, if it has one."""
    if client := getattr(local, "client", None):
        client.close()
        local.client = local.made_for = None
