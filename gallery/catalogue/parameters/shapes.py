"""Sizes and aspect ratios: reading, checking, turning one into the other, and the tiles of the form."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from ..models.flux_models import FluxModel
from ..models.params import MAX_PIXELS, MEGAPIXEL, SIDE_HIGH, SIDE_LOW, SIDE_STEP
from ..numbers.digits import plain
from ..problems import InvalidValue, shown

RATIO_NARROWEST, RATIO_WIDEST = "3:7", "7:3"

# What Kontext answers, by the provider's examples. 21:9 and 7:3 are the same number and still give different pixels.
RATIO_PIXELS: dict[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "4:3": (1182, 886),
    "16:9": (1408, 792),
    "9:16": (792, 1408),
    "21:9": (1680, 720),
    "3:7": (662, 1544),
    "7:3": (1544, 662),
}

_PIXELS = r"\s*(?:px|pixels?)?"
_TIMES = r"\s*(?:[x×*✕✖⨯х]|by)\s*"  # the last of the letters is a Cyrillic one
_SIZE = re.compile(rf"([0-9]{{1,9}}){_PIXELS}{_TIMES}([0-9]{{1,9}}){_PIXELS}", re.IGNORECASE)
_TERM = r"([0-9]{1,4}(?:[.,][0-9]{1,3})?)"
_RATIO = re.compile(rf"{_TERM}\s*[:/]\s*{_TERM}")
_SMALL_RATIO = re.compile(rf"([0-9]{{1,2}}){_TIMES}([0-9]{{1,2}})", re.IGNORECASE)  # 16x9: no size is so small
_CHARACTERS = 100  # of one shape
_NAMED_TOLERANCE = 0.02  # relative: rounding a side to 16 pixels moves a ratio by less at one megapixel
_RATIO_TERM = 32  # largest second number of a ratio made from a size
_RATIO_WEIGHT = 10  # how much more a wrong ratio counts than a wrong number of pixels


@dataclass(frozen=True)
class Shape:
    """One tile: `value` is what the field gets, `kind` is "ratio" or "size", width and height are its pixels."""

    value: str
    kind: str
    label: str
    use_case: str
    width: int
    height: int


def _written(text: str) -> str:
    """Return a shape as it is read; nothing of what is too long for one, however often it would be gone through."""
    return plain(text).strip() if len(text) <= _CHARACTERS else ""


def parse_size(text: object) -> tuple[int, int]:
    """Read "1024x1024" as (width, height) in pixels, without judging them, or raise InvalidValue."""
    found = _SIZE.fullmatch(_written(text)) if isinstance(text, str) else None
    if found is None:
        raise InvalidValue(f"{shown(text)} is no size. Write width x height, like 1024x1024.")
    return int(found[1]), int(found[2])


def parse_ratio(text: object) -> tuple[int, int]:
    """Read "16:9" or "1.85:1" as two whole numbers, from 3:7 to 7:3, or raise InvalidValue."""
    found = _found_ratio(text) if isinstance(text, str) else None
    if found is None or not (float(found[0]) and float(found[1])):
        raise InvalidValue(f"{shown(text)} is no ratio. Write width:height, like 16:9.")
    across, down = _whole_terms(*found)
    if across * 7 < down * 3:
        raise InvalidValue(f"{across}:{down} is narrower than 3:7.", {"aspect_ratio": RATIO_NARROWEST})
    if across * 3 > down * 7:
        raise InvalidValue(f"{across}:{down} is wider than 7:3.", {"aspect_ratio": RATIO_WIDEST})
    return across, down


@lru_cache(maxsize=1000)
def _found_ratio(text: str) -> tuple[str, str] | None:
    written = _written(text)
    found = _RATIO.fullmatch(written) or (is_ratio(written) and _SMALL_RATIO.fullmatch(written))
    return (found[1].replace(",", "."), found[2].replace(",", ".")) if found else None


@lru_cache(maxsize=1000)
def is_ratio(text: str) -> bool:
    """Say whether a text is written as a ratio rather than as a size, be it right or not: 16:9, 16/9, 16x9."""
    written = _written(text)
    small = _SMALL_RATIO.fullmatch(written)
    return ":" in written or "/" in written or bool(small and max(int(small[1]), int(small[2])) < SIDE_LOW)


@lru_cache(maxsize=1000)
def canonical(text: str) -> str:
    """Write a ratio or a size as the API does; what is neither stays, to be told what is wrong with it."""
    try:
        if is_ratio(text):
            return "{}:{}".format(*parse_ratio(text))
        return size_text(*parse_size(text))
    except InvalidValue:
        return text


def _whole_terms(across: str, down: str) -> tuple[int, int]:
    if "." not in across + down:
        return int(across), int(down)  # 16:10 stays 16:10
    exact = Fraction(across) / Fraction(down)
    return exact.numerator, exact.denominator


def size_text(width: int, height: int) -> str:
    """Write a size in pixels the way the API wants it."""
    return f"{width}x{height}"


def size_faults(width: int, height: int, *, step: int = SIDE_STEP, max_pixels: int = MAX_PIXELS) -> dict[str, str]:
    """Judge a size in pixels: one sentence for each wrong side ("width", "height"); empty when it is allowed."""
    sides = {"width": width, "height": height}
    faults = {name: fault for name, side in sides.items() if (fault := side_fault(side, step=step))}
    if not faults and width * height > max_pixels:
        faults["height"] = f"{size_text(width, height)} is more than {max_pixels:,} pixels."
    return faults


def side_fault(side: int, *, step: int = SIDE_STEP) -> str:
    """Judge one side in pixels: a sentence, or nothing."""
    if side < SIDE_LOW:
        return f"{shown(side)} is below {SIDE_LOW}."
    if side > SIDE_HIGH:
        return f"{shown(side)} is above {SIDE_HIGH}."
    return f"{side} is no multiple of {step}." if side % step else ""


def nearest_size(width: int, height: int, *, max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Find the allowed size nearest to this one: too large is shrunk in shape, then each side snaps to 16."""
    shrink = min(Fraction(1), Fraction(SIDE_HIGH, max(width, height, 1)))
    snapped = [_snapped(width * shrink), _snapped(height * shrink)]
    while snapped[0] * snapped[1] > max_pixels:
        larger = snapped.index(max(snapped))
        snapped[larger] -= SIDE_STEP
    return snapped[0], snapped[1]


