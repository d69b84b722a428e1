"""Reads the multipart form of `POST /images/edits` into the same body as the JSON form."""

from __future__ import annotations

import base64
import re

from gallery.simulator.checks import Refusal

NUMBERS = {"seed": int, "safety_tolerance": int, "n": int, "steps": int, "guidance": float}
TRUTHS = {"true": True, "false": False}


def edit_body(kind, content):
    """Return the body with the file as a data URL in input_image; only Kontext is served here."""
    fields, files = _parts(kind, content)
    if [name for name, _ in files] != ["image"]:
        raise Refusal("exactly one file in a part named image is needed (image[] is not accepted)", param="image")
    body = {name: _value(name, text) for name, text in fields}
    if "kontext" not in str(body.get("model", "")):
        raise Refusal("images/edits serves flux-kontext models only", param="model")
    encoded = base64.b64encode(files[0][1]).decode()
    return {**body, "input_image": f"data:image/png;base64,{encoded}"}


def _value(name, text):
    """Read numbers and booleans from their text; what cannot be read is left for the checks to refuse."""
    try:
        return NUMBERS[name](text) if name in NUMBERS else TRUTHS.get(text.lower(), text)
    except ValueError:
        return text


def _parts(kind, content):
    """Split into text fields and files; bytes of files are left exactly as they came."""
    match = re.search(r'boundary="?([^";,]+)"?', kind)
    if not kind.startswith("multipart/form-data") or not match:
        raise Refusal("Content-Type must be multipart/form-data")
    fields, files = [], []
    for part in (b"\r\n" + content).split(b"\r\n--" + match[1].encode())[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="([^"]*)"', head)
        label = name[1].decode(errors="replace") if name else ""
        if b"filename=" in head:
            files.append((label, value))
        else:
            fields.append((label, value.decode(errors="replace")))
    return fields, files
