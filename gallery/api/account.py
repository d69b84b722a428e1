"""What the provider says of the account: its balance, and what it charged. Free GETs, with a token of their own.

Quota is the gateway's unit of money: 500,000 are one dollar, so that each is two micro-dollars exactly.
"""

import contextlib
import datetime
import json
import re
import ssl
import time
from dataclasses import dataclass
from typing import Any

import httpx

from . import requests
from .client import read_capped, shared_ssl_context
from .responses import REQUEST_ID_AT_END
from .transport import Call, Transport

MICROS_PER_QUOTA = 2
PAGE_SIZE = 10  # the gateway gives no more
CHARGES = 2  # the type of a log row that cost something
TOTAL_SECONDS = 20.0
REQUEST_ID_CHARS, MODEL_CHARS = 200, 40


class AccountUnreadable(Exception):
    """The balance or the log could not be read. `str(error)` is our own text, without the token."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Micro-dollars that are left and that were used, and how many requests were made."""

    micros: int
    used_micros: int
    requests: int


@dataclass(frozen=True, slots=True)
class Charge:
    """One row of the provider's log. `number`: its id there, 0 if it has none."""

    number: int
    at: datetime.datetime
    request_id: str
    model: str
    micros: int


class Account:
    """Reads one account. Raises ValueError, never quoting the token, for a bad address or token."""

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        ssl_context: ssl.SSLContext | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._origin = requests.generate_url(api_url).copy_with(raw_path=b"/")
        self._token = requests.check_key(token)
        self._ssl_context = ssl_context
        self._transport = transport

    def balance(self) -> Balance:
        data = self._get("/api/user/self", {})
        quota, used, requests = (_whole(data, name) for name in ("quota", "used_quota", "request_count"))
        return Balance(quota * MICROS_PER_QUOTA, used * MICROS_PER_QUOTA, requests)

    def charges(self, *, page: int, start: datetime.datetime, end: datetime.datetime) -> list[Charge]:
        """Return one page of what was charged from `start` to before `end`; pages count from 0, the last is empty."""
        query = {
            "type": CHARGES,
            "p": page,
            "page_size": PAGE_SIZE,
            "start_timestamp": int(start.timestamp()),
            "end_timestamp": int(end.timestamp()),
        }
        data = self._get("/api/log/self", query)
        rows = data.get("items") if isinstance(data, dict) else data
        if not isinstance(rows, list):
            raise AccountUnreadable("the provider's log has another form than expected")
        return [_charge(row) for row in rows if isinstance(row, dict) and row.get("type", CHARGES) == CHARGES]

    def _get(self, path: str, query: dict[str, Any]) -> Any:
        call = Call(time.monotonic() + TOTAL_SECONDS)
        request = requests.account_request(self._origin.copy_with(path=path, params=query), self._token)
        try:
            with self._line(call) as line, contextlib.closing(line.handle_request(request)) as response:
                status, (body, cut) = response.status_code, read_capped(response)
        except httpx.TransportError:
            raise AccountUnreadable("the provider could not be reached") from None
        if cut:
            raise AccountUnreadable("the provider's answer was cut short")
        if status in (401, 403):
            raise AccountUnreadable("the provider did not accept the account token")
        return _data(status, body)

    def _line(self, call: Call) -> contextlib.AbstractContextManager[httpx.BaseTransport]:
        if self._transport is None:
            return Transport(call, self._ssl_context or shared_ssl_context())
        return contextlib.nullcontext(self._transport)


def _data(status: int, body: bytes) -> Any:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if status != 200 or not isinstance(answer, dict) or answer.get("success") is False or "data" not in answer:
        raise AccountUnreadable(f"the provider answered {status} without what was asked for")
    return answer["data"]


def _charge(row: dict[str, Any]) -> Charge:
    try:
        at = datetime.datetime.fromtimestamp(_whole(row, "created_at"), datetime.UTC)
    except (OverflowError, OSError, ValueError):
        raise AccountUnreadable("a charge of the provider's log has no moment") from None
    number = row.get("id")
    return Charge(
        number=number if type(number) is int and 0 < number < 2**62 else 0,
        at=at,
        request_id=_clean(_request_id(row), REQUEST_ID_CHARS),
        model=_clean(row.get("model_name"), MODEL_CHARS),
        micros=_whole(row, "quota") * MICROS_PER_QUOTA,
    )


def _request_id(row: dict[str, Any]) -> object:
    """A field of its own, or within the JSON of `other`, or at the end of the words, as gateways differ."""
    if row.get("request_id"):
        return row["request_id"]
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        if found := json.loads(row.get("other") or "{}").get("request_id"):
            return found
    at_end = REQUEST_ID_AT_END.search(str(row.get("content") or ""))
    return at_end[1] if at_end else ""


def _whole(data: object, name: str) -> int:
    value = data.get(name) if isinstance(data, dict) else None
    if type(value) is not int or abs(value) >= 2**53:
        raise AccountUnreadable(f"the provider's answer has no whole number as {name}")
    return value


def _clean(value: object, limit: int) -> str:
    text = value if isinstance(value, str) else ""
    return re.sub(r"[^\x21-\x7e]+", " ", text).strip()[:limit]
