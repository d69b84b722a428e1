"""What can go wrong, as values a test hands to `World.script` (calls) and `World.script_download` (results).

Calls marked `billed` cost the model's price although the caller may never read an answer: that is the provider's habit.
"""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Answer with this status. `body`: None = the vendor's JSON error, dict = JSON, text or bytes as they are."""

    status: int
    body: Any = None
    headers: dict = field(default_factory=dict)
    billed: bool = False


@dataclass(frozen=True)
class CutBeforeAnswer:
    """Close the line with nothing sent; `reset` closes it with a TCP RST instead of a FIN."""

    billed: bool = True
    reset: bool = False


@dataclass(frozen=True)
class CutMidAnswer:
    """Send the head and half of the JSON, then close."""

    billed: bool = True
    reset: bool = False


@dataclass(frozen=True)
class Drip:
    """Send byte after byte and never end: no single read times out. `part="body"` sends the head at once."""

    seconds_between: float = 0.05
    billed: bool = True
    part: str = "head"


@dataclass(frozen=True)
class Hang:
    """Say nothing for so many real seconds, then give the ordinary answer (a late one) or, with `then="cut"`, close."""

    seconds: float = 3600.0
    then: str = "answer"


@dataclass(frozen=True)
class Held:
    """Say nothing until the test sets `until`, then give the ordinary answer or close. Spares a test its sleep."""

    until: threading.Event
    then: str = "answer"


@dataclass(frozen=True)
class OddSuccess:
    """200 and billed, but with this body instead of a usable address (b64_json, empty data, another host ...)."""

    body: Any = field(default_factory=lambda: {"created": 0, "data": []})


@dataclass(frozen=True)
class Shaped:
    """200 and billed: this body, with the real result in its texts.

    `{url}`, `{b64}`, `{b64_urlsafe}`, `{b64_bare}` (no padding), `{b64_lines}` and `{data_url}` are filled in. A text
    instead of a document is sent as it is. `encoding`: gzip or deflate, with the header that says so.
    """

    body: Any = field(default_factory=lambda: {"created": 0, "data": [{"b64_json": "{b64}"}]})
    encoding: str = ""


@dataclass(frozen=True)
class PictureAsAnswer:
    """200 and billed, and the picture's bytes are the whole answer."""


@dataclass(frozen=True)
class Moderated:
    """403: the prompt or the picture was refused. Free."""


@dataclass(frozen=True)
class Quota:
    """403: the key's account is empty. Free."""

    code: str = "insufficient_user_quota"


@dataclass(frozen=True)
class NoChannel:
    """503 with the JSON error: the gateway has nobody who serves this model. Free."""


@dataclass(frozen=True)
class RateLimited:
    """429; `retry_after` is sent as it is (seconds, date or garbage), None sends no header. Free."""

    retry_after: Any = None
    body: Any = None


@dataclass(frozen=True)
class Gone:
    """404, as an address older than ten minutes gives."""


@dataclass(frozen=True)
class Status:
    """Any status with a short text instead of the picture."""

    code: int
    headers: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Short:
    """Promise the whole length, send so many bytes less, close."""

    bytes_missing: int = 1


@dataclass(frozen=True)
class CutDownload:
    """Promise the whole length, send half, close with a RST."""


@dataclass(frozen=True)
class WrongType:
    """200 with other bytes than a picture, whatever type they claim."""

    content: bytes = b"<!doctype html><title>Please wait</title>"
    content_type: str = "image/jpeg"


@dataclass(frozen=True)
class OddPicture:
    """The picture, built in a way that browsers show and decoders stumble over, or in another format: see oddities."""

    kind: str = "second-picture"


@dataclass(frozen=True)
class Packed:
    """The picture's bytes compressed (gzip or deflate) although nobody asked; `named` says so in the header."""

    encoding: str = "gzip"
    named: bool = True


@dataclass(frozen=True)
class Redirect:
    """302 to another address."""

    to: str


@dataclass(frozen=True)
class Endless:
    """A picture's first bytes and then more and more, without a length."""


@dataclass(frozen=True)
class GzipBomb:
    """About a megabyte on the wire, `mebibytes` unpacked, whatever encoding was asked for."""

    mebibytes: int = 1024


@dataclass(frozen=True)
class PixelBomb:
    """A small valid PNG of `side` x `side` pixels."""

    side: int = 20000


@dataclass(frozen=True)
class Truncated:
    """Half the picture (or all but the last `bytes_missing`) under a Content-Length that agrees with it."""

    bytes_missing: int | None = None


@dataclass(frozen=True)
class DripDownload:
    """Send the picture byte by byte."""

    seconds_between: float = 0.05


CALL_FAULTS = (Answer, CutBeforeAnswer, CutMidAnswer, Drip, Hang, Held, OddSuccess, Shaped, PictureAsAnswer)
CALL_FAULTS += (Moderated, Quota, NoChannel, RateLimited)
DOWNLOAD_FAULTS = (Gone, Status, Short, CutDownload, WrongType, Redirect, Endless, GzipBomb, PixelBomb, Truncated)
DOWNLOAD_FAULTS += (DripDownload, OddPicture, Packed)
BY_NAME = {kind.__name__: kind for kind in CALL_FAULTS + DOWNLOAD_FAULTS}


class RawLine(Exception):
    """Asks the server to write these bytes to the socket as they come and then to close it, with a RST if `reset`."""

    def __init__(self, chunks=(), *, reset=False):
        super().__init__("needs a real socket: use LoopbackServer")
        self.chunks = chunks
        self.reset = reset


def from_json(entry):
    """Build the fault that `{"fault": "Answer", "status": 429}` names. Raises KeyError, TypeError, ValueError.

    `content_base64` stands for a content of any bytes.
    """
    values = dict(entry)
    kind = BY_NAME[values.pop("fault")]
    if "content_base64" in values:
        values["content"] = base64.b64decode(values.pop("content_base64"))
    if isinstance(values.get("content"), str):
        values["content"] = values["content"].encode()
    return kind(**values)
