"""Reads one answer of the API: its picture, or the error that says what may be done next. Pure functions."""

import datetime
import email.utils
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .error_mapping import Reply, error_for
from .errors import PaidWithoutResult
from .requests import MAX_PICTURE_ANSWER_BYTES
from .results.encodings import CannotUndo, undo, undo_by_sight
from .results.payloads import find_payload

MAX_WORDS_CHARS = 500
MAX_CODE_CHARS = 100
MAX_REQUEST_ID_CHARS = 200
MAX_RETRY_AFTER_SECONDS = 600.0
SHORTEST_SECRET_CHARS = 6  # blotting out a shorter one would only garble the words

REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-oneapi-request-id")
REQUEST_ID_AT_END = re.compile(r"\(request id: ([^()]+)\)\s*\Z", re.IGNORECASE)
SIGNATURE = re.compile(r"((?:signature|sig|token)=)[^\s&\"'<>]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A paid picture's address, which lives ten minutes, or its very bytes, and then no address.

    created: the provider's Unix time, None if it gave none.
    """

    url: str = field(repr=False)  # its signature opens the picture to everyone
    request_id: str
    created: int | None
    content: bytes = field(default=b"", repr=False)


def read_answer(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    secret: str = "",
    now: datetime.datetime | None = None,
    base: str = "",
) -> Answer:
    """Return the picture's address or bytes in a 2xx answer, or raise the ApiError that this status and body mean.

    secret: the key, blotted out wherever the provider repeats it. now: aware time, for a Retry-After that is a date.
    base: the address that was asked, for a picture's address without a host.
    """
    headers = {name.lower(): value for name, value in headers.items()}
    body = _inflate(headers, body)
    data = _read_json(body)
    reply = _read_reply(status, headers, data, secret=secret, now=now)
    if not 200 <= status < 300:
        raise error_for(reply)
    found = find_payload(body, data, base=base)
    if found is None:
        raise PaidWithoutResult(f"{status} without a usable address", **reply.facts())
    return Answer(found.url, reply.request_id, _unix_time(data), found.content)


def read_retry_after(value: str, now: datetime.datetime | None = None) -> float | None:
    """Return the seconds a Retry-After header asks for, capped at 600; None for garbage. Understands HTTP dates."""
    value = value.strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value, re.ASCII):
        return min(float(value), MAX_RETRY_AFTER_SECONDS)
    try:
        when = email.utils.parsedate_to_datetime(value)
        when = when if when.tzinfo else when.replace(tzinfo=datetime.UTC)
        seconds = (when - (now or datetime.datetime.now(datetime.UTC))).total_seconds()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def _inflate(headers: Mapping[str, str], body: bytes) -> bytes:
    try:
        plain = undo(body, headers.get("content-encoding", ""), limit=MAX_PICTURE_ANSWER_BYTES)
    except CannotUndo:
        plain = body  # perhaps its header lies
    return undo_by_sight(plain, limit=MAX_PICTURE_ANSWER_BYTES)


def _read_json(body: bytes) -> object:
    try:
        # Not strict: a line end within an address is no reason to lose a paid picture.
        return json.loads(body.decode(json.detect_encoding(body), "replace"), strict=False)
    except (ValueError, RecursionError):  # RecursionError: a megabyte of "["
        return None


def _read_reply(
    status: int, headers: Mapping[str, str], data: object, *, secret: str, now: datetime.datetime | None
) -> Reply:
    error = data.get("error") if isinstance(data, dict) else None
    fields = error if isinstance(error, dict) else {}
    message = _message(error, data)
    return Reply(
        status=status,
        code=_clean(_code(fields.get("code")), MAX_CODE_CHARS, secret),
        kind=_clean(_text(fields.get("type")), MAX_CODE_CHARS, secret),
        words=_clean(message, MAX_WORDS_CHARS, secret),
        request_id=_request_id(headers, message, secret),
        retry_after=read_retry_after(headers["retry-after"], now) if "retry-after" in headers else None,
        has_json_error=any(name in fields for name in ("message", "code", "type")),
    )


def _message(error: object, data: object) -> str:
    if isinstance(error, dict):
        return _text(error.get("message")) or _text(error.get("localized_message"))
    if isinstance(data, dict):
        return _text(error) or _text(data.get("message")) or _text(data.get("detail"))
    return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _code(value: object) -> str:
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _request_id(headers: Mapping[str, str], message: str, secret: str) -> str:
    at_end = REQUEST_ID_AT_END.search(message[-2 * MAX_REQUEST_ID_CHARS :])
    found = [headers.get(name, "") for name in REQUEST_ID_HEADERS] + [at_end.group(1) if at_end else ""]
    cleaned = (_clean("".join(filter(str.isascii, text)), MAX_REQUEST_ID_CHARS, secret) for text in found)
    return next(filter(None, cleaned), "")


def _clean(text: str, limit: int, secret: str) -> str:
    """Return foreign text fit for a row, a log line and a page: printable, short, without secrets."""
    if len(secret) >= SHORTEST_SECRET_CHARS:
        text = text.replace(secret, "[key]")
    text = SIGNATURE.sub(r"\1[hidden]", text)
    # str.isprintable() also drops lone surrogates, which no database takes, and bidi overrides, which lie to readers.
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:limit].rstrip()


def _unix_time(data: object) -> int | None:
    created = data.get("created") if isinstance(data, dict) else None
    return created if type(created) is int and 0 < created < 2**40 else None
