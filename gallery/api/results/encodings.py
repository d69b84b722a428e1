"""Undoes a compression nobody asked for: a careless proxy must not cost a paid picture. What comes out is bounded."""

import io
import zlib

import brotli
import zstandard

from .formats import PICTURES, sniff

GZIP_START = b"\x1f\x8b"
AUTO, RAW = 47, -15  # zlib's window bits: gzip or zlib by its header; deflate without one


class CannotUndo(Exception):
    """Unknown, damaged, cut, or more than the bound."""


def names_of(header: str) -> list[str]:
    """Return the encodings of a Content-Encoding header in the order they were put on, without "identity"."""
    names = (name.strip().lower().removeprefix("x-") for name in header.split(","))
    return [name for name in names if name not in ("", "identity")]


def undo(data: bytes, header: str, *, limit: int) -> bytes:
    """Return the bytes as they were before Content-Encoding, at most `limit`. Raises CannotUndo.

    A header that lies is not believed: a picture that was never compressed comes back as it is.
    """
    for name in reversed(names_of(header)):
        if sniff(data) in PICTURES:
            break
        if name not in DECODERS:
            raise CannotUndo
        data = DECODERS[name](data, limit + 1)
        if len(data) > limit:
            raise CannotUndo
    return data


def undo_by_sight(data: bytes, *, limit: int) -> bytes:
    """Return what a gzip holds that no header named rightly, as far as it came, at most `limit`; else the bytes."""
    if not data.startswith(GZIP_START):
        return data
    try:
        return zlib.decompressobj(wbits=AUTO).decompress(data, limit)
    except zlib.error:
        return data


def _zlib(data: bytes, limit: int) -> bytes:
    try:
        return _inflate(data, AUTO, limit)
    except CannotUndo:
        if data.startswith(GZIP_START):
            raise
        return _inflate(data, RAW, limit)


def _inflate(data: bytes, window: int, limit: int) -> bytes:
    """Inflate all parts of a gzip file, one after the other, as its format allows; what else follows is dropped."""
    out, rest = bytearray(), data
    try:
        while True:
            part = zlib.decompressobj(wbits=window)
            out += part.decompress(rest, limit - len(out))
            rest = part.unused_data
            if len(out) >= limit or (part.eof and not rest.startswith(GZIP_START)):
                return bytes(out)
            if not part.eof:
                raise CannotUndo
    except zlib.error as error:
        raise CannotUndo from error


def _brotli(data: bytes, limit: int) -> bytes:
    decoder, out = brotli.Decompressor(), bytearray()
    try:
        out += decoder.process(data, output_buffer_limit=limit)
        while not decoder.is_finished() and len(out) < limit:
            more = decoder.process(b"", output_buffer_limit=limit - len(out))
            if not more:
                raise CannotUndo
            out += more
    except brotli.error as error:
        raise CannotUndo from error
    return bytes(out[:limit])


def _zstandard(data: bytes, limit: int) -> bytes:
    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True) as reader:
            return reader.read(limit)
    except zstandard.ZstdError as error:
        raise CannotUndo from error


DECODERS = {"gzip": _zlib, "deflate": _zlib, "br": _brotli, "zstd": _zstandard}
