"""Acts the scripted faults out: what the caller gets to see, and what it costs."""

from __future__ import annotations

import base64
import functools
import gzip
import re
import struct
import zlib

from gallery.simulator import faults
from gallery.simulator.answers import Reply, answer_json, answer_text, vendor_error

from .drawing.oddities import odd_picture

MEBIBYTE = 1024 * 1024
WORDS = {401: "Invalid token", 402: "Insufficient credits upstream", 429: "Too many requests", 413: "Payload too large"}
CODES = {401: "", 402: "insufficient_credits", 429: "rate_limit_exceeded", 500: "do_request_failed"}


def fault_of_prompt(prompt):
    """Let people see trouble in demo mode: the word moderated refuses, [unknown] bills and cuts the line."""
    if re.search(r"\bmoderated\b", prompt, re.IGNORECASE):
        return faults.Moderated()
    return faults.CutBeforeAnswer() if "[unknown]" in prompt else None


@functools.singledispatch
def spoil_call(fault, *, world, post, succeed):
    """Answer a valid call as the fault says. `succeed` makes the ordinary answer. May raise `faults.RawLine`."""
    raise TypeError(f"{fault!r} is no fault of a call")


@spoil_call.register
def _(fault: faults.Answer, *, world, post, succeed):
    if fault.billed:
        world.bill(post)
    return _answer(fault.status, fault.body, headers=fault.headers, post=post)


@spoil_call.register
def _(fault: faults.OddSuccess, *, world, post, succeed):
    world.bill(post)
    return _answer(200, fault.body, headers={}, post=post)


@spoil_call.register
def _(fault: faults.Shaped, *, world, post, succeed):
    world.bill(post)
    reply = _answer(200, _filled(fault.body, _forms(world, post, succeed)), headers={}, post=post)
    return _packed(reply, fault.encoding) if fault.encoding else reply


@spoil_call.register
def _(fault: faults.PictureAsAnswer, *, world, post, succeed):
    world.bill(post)
    url = _forms(world, post, succeed)["{url}"]
    return Reply(200, world.picture(url), {"Content-Type": "image/jpeg", "x-request-id": post.request_id})


@spoil_call.register
def _(fault: faults.CutBeforeAnswer, *, world, post, succeed):
    if fault.billed:
        world.bill(post)
    raise faults.RawLine(reset=fault.reset)


