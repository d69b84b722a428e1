"""What went into a picture that the simulator drew: read from the strip of references along its top."""

import io
from collections.abc import Iterable

from PIL import Image as Pillow

from gallery.simulator.drawing.strip import read_strip

Colour = tuple[int, int, int]


def inputs_in(content: bytes) -> list[Colour]:
    """Return the mean colour of each reference, in the order in which they were sent."""
    return [whole for whole, _, _ in _read(content)]


def halves_in(content: bytes) -> list[tuple[Colour, Colour]]:
    """Return the mean colours of the left and the right half of each, as of a joined pair."""
    return [(left, right) for _, left, right in _read(content)]


def is_near(found: Iterable[float], wanted: Iterable[float], by: float = 14) -> bool:
    """Say whether two colours are the same but for what JPEG does to them."""
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


def _read(content: bytes) -> list[tuple[Colour, Colour, Colour]]:
    with Pillow.open(io.BytesIO(content)) as picture:
        return read_strip(picture.convert("RGB"))
