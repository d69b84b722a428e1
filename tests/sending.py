"""What the studio's form sends."""

from urllib.parse import quote_from_bytes

from gallery.models.keys import random_key

SOUND = {
    "prompt": "a lighthouse in fog", "model": ["flux-2-klein-4b"], "seed": "1, 2", "size": "64x64",
    "output_format": "jpeg", "safety_tolerance": "2", "steps": "50", "guidance": "4.5", "project": "",
}  # fmt: skip
FORM = "application/x-www-form-urlencoded"


def sound(**changes):
    """A form that makes a run, with some fields changed; every call is another press. None leaves a field out."""
    form = {**SOUND, "nonce": random_key(), **changes}
    return {name: value for name, value in form.items() if value is not None}


def in_bytes(**changes):
    """The same as a body, so that a field can hold bytes that are no text."""
    pairs = (
        (name, value) for name, values in sound(**changes).items()
        for value in (values if isinstance(values, list) else [values])
    )  # fmt: skip
    return "&".join(f"{name}={quote_from_bytes(_bytes(value))}" for name, value in pairs)


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode()