@spoil_call.register
def _(fault: faults.CutMidAnswer, *, world, post, succeed):
    if fault.billed:
        world.bill(post)
    reply = succeed()
    raise faults.RawLine([head(reply), reply.content[: len(reply.content) // 2]], reset=fault.reset)


@spoil_call.register
def _(fault: faults.Drip, *, world, post, succeed):
    if fault.billed:
        world.bill(post)
    top = head(Reply(200, b" " * MEBIBYTE, {"Content-Type": "application/json"}))
    raise faults.RawLine(_drops(top, fault=fault, world=world))


@spoil_call.register(faults.Hang)
@spoil_call.register(faults.Held)
def _(fault, *, world, post, succeed):
    world.bill(post)
    if isinstance(fault, faults.Hang):
        world.closing.wait(fault.seconds)
    else:
        _wait_for(fault.until, world)
    if fault.then == "cut" or world.closing.is_set():
        raise faults.RawLine()
    return succeed()


@spoil_call.register
def _(fault: faults.Moderated, *, world, post, succeed):
    words = "Request Moderated: the prompt or the picture was flagged by the content policy"
    return vendor_error(words, status=403, code="content_moderation", param="prompt", request_id=post.request_id)


@spoil_call.register
def _(fault: faults.Quota, *, world, post, succeed):
    words = "user quota is not enough, remaining $0.002000"
    return vendor_error(words, status=403, code=fault.code, request_id=post.request_id)


@spoil_call.register
def _(fault: faults.NoChannel, *, world, post, succeed):
    return vendor_error(no_channel(post.model), status=503, code="model_not_found", request_id=post.request_id)


@spoil_call.register
def _(fault: faults.RateLimited, *, world, post, succeed):
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    return _answer(429, fault.body, headers=headers, post=post)


@functools.singledispatch
def spoil_download(fault, *, world, picture):
    """Answer a fetch of a living result as the fault says; `picture` is the good reply. May raise `faults.RawLine`."""
    raise TypeError(f"{fault!r} is no fault of a download")


@spoil_download.register
def _(fault: faults.Gone, *, world, picture):
    return answer_text("Not found", status=404)


@spoil_download.register
def _(fault: faults.Status, *, world, picture):
    return answer_text("Sorry", status=fault.code, headers=fault.headers)


@spoil_download.register
def _(fault: faults.Short, *, world, picture):
    raise faults.RawLine([head(picture), picture.content[: -fault.bytes_missing]])


@spoil_download.register
def _(fault: faults.CutDownload, *, world, picture):
    raise faults.RawLine([head(picture), picture.content[: len(picture.content) // 2]], reset=True)


@spoil_download.register
def _(fault: faults.WrongType, *, world, picture):
    return Reply(200, fault.content, {"Content-Type": fault.content_type})


@spoil_download.register
def _(fault: faults.OddPicture, *, world, picture):
    return Reply(200, odd_picture(picture.content, fault.kind), picture.headers)


@spoil_download.register
def _(fault: faults.Packed, *, world, picture):
    packed = _packed(picture, fault.encoding)
    return packed if fault.named else Reply(200, packed.content, picture.headers)


@spoil_download.register
def _(fault: faults.Redirect, *, world, picture):
    return Reply(302, b"", {"Location": fault.to})


@spoil_download.register
def _(fault: faults.Endless, *, world, picture):
    return Reply(200, _endless(picture.content, world), picture.headers)


@spoil_download.register
def _(fault: faults.GzipBomb, *, world, picture):
    return Reply(200, gzip_bomb(fault.mebibytes), {**picture.headers, "Content-Encoding": "gzip"})


@spoil_download.register
def _(fault: faults.PixelBomb, *, world, picture):
    return Reply(200, pixel_bomb(fault.side), {"Content-Type": "image/png"})


@spoil_download.register
def _(fault: faults.Truncated, *, world, picture):
    missing = fault.bytes_missing or len(picture.content) // 2
    return Reply(200, picture.content[:-missing], picture.headers)


@spoil_download.register
def _(fault: faults.DripDownload, *, world, picture):
    raise faults.RawLine(_drops(head(picture) + picture.content, fault=fault, world=world))


def _forms(world, post, succeed):
    """Make the ordinary result and return every form in which an answer can carry it."""
    succeed()
    content = world.picture(post.result_url)
    plain = base64.b64encode(content).decode()
    return {
        "{url}": post.result_url,
        "{b64}": plain,
        "{b64_urlsafe}": base64.urlsafe_b64encode(content).decode(),
        "{b64_bare}": plain.rstrip("="),
        "{b64_lines}": base64.encodebytes(content).decode(),
        "{data_url}": f"data:image/jpeg;base64,{plain}",
    }


def _filled(shape, forms):
    """Put the result into every text of a document, or of a text."""
    if isinstance(shape, dict):
        return {name: _filled(each, forms) for name, each in shape.items()}
    if isinstance(shape, list):
        return [_filled(each, forms) for each in shape]
    if isinstance(shape, str):
        return functools.reduce(lambda text, form: text.replace(*form), forms.items(), shape)
    return shape


def _packed(reply, encoding):
    content = {"gzip": gzip.compress, "deflate": zlib.compress}[encoding](reply.content)
    return Reply(reply.status, content, {**reply.headers, "Content-Encoding": encoding})


def no_channel(model):
    """The gateway's words for a model that nobody serves."""
    return f"There are no channels available for model {model} under the current group"


def head(reply):
    """Write a reply's head by hand, for lines that the server must not finish properly."""
    lines = [f"HTTP/1.1 {reply.status} OK", f"Content-Length: {len(reply.content)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _answer(status, body, *, headers, post):
    """Send a body as it is, or the vendor's error when there is none."""
    if body is None:
        words = WORDS.get(status, "upstream error: do request failed")
        code = CODES.get(status, "bad_response_status_code")
        return vendor_error(words, status=status, code=code, request_id=post.request_id, headers=headers)
    if isinstance(body, dict | list):
        return answer_json(body, status=status, request_id=post.request_id, headers=headers)
    content = body.encode() if isinstance(body, str) else body
    kind = "text/html" if content.lstrip().startswith(b"<") else "application/json"
    return Reply(status, content, {"Content-Type": kind, "x-request-id": post.request_id, **headers})


def _wait_for(event, world):
    """Wait for a test's event, looking up now and then whether the server stops."""
    while not event.wait(0.05) and not world.closing.is_set():
        pass


def _drops(content, *, fault, world):
    """Yield a few bytes at a time, then spaces (JSON allows them) until the server stops or the caller leaves."""
    at_once = content if getattr(fault, "part", "") == "body" else b""
    yield at_once
    for byte in content[len(at_once) :]:
        if world.closing.wait(fault.seconds_between):
            return
        yield bytes([byte])
    while isinstance(fault, faults.Drip) and not world.closing.wait(fault.seconds_between):
        yield b" "


def _endless(content, world):
    yield content[:-2]
    while not world.closing.is_set():
        yield bytes(65536)


@functools.lru_cache(2)
def gzip_bomb(mebibytes):
    """Repeat one deflate block of a mebibyte of zeros: flushed in full, it may follow itself any number of times."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = press.compress(bytes(MEBIBYTE)) + press.flush(zlib.Z_FULL_FLUSH)
    checksum = functools.reduce(lambda crc, _: zlib.crc32(bytes(MEBIBYTE), crc), range(min(mebibytes, 64)), 0)
    trailer = struct.pack("<II", checksum, mebibytes * MEBIBYTE & 0xFFFFFFFF)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + block * mebibytes + b"\x03\0" + trailer


@functools.lru_cache(2)
def pixel_bomb(side):
    """Make a valid one-bit PNG without ever holding its pixels."""
    press = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    data = b"".join(press.compress(row) for _ in range(side)) + press.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
