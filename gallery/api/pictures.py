"""Any picture of the web, at an address that somebody typed: behind the guards of results, at every redirect again.

There is no list of hosts: what keeps the request out of our own network is that a host's addresses must be public, that
those very addresses are connected to, and that nothing but the usual ports is.
"""

import contextlib
import ssl
import time
from collections.abc import Sequence
from typing import IO

import httpx

from . import requests
from .client import shared_ssl_context, what_broke
from .errors import ResultRefused, ResultUnavailable
from .results import encodings
from .results.result_body import check_head, copy_picture, unpack
from .results.result_urls import Target, check_web_address
from .transport import Call, Transport

REDIRECTS_MOST = 3
REDIRECTS = (301, 302, 303, 307, 308)


def fetch_web_picture(
    url: str,
    into: IO[bytes],
    *,
    most_bytes: int,
    deadline_seconds: float,
    origins: Sequence[str] = (),
    ssl_context: ssl.SSLContext | None = None,
) -> None:
    """Write what an address leads to into an empty file, within deadline_seconds all in. Sends no key and no cookie.

    origins: whole origins of our own network that may be asked all the same. Raises ResultGone, ResultUnavailable or
    ResultRefused; OSError if the file cannot be written. After an error the file may hold a part.
    """
    deadline = time.monotonic() + deadline_seconds
    for _ in range(REDIRECTS_MOST + 1):
        target = check_web_address(url, origins)
        call = Call(deadline, allows=target.allows)
        try:
            leads_to = _fetch(call, target, into, most_bytes, ssl_context or shared_ssl_context())
        except httpx.TransportError as error:
            raise ResultUnavailable(what_broke(call, error)) from None
        if leads_to is None:
            return
        url = _joined(target.url, leads_to)
    raise ResultRefused("the address leads from one to the next without an end")


def _fetch(call: Call, target: Target, into: IO[bytes], most_bytes: int, ssl_context: ssl.SSLContext) -> str | None:
    """Write the body, or return where the address leads instead."""
    with (
        Transport(call, ssl_context) as line,
        contextlib.closing(line.handle_request(requests.result_request(target.url))) as response,
    ):
        if response.status_code in REDIRECTS:
            return str(response.headers.get("location", ""))
        check_head(response.status_code, response.headers, most_bytes=most_bytes)
        copy_picture(response.iter_raw(), into, most_bytes=most_bytes)
    encoding = response.headers.get("content-encoding", "")
    if encodings.names_of(encoding):
        unpack(into, encoding, most_bytes=most_bytes)
    return None


def _joined(url: httpx.URL, leads_to: str) -> str:
    try:
        return str(url.join(leads_to))
    except (httpx.InvalidURL, ValueError):
        raise ResultRefused("the address leads to one that cannot be read") from None
