"""Colour profiles (ICC): whether one is sound, and one without its words, which may be anybody's.

Source: ICC.1:2022.
"""

import struct

HEAD_BYTES = 128
MOST_BYTES = 4 * 1024 * 1024
SIGNATURE = b"acsp"
# What computes colours; names, copyrights and descriptions of devices do not.
COLOUR_TAGS = {
    *(b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"wtpt", b"bkpt", b"chad", b"lumi", b"gamt"),
    *(b"A2B0", b"A2B1", b"A2B2", b"A2B3", b"B2A0", b"B2A1", b"B2A2", b"B2A3"),
    *(b"D2B0", b"D2B1", b"D2B2", b"D2B3", b"B2D0", b"B2D1", b"B2D2", b"B2D3", b"cicp", b"chrm"),
}
# In the head: who made it with what and when, for which device, and its digest.
ABOUT_IT = ((4, 8), (24, 36), (48, 56), (80, HEAD_BYTES))


def sound_profile(profile: bytes) -> bytes:
    """Return a profile as long as it says it is; nothing if it is none: nobody would heed it."""
    length = int.from_bytes(profile[:4])
    fits = HEAD_BYTES <= length <= min(len(profile), MOST_BYTES)
    return profile[:length] if fits and profile[36:40] == SIGNATURE else b""


def wordless_profile(profile: bytes) -> bytes:
    """Return a sound profile with nothing in it but what computes colours; nothing if its table leads out of it."""
    profile = sound_profile(profile)
    if len(profile) < HEAD_BYTES + 4:
        return b""
    (count,) = struct.unpack_from(">L", profile, HEAD_BYTES)
    if HEAD_BYTES + 4 + 12 * count > len(profile):
        return b""
    table = [struct.unpack_from(">4sLL", profile, HEAD_BYTES + 4 + 12 * n) for n in range(count)]
    kept = [(name, profile[at : at + length]) for name, at, length in table if name in COLOUR_TAGS]
    return _written(_wordless_head(profile), kept)


def _wordless_head(profile: bytes) -> bytes:
    head = bytearray(profile[:HEAD_BYTES])
    for start, end in ABOUT_IT:
        head[start:end] = bytes(end - start)
    return bytes(head)


def _written(head: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    table, body, at = b"", b"", HEAD_BYTES + 4 + 12 * len(tags)
    for name, content in tags:
        table += struct.pack(">4sLL", name, at + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    return struct.pack(">L", at + len(body)) + head[4:] + struct.pack(">L", len(tags)) + table + body
