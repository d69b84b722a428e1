"""Is it the same picture? Identical bytes, visually the same, or different, with the numbers it was decided by.

The thresholds lie between what was measured on the simulator's pictures: one picture as JPEG at qualities 75 to 95
against itself differed by 1.4 to 2.4 levels on average and visibly in up to 0.23 % of its pixels; another seed or
another model by 7.6 to 31 levels. A small thing that is in one only shows in the share, not in the mean.
"""

from dataclasses import dataclass
from functools import reduce
from typing import IO

from PIL import Image as Pillow
from PIL import ImageChops, ImageStat

from gallery.models.repeats import Similarity
from gallery.services.media import decoding, validation

MEAN_OF_SAME = 3.0  # levels of 255, over all pixels and channels
VISIBLE = 32  # levels of 255 in the channel that differs most: so much shows in a single pixel
SHARE_OF_SAME = 0.005  # of the pixels may differ so much


@dataclass(frozen=True)
class Measured:
    """`mean_difference`: levels of 255; `differing_share`: of the pixels, those that visibly differ. None: unknown."""

    similarity: str
    mean_difference: float | None = None
    differing_share: float | None = None


IDENTICAL = Measured(Similarity.IDENTICAL, 0.0, 0.0)


def compare_images(one: Pillow.Image, other: Pillow.Image) -> Measured:
    """Measure two opened pictures. Those of different sizes are different, whatever they show."""
    one, other = decoding.render_upright(one), decoding.render_upright(other)
    if one.size != other.size:
        return Measured(Similarity.DIFFERENT)
    mode = "RGBa" if "RGBA" in (one.mode, other.mode) else "RGB"  # of what is transparent the colour is not seen
    difference = ImageChops.difference(_in(mode, one), _in(mode, other))
    mean = sum(ImageStat.Stat(difference).mean) / len(mode)
    share = _share_beyond(difference, VISIBLE)
    same = mean <= MEAN_OF_SAME and share <= SHARE_OF_SAME
    return Measured(Similarity.SAME if same else Similarity.DIFFERENT, mean, share)


def compare_files(one: IO[bytes], other: IO[bytes]) -> Measured:
    """Measure two open files."""
    with validation.open_image(one) as first, validation.open_image(other) as second:
        return compare_images(first, second)


def _in(mode: str, picture: Pillow.Image) -> Pillow.Image:
    return picture.convert("RGBA").convert("RGBa") if mode == "RGBa" else picture


def _share_beyond(difference: Pillow.Image, level: int) -> float:
    """Return the share of pixels whose most different channel differs by more than this."""
    counts = reduce(ImageChops.lighter, difference.split()).histogram()
    return sum(counts[level + 1 :]) / sum(counts)
