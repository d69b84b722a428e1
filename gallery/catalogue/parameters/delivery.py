"""A picture as it is handed out: at an exact size, cropped or whole, in a format. What may be asked for, and how."""

import re
from dataclasses import dataclass

from ..numbers.digits import plain
from ..problems import InvalidValue, shown
from .shapes import parse_size

SIDE_LOW, SIDE_HIGH = 16, 4096  # pixels
FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WebP", "avif": "AVIF"}
SUFFIXES = {"jpeg": "jpg"}  # where it is another than the format's name
CLEAR = ("png", "webp", "avif")  # formats that can be transparent
FITS = {"crop": "Crop", "fit": "Fit whole"}
CENTRE = (50.0, 50.0)
QUALITY = 90

_COLOUR = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_FOCUS = re.compile(r"\s*(-?[0-9]{1,4}(?:\.[0-9]{1,3})?)\s*[,; ]\s*(-?[0-9]{1,4}(?:\.[0-9]{1,3})?)\s*")


@dataclass(frozen=True)
class Delivery:
    """One way to hand a picture out. Width and height in pixels.

    `focus`: percent of what a crop leaves out that goes at the left and at the top: 0 keeps that edge, 100 the other.
    `colour`: (red, green, blue) of what is no picture; None is transparent, or white where the format cannot.
    `quality`: 1 to 100, of the formats that have one.
    """

    width: int
    height: int
    format: str = "jpeg"
    fit: str = "crop"
    focus: tuple[float, float] = CENTRE
    colour: tuple[int, int, int] | None = None
    quality: int = QUALITY

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def suffix(self) -> str:
        return SUFFIXES.get(self.format, self.format)

    @property
    def stays_clear(self) -> bool:
        """Whether what is transparent, and what a fit leaves free, stays transparent."""
        return self.colour is None and self.format in CLEAR

    def scale_of(self, width: int, height: int) -> float:
        """Return by how much a picture of this size is enlarged; below 1 it is made smaller."""
        sides = self.width / width, self.height / height
        return max(sides) if self.fit == "crop" else min(sides)


def read_delivered_size(text: str) -> tuple[int, int]:
    """Read "1920x1080" as (width, height) in pixels, each from 16 to 4096, or raise InvalidValue."""
    width, height = parse_size(text)
    for side, small, large in ((width, "narrow", "wide"), (height, "low", "tall")):
        if side < SIDE_LOW:
            raise InvalidValue(f"{width} × {height} is too {small}: a side has at least {SIDE_LOW} pixels.")
        if side > SIDE_HIGH:
            raise InvalidValue(f"{width} × {height} is too {large}: a side has at most {SIDE_HIGH:,} pixels.")
    return width, height


def read_focus(text: str) -> tuple[float, float]:
    """Read "30,50" as percent from the left and from the top, or raise InvalidValue."""
    found = _FOCUS.fullmatch(plain(text))
    if found is None:
        raise InvalidValue(f"{shown(text)} is no focus. Write percent from the left and from the top, like 50,30.")
    across, down = float(found[1]), float(found[2])
    for value in (across, down):
        if not 0 <= value <= 100:
            raise InvalidValue(f"{value:g} is no percent from 0 to 100.")
    return across, down


def read_colour(text: str) -> tuple[int, int, int] | None:
    """Read "#ff8800" or "#f80"; nothing, or "transparent", is None. Raises InvalidValue."""
    written = plain(text).strip()
    if written.casefold() in ("", "transparent"):
        return None
    found = _COLOUR.fullmatch(written)
    if found is None:
        raise InvalidValue(f"{shown(text)} is no colour. Write one like #ffffff, or leave it empty.")
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def read_quality(text: str) -> int:
    """Read a whole number from 1 to 100, or raise InvalidValue."""
    written = plain(text).strip()
    if re.fullmatch("[0-9]{1,3}", written) and 1 <= int(written) <= 100:
        return int(written)
    raise InvalidValue(f"{shown(text)} is no quality. Write a whole number from 1 to 100.")