def _snapped(side: Fraction) -> int:
    # Half goes up: 1080 lies between 1072 and 1088, and nobody wants lines missing.
    return min(max(math.floor(side / SIDE_STEP + Fraction(1, 2)) * SIDE_STEP, SIDE_LOW), SIDE_HIGH)


@lru_cache(maxsize=512)
def pixels_for_ratio(ratio: str) -> tuple[int, int]:
    """Tell the (width, height) in pixels that Kontext makes of a ratio.

    Exact for the provider's examples; for the others one megapixel, each side rounded down, as its 4:3 shows.
    """
    across, down = parse_ratio(ratio)
    reduced = Fraction(across, down)
    for name in (f"{across}:{down}", f"{reduced.numerator}:{reduced.denominator}"):
        if name in RATIO_PIXELS:
            return RATIO_PIXELS[name]
    return math.isqrt(MEGAPIXEL * across // down), math.isqrt(MEGAPIXEL * down // across)


def nearest_ratio(width: int, height: int) -> str:
    """Find the ratio that Kontext should get for a size in pixels: a usual one when it is close, else the very one."""
    for ratio, pixels in RATIO_PIXELS.items():
        if pixels == (width, height):
            return ratio
    named = named_ratio(width, height)
    if _distance(width, height, named) <= _NAMED_TOLERANCE:
        return named
    if not 3 * height < 7 * width or not 3 * width < 7 * height:
        return RATIO_WIDEST if width > height else RATIO_NARROWEST
    close = Fraction(width, height).limit_denominator(_RATIO_TERM)
    return f"{close.numerator}:{close.denominator}"


@lru_cache(maxsize=512)
def named_ratio(width: int, height: int) -> str:
    """Find the usual ratio that is nearest to a size in pixels, however far."""
    return min(_NAMED_RATIOS, key=lambda ratio: _distance(width, height, ratio))


def _distance(width: int, height: int, ratio: str) -> float:
    across, down = ratio.split(":")
    return abs(math.log(width * int(down) / (height * int(across))))


@lru_cache(maxsize=512)
def size_for_ratio(ratio: str, flux_model: FluxModel) -> tuple[int, int]:
    """Find the (width, height) in pixels of a ratio within this model's limits, at about its `ratio_pixels`.

    Of a model that makes one megapixel, an example of the provider wins where the model takes it. Never over the
    model's number otherwise, because the official price counts the next megapixel as soon as it begins.
    """
    across, down = parse_ratio(ratio)
    exact = RATIO_PIXELS.get(f"{across}:{down}") if flux_model.ratio_pixels == MEGAPIXEL else None
    if exact and is_promised(*exact, flux_model=flux_model):
        return exact
    pixels = flux_model.ratio_pixels
    return min(_candidates(across / down, flux_model), key=lambda size: _mismatch(size, across / down, pixels))


def is_promised(width: int, height: int, *, flux_model: FluxModel) -> bool:
    """Say whether the model takes this size in pixels without a refusal or a warning."""
    caution = flux_model.caution
    return not size_faults(width, height, max_pixels=flux_model.max_pixels) and (
        caution is None or caution.covers(width, height)
    )


def _candidates(ratio: float, flux_model: FluxModel) -> Iterator[tuple[int, int]]:
    caution = flux_model.caution
    low, high, step = (caution.low, caution.high, caution.step) if caution else (SIDE_LOW, SIDE_HIGH, SIDE_STEP)
    for width in range(low, high + 1, step):
        below = int(width / ratio) // step * step
        for height in (below, below + step):
            if width * height <= flux_model.ratio_pixels and is_promised(width, height, flux_model=flux_model):
                yield width, height


def _mismatch(size: tuple[int, int], ratio: float, pixels: int) -> float:
    width, height = size
    return _RATIO_WEIGHT * abs(math.log(width / height / ratio)) + abs(math.log(width * height / pixels))


_RATIO_TILES = {
    "1:1": "social post",
    "4:5": "portrait post",
    "5:4": "small print",
    "2:3": "portrait photo",
    "3:2": "landscape photo",
    "3:4": "portrait page",
    "4:3": "presentation",
    "9:16": "phone wallpaper",
    "16:9": "desktop wallpaper",
    "16:10": "laptop wallpaper",
    "21:9": "film poster or ultra-wide",
    "7:3": "website banner",
    "3:7": "bookmark",
}
_SIZE_TILES = {
    "1024x1024": "square, the default",
    "1536x1024": "landscape",
    "1024x1536": "portrait",
    "1920x1088": "full HD: 1080 is no multiple of 16, so 1088",
    "1440x2048": "tall poster",
    "2048x2048": "largest square",
}
_NAMED_RATIOS = tuple(_RATIO_TILES)

RATIO_TILES = tuple(Shape(ratio, "ratio", ratio, use, *pixels_for_ratio(ratio)) for ratio, use in _RATIO_TILES.items())
SIZE_TILES = tuple(
    Shape(size, "size", size.replace("x", " × "), use, *parse_size(size)) for size, use in _SIZE_TILES.items()
)
SHAPES = RATIO_TILES + SIZE_TILES


def size_tile(size: str | None) -> Shape | None:
    """Return the tile of a size, or None if no tile shows it."""
    return next((shape for shape in SIZE_TILES if shape.value == size), None)
