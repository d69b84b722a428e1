"""Pictures that go in: which fields carry them, how many and how large a model takes, what shape comes of them.

Facts: docs/api.md, "Editing". Bytes are nobody's business here: a body holds their digests until it is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from ..models import flux_models
from ..models.flux_models import FluxModel
from ..models.params import MEGAPIXEL, SIDE_STEP
from ..problems import InvalidValue
from ..text.value_lists import counted, joined
from .shapes import RATIO_NARROWEST, RATIO_WIDEST, parse_ratio

MOST = max(model.references for model in flux_models.FLUX_MODELS)
FIELDS = ("input_image", *(f"input_image_{n}" for n in range(2, MOST + 1)))
MARK = "sha256:"  # before the digest that stands for the bytes
MATCH = "match"  # as aspect ratio: the shape of the first picture, for which nothing is sent
TOGETHER, ALONE = "together", "alone"  # how several are used


@dataclass(frozen=True)
class InputPicture:
    """A picture made ready to be sent: `digest` of its bytes (SHA-256, hex), its size in pixels, its file's name."""

    key: str
    digest: str
    name: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True)
class Inputs:
    """The pictures of one request in their order; `pair`: two of them joined into one, for models that take one."""

    pictures: tuple[InputPicture, ...]
    pair: InputPicture | None = None

    def __bool__(self) -> bool:
        return bool(self.pictures)


def inputs_for(flux_model: FluxModel, inputs: Inputs) -> tuple[InputPicture, ...]:
    """Return what this model gets of them. Raises InvalidValue if it takes none, or not so many."""
    pictures = inputs.pictures
    if inputs.pair and flux_model.references == 1 < len(pictures):
        return (inputs.pair,)
    if not flux_model.references:
        raise InvalidValue(f"{flux_model.id} makes pictures from words only.")
    if len(pictures) > flux_model.references:
        takes = counted(flux_model.references, "picture")
        way_out = " Join the two into one." if len(pictures) == 2 and flux_model.references == 1 else ""
        raise InvalidValue(f"{flux_model.id} takes {takes}, these are {len(pictures)}.{way_out}")
    return pictures


def check_total(flux_model: FluxModel, pictures: Sequence[InputPicture], *, output_pixels: int) -> None:
    """Raise InvalidValue if what goes in and comes out is together more than the model takes."""
    limit = flux_model.max_total_megapixels
    total = output_pixels + sum(picture.pixels for picture in pictures)
    if limit is None or total <= limit * MEGAPIXEL:
        return
    others = [
        model.id
        for model in flux_models.FLUX_MODELS
        if model.max_total_megapixels is None and model.references >= len(pictures)
    ]
    raise InvalidValue(
        f"{flux_model.id} takes {limit} MP of pictures and result together, these are {total / MEGAPIXEL:.1f} MP. "
        f"Leave pictures out, or use {joined(others, 'or')}."
    )


def shape_of(picture: InputPicture) -> tuple[int, int]:
    """Return the size in pixels, about, of what comes of an edit without a ratio: the picture's shape at 1 MP."""
    across, down = _within(picture.width, picture.height)
    height = sqrt(MEGAPIXEL * down / across)
    return _stepped(height * across / down), _stepped(height)


def _within(width: int, height: int) -> tuple[int, int]:
    """No ratio beyond these is made."""
    for bound, beyond in ((RATIO_NARROWEST, float.__lt__), (RATIO_WIDEST, float.__gt__)):
        across, down = parse_ratio(bound)
        if beyond(width / height, across / down):
            return across, down
    return width, height


def _stepped(side: float) -> int:
    return round(side / SIDE_STEP) * SIDE_STEP


def body_fields(pictures: Sequence[InputPicture]) -> dict[str, str]:
    """Return the fields of a body for these pictures, with digests in place of the bytes."""
    return {name: MARK + picture.digest for name, picture in zip(FIELDS, pictures, strict=False)}


def digests_in(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (field, digest) of every picture that a body names, in their order."""
    for name in FIELDS:
        if isinstance(value := body.get(name), str) and value.startswith(MARK):
            yield name, value.removeprefix(MARK)


def has_inputs(body: Mapping[str, Any]) -> bool:
    """Return whether a body, or the parameters of a job, name pictures that go in."""
    return FIELDS[0] in body


def without_inputs(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a job that are no pictures."""
    return {name: value for name, value in parameters.items() if name not in FIELDS}
