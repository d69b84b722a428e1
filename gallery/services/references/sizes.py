"""Which size a reference gets: sides in steps of 16, whole, and as good as undistorted. Imports nothing, for `apart`.

Upstream crops sides that are no multiple of 16 without a word, and scales down what is larger than 4 MP.
"""

import math

MEGAPIXEL = 1_048_576
STEP = 16  # pixels
SIDE_LEAST, SIDE_MOST = 64, 2048
PIXELS_MOST = 2 * MEGAPIXEL  # of a prepared one: more shows no more, and input is charged by the megapixel
READ_PIXELS_MOST = 20 * MEGAPIXEL  # of a file
DISTORTION_MOST = 0.01
SHAPE_MATTERS = 4  # times as much as size: 1728 x 1152 keeps the shape of 3:2, 1760 x 1184 would keep more pixels


class NoSizeFits(Exception):
    """More than 32 times as long as wide, about: made to fit, its shorter side would be under 64 pixels."""


def fit_size(width: int, height: int, *, pixels_most: int = PIXELS_MOST) -> tuple[int, int]:
    """Return the allowed size in pixels that is nearest to this one and distorts it by less than 1 %.

    Small ones may grow, as 65 x 64 does: no multiples of 16 near it have its shape. Raises NoSizeFits.
    """
    if _is_allowed(width, height, pixels_most):
        return width, height
    if width > height:  # the same for a picture that lies as for one that stands
        return fit_size(height, width, pixels_most=pixels_most)[::-1]
    ideal = width * height * min(1, (SIDE_MOST / max(width, height)) ** 2, pixels_most / (width * height))
    found = [
        (abs(math.log(wide * high / ideal)) / 2 + SHAPE_MATTERS * distorted, (wide, high))
        for high in range(SIDE_LEAST, SIDE_MOST + 1, STEP)
        for wide in _beside(high * width / height)
        if _is_allowed(wide, high, pixels_most)
        if (distorted := _distortion(wide * height, high * width)) < DISTORTION_MOST
    ]
    if not found:
        raise NoSizeFits
    return min(found)[1]


def is_readable(width: int, height: int) -> bool:
    """Say whether a picture of this size can be read and made to fit."""
    if min(width, height) < SIDE_LEAST or width * height > READ_PIXELS_MOST:
        return False
    try:
        return bool(fit_size(width, height))
    except NoSizeFits:
        return False


def _distortion(one: int, other: int) -> float:
    return max(one, other) / min(one, other) - 1


def _is_allowed(width: int, height: int, pixels_most: int) -> bool:
    sides_fit = all(SIDE_LEAST <= side <= SIDE_MOST and side % STEP == 0 for side in (width, height))
    return sides_fit and width * height <= pixels_most


def _beside(wide: float) -> tuple[int, int]:
    below = int(wide // STEP) * STEP
    return below, below + STEP
