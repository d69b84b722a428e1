"""What goes over the wire: the two requests, and every limit with its unit."""

import json
from typing import Any

import httpx

CONNECT_SECONDS = 10.0  # resolve excluded (the resolver bounds itself), connect and TLS each
READ_SECONDS = 360.0  # silence while the provider paints; its own baseline (docs/api.md)
WRITE_SECONDS = 60.0  # one send that makes no progress
TOTAL_SECONDS = 420.0  # one paid call, whatever drips
FIRST_BYTE_WITHIN_SECONDS = 5.0  # after the mark; later than that the reaper may have spoken
RESULT_READ_SECONDS = 30.0  # silence of the delivery host, which only hands out a file

MAX_ANSWER_BYTES = 1_000_000  # a real answer has some hundred bytes
MAX_RESULT_BYTES = 40_000_000
MAX_PICTURE_ANSWER_BYTES = 60_000_000  # a paid one that carries the largest result in base64, in short lines

PLAIN_HEADERS = {
    "User-Agent": "fluxweb",
    "Accept-Encoding": "identity",  # nothing to inflate: the cap counts the very bytes we keep
    "Connection": "close",  # a stale kept line would make "cut" ambiguous, and "cut" means money
}


def generate_url(api_url: str) -> httpx.URL:
    """Return the address of the one paid call. Raises ValueError for anything but a plain http(s) base."""
    try:
        url = httpx.URL(api_url.rstrip("/") + "/images/generations")
    except httpx.InvalidURL:
        raise ValueError("the API's address cannot be read") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError("the API's address must be http(s)://host[:port]/path, without user, query or fragment")
    return url


def check_key(api_key: str) -> str:
    """Return the key if it fits into a header.

    Raises ValueError without quoting it: httpx would fail later, with the whole key in its exception.
    """
    if not api_key or not all("!" <= letter <= "~" for letter in api_key):
        raise ValueError("the API key must be printable ASCII without spaces")
    return api_key


def encode_body(body: dict[str, Any]) -> bytes:
    """Return the JSON as UTF-8. Raises ValueError for what JSON or UTF-8 cannot hold (NaN, lone surrogates)."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, RecursionError) as error:
        raise ValueError("not JSON") from error


def generate_request(url: httpx.URL, api_key: str, content: bytes) -> httpx.Request:
    """Build the one POST that costs money."""
    headers = PLAIN_HEADERS | {
        "Authorization": f"Bearer {api_key}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    return httpx.Request("POST", url, headers=headers, content=content, extensions=_limits(READ_SECONDS))


def result_request(url: httpx.URL) -> httpx.Request:
    """Build the GET of a result. It never carries the key: the host is not the API's."""
    headers = PLAIN_HEADERS | {"Accept": "image/*"}
    return httpx.Request("GET", url, headers=headers, extensions=_limits(RESULT_READ_SECONDS))


def account_request(url: httpx.URL, token: str) -> httpx.Request:
    """Build a free GET of the account's own pages. Their token stands raw in the header."""
    headers = PLAIN_HEADERS | {"Authorization": token, "Accept": "application/json"}
    return httpx.Request("GET", url, headers=headers, extensions=_limits(RESULT_READ_SECONDS))


def _limits(read_seconds: float) -> dict[str, Any]:
    timeout = httpx.Timeout(connect=CONNECT_SECONDS, read=read_seconds, write=WRITE_SECONDS, pool=None)
    return {"timeout": timeout.as_dict()}
