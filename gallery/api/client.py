"""The client: one paid POST, and the download of what it bought.

It talks to httpx's transports directly. `httpx.Client` would add what must not happen here: cookies, an eye on
redirects, environment and netrc, and a log line with the whole signed address.
"""

import contextlib
import functools
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any

import httpx

from . import requests
from .errors import ApiError, NotExecuted, OutcomeUnknown, Refused, ResultUnavailable
from .responses import Answer, read_answer
from .results import encodings
from .results.result_body import Downloaded, check_head, copy_picture, is_framed, unpack
from .results.result_urls import check_address, check_result_hosts
from .transport import Call, Transport

DEFAULT_RESULT_HOSTS = ("bfl.ai",)


_one_at_a_time = threading.Lock()


def shared_ssl_context() -> ssl.SSLContext:
    """Return the one SSL context of this process: each costs 30 ms of CPU and some memory."""
    with _one_at_a_time:  # functools.cache alone lets 64 threads that start together make 64 of them
        return _make_ssl_context()


@functools.cache
def _make_ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class Client:
    """Speaks for one key. Holds no open connection between calls; threads may share it, or have one each.

    total_seconds: the longest a paid call may take, all in. result_hosts: hosts (with subdomains) or whole origins.
    transport: an httpx transport to use instead of the network, such as httpx.WSGITransport(app); then the guard
    on resolved addresses and the total deadline, which live in the network, have nothing to do.
    Raises ValueError, never quoting the key, for a bad address, key or host list.
    """

    def __init__(
        self,
        api_url: str,
        api_key: str,
        *,
        total_seconds: float = requests.TOTAL_SECONDS,
        ssl_context: ssl.SSLContext | None = None,
        result_hosts: Sequence[str] = DEFAULT_RESULT_HOSTS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        check_result_hosts(result_hosts)
        self._url = requests.generate_url(api_url)
        self._key = requests.check_key(api_key)
        self._total_seconds = total_seconds
        self._ssl_context = ssl_context
        self._result_hosts = tuple(result_hosts)
        self._transport = transport

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the transport that was handed in; the network's lines are closed with their calls."""
        if self._transport is not None:
            self._transport.close()

    def generate(self, body: dict[str, Any], *, marked_at: float | None = None) -> Answer:
        """Send exactly one POST, which may cost money, and return the address of the picture.

        marked_at: `time.monotonic()` when the caller wrote down that it is about to pay; the first byte leaves
        within 5 s of it or never. Raises a call's ApiError; whatever it is, nothing was sent twice.
        """
        try:
            content = requests.encode_body(body)
        except ValueError:  # UnicodeEncodeError is one
            raise Refused("the request cannot be written as JSON; nothing was sent", kind="unwritable") from None
        call = Call(time.monotonic() + self._total_seconds, first_byte_by=_first_byte_by(marked_at))
        request = requests.generate_request(self._url, self._key, content)
        try:
            return self._pay(call, request)
        except httpx.TransportError as error:
            raise _failure(call, error) from None

    def download(self, url: str, into: IO[bytes], *, deadline_seconds: float) -> Downloaded:
        """Fetch a result into an empty file, within deadline_seconds all in. Free; never sends the key.

        Raises ResultGone, ResultUnavailable or ResultRefused; OSError if the file cannot be written. After an
        error the file may hold a part: truncate it before trying again.
        """
        target = check_address(url, self._result_hosts)
        call = Call(time.monotonic() + deadline_seconds, allows=target.allows)
        try:
            with self._exchange(call, requests.result_request(target.url)) as response:
                headers = response.headers
                check_head(response.status_code, headers)
                facts = copy_picture(response.iter_raw(), into)
        except httpx.TransportError as error:
            raise ResultUnavailable(what_broke(call, error)) from None
        facts, note = _unpacked(facts, into, headers.get("content-encoding", ""))
        return Downloaded(*facts, target.listed, target.host, complete=is_framed(headers), note=note)

    def _pay(self, call: Call, request: httpx.Request) -> Answer:
        with self._exchange(call, request) as response:
            status, headers = response.status_code, response.headers
            good = 200 <= status < 300
            body, cut = read_capped(response, requests.MAX_PICTURE_ANSWER_BYTES if good else requests.MAX_ANSWER_BYTES)
        if not cut:
            return read_answer(status, headers, body, secret=self._key, base=str(self._url))
        return self._read_cut_answer(status, headers, body, why=what_broke(call, cut))

    def _read_cut_answer(self, status: int, headers: httpx.Headers, body: bytes, *, why: str) -> Answer:
        """Return the address if it came before the line was cut: it is paid for. Otherwise raise OutcomeUnknown."""
        try:
            return read_answer(status, headers, body, secret=self._key, base=str(self._url))
        except ApiError as error:
            raise OutcomeUnknown(why, came="a_part", status=status, request_id=error.request_id) from None

    @contextlib.contextmanager
    def _exchange(self, call: Call, request: httpx.Request) -> Iterator[httpx.Response]:
        """Send the request, yield the response with its body unread, and close everything afterwards."""
        with self._line(call) as line, contextlib.closing(line.handle_request(request)) as response:
            yield response

    def _line(self, call: Call) -> contextlib.AbstractContextManager[httpx.BaseTransport]:
        if self._transport is None:
            return Transport(call, self._ssl_context or shared_ssl_context())
        call.begin()
        return contextlib.nullcontext(self._transport)


def _first_byte_by(marked_at: float | None) -> float | None:
    return None if marked_at is None else marked_at + requests.FIRST_BYTE_WITHIN_SECONDS


def _unpacked(facts: tuple[int, str, str], into: IO[bytes], encoding: str) -> tuple[tuple[int, str, str], str]:
    """Return the facts of what is in the file once a compression is undone, and a note if it cannot be."""
    if not encodings.names_of(encoding):
        return facts, ""
    if unpacked := unpack(into, encoding):
        return unpacked, ""
    return facts, "It came in a compression that could not be undone."


def read_capped(
    response: httpx.Response, limit: int = requests.MAX_ANSWER_BYTES
) -> tuple[bytes, httpx.TransportError | None]:
    """Return the body, at most the cap, and what cut it short, if anything did."""
    body = bytearray()
    try:
        for chunk in response.iter_raw():
            body += chunk
            if len(body) >= limit:
                break
    except httpx.TransportError as error:
        return bytes(body), error
    return bytes(body[:limit]), None


def _failure(call: Call, error: httpx.TransportError) -> ApiError:
    if call.wrote:
        late = call.is_over() or isinstance(error, httpx.TimeoutException)
        return OutcomeUnknown(what_broke(call, error), came="nothing_in_time" if late else "nothing")
    # Connecting fails in our own words (transport.py); anything else before the first byte is named here.
    ours = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
    return NotExecuted(str(error) if ours else "given up before the first byte")


def what_broke(call: Call, error: httpx.TransportError) -> str:
    """Say in a few words of ours why a call ended without a full answer."""
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return str(error)
    if call.is_over():
        return "the total deadline passed"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return "closed or garbled before a full answer"
    return "the connection broke"
