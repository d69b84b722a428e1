"""Where a paid answer carries its picture: an address or the bytes themselves, wherever gateways are used to put them.

It has been paid for, so whatever can be understood is taken; only names that are known to carry results are looked at.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_to_bytes

from .formats import HEAD_BYTES, PICTURES, sniff
from .result_urls import read_address

# Names whose value is looked into, in the order in which they are believed; a text is read under the second kind only.
# All in small letters without what parts their words: image_url, imageUrl and image-url are one.
CONTAINERS = (
    "response", "choices", "message", "delta", "generations", "predictions", "artifacts", "candidates", "parts",
    "inlinedata", "task", "payload", "body", "items", "assets", "media", "generatedimages",
)  # fmt: skip
CARRIERS = (
    "b64json", "base64", "b64", "b64image", "imageb64", "imagebase64", "imagebytes", "bytesbase64encoded", "url",
    "urls", "imageurl", "imageurls", "signedurl", "downloadurl", "fileurl", "uri", "src", "href", "link", "data",
    "images", "image", "output", "outputs", "result", "results", "sample", "samples", "picture", "pictures", "file",
    "files", "content",
)  # fmt: skip
BASE64_NAMES = set(CARRIERS[: CARRIERS.index("url")])
MAX_DEPTH = 8
FEWEST_BYTES = 64  # of something that nobody knows; a picture is told by its head
IN_BROKEN_JSON = re.compile(rb'"(url|b64_json)"\s*:\s*("(?:[^"\\]|\\.)*")')
IN_SINGLE_QUOTES = re.compile(rb"'(url|b64_json)'\s*:\s*'([^'\\]*)'")  # as Python writes a dict
PICTURE_START = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|RIFF.{4}WEBP", re.DOTALL)
NOT_URL_SAFE = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Payload:
    """One of both: an address, or the bytes."""

    url: str = field(default="", repr=False)  # its signature opens the picture to everyone
    content: bytes = field(default=b"", repr=False)


def find_payload(body: bytes, data: object, *, base: str = "") -> Payload | None:
    """Return what a paid answer carries. data: the body as JSON, None if it is none. base: of a relative address.

    A picture that is there comes before an address, which may fail; an address before bytes that nobody knows.
    """
    if data is None and (picture := _picture_in(body)):
        return Payload(content=picture)
    texts = list(_texts(data) if data is not None else _texts_of_broken(body))
    contents = [content for name, text in texts if (content := _read_content(name, text))]
    if picture := next((each for each in contents if _is_picture(each)), b""):
        return Payload(content=picture)
    if url := next(filter(None, (read_address(text, base=base) for _, text in texts)), ""):
        return Payload(url=url)
    unknown = next((each for each in contents if len(each) >= FEWEST_BYTES), b"")
    return Payload(content=unknown) if unknown else None


def _picture_in(body: bytes) -> bytes:
    """Return an answer that is a picture, without what a gateway put before it: a blank line, a head of its own."""
    if _is_picture(body):
        return body
    found = PICTURE_START.search(body[:HEAD_BYTES])
    return body[found.start() :] if found else b""


def _texts(value: object, name: str = "url", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of everything that may be a result."""
    if isinstance(value, str):
        if name in CARRIERS:
            yield name, value
            yield from _texts(_read_nested(value), name, depth + 1)
    elif depth >= MAX_DEPTH:
        return
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, name, depth + 1)
    elif isinstance(value, dict):
        named = {_plain_name(key): each for key, each in value.items()}
        for known in CARRIERS + CONTAINERS:
            if known in named:
                yield from _texts(named[known], known, depth + 1)


def _plain_name(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _read_nested(text: str) -> object:
    """Return an object or list that stands as JSON within a text, else None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _texts_of_broken(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield what stands whole in an answer that is no whole JSON, or is nothing but an address or a picture."""
    for name, quoted in IN_BROKEN_JSON.findall(body):
        try:
            yield _plain_name(name.decode()), json.loads(quoted, strict=False)
        except ValueError:
            continue
    for name, text in IN_SINGLE_QUOTES.findall(body):
        yield _plain_name(name.decode()), text.decode("utf-8", "replace")
    start = body.lstrip()[:64].decode("utf-8", "replace")
    if start[:4].lower() == "http":
        yield "url", body[: HEAD_BYTES * 8].decode("utf-8", "replace")
    elif start[:5].lower() == "data:" or _looks_like_picture(start):
        yield "b64json", body.decode("utf-8", "replace")


def _read_content(name: str, text: str) -> bytes:
    """Return the bytes that a text stands for, b"" if it stands for none."""
    text = text.strip(" \t\r\n\"'<>")
    if text[:5].lower() == "data:":
        return _read_data_url(text)
    if name in BASE64_NAMES or _looks_like_picture(text):
        return _read_base64(text)
    return b""


def _looks_like_picture(text: str) -> bool:
    return "://" not in text[:16] and _is_picture(_read_base64(text[:64]))


def _is_picture(content: bytes) -> bool:
    return sniff(content[:HEAD_BYTES]) in PICTURES


def _read_data_url(text: str) -> bytes:
    head, _, rest = text.partition(",")
    if head.lower().rstrip().endswith(";base64") or _looks_like_picture(rest):
        return _read_base64(unquote(rest))
    return unquote_to_bytes(rest.encode("utf-8", "replace"))


def _read_base64(text: str) -> bytes:
    """Read either alphabet, broken into lines, with or without padding; a last letter that says nothing is dropped."""
    text = "".join(text.replace("\\n", "").replace("\\r", "").split()).translate(NOT_URL_SAFE).rstrip("=")
    text = text[: len(text) - (len(text) % 4 == 1)]
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):  # ValueError: letters beyond ASCII
        return b""
