"""Make of the values of a form or of JSON exactly the JSON to send, or one clear problem for each field."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..models import flux_models
from ..models.flux_models import FLUX_2, FluxModel, UnknownFluxModel
from ..models.params import MORE, PARAMS, SAFETY_DOUBTFUL
from ..problems import InvalidRequest, InvalidValue, Problem, shown
from . import inputs
from .inputs import InputPicture, Inputs
from .parsing import read_value, rounded, whole
from .shapes import (
    is_promised,
    nearest_ratio,
    nearest_size,
    parse_ratio,
    parse_size,
    pixels_for_ratio,
    side_fault,
    size_faults,
    size_for_ratio,
    size_text,
)

_PIXELS = re.compile(r"\s{0,9}(?:px|pixels?)\s{0,9}$", re.IGNORECASE)
_MISSING = {
    "prompt": "Write what the picture should show.",
    "seed": "A seed is missing: one is always sent, so that the picture can be made again.",
    "width": "Width is missing: give both sides, or a size.",
    "height": "Height is missing: give both sides, or a size.",
}


@dataclass(frozen=True)
class CleanRequest:
    """One call, ready to be sent.

    `body` is the exact JSON to POST, but that digests stand for the pictures that go in, the `inputs`; `width` and
    `height` are the expected pixels of the picture; `notes` are sentences for the person: what was converted, and what
    may be refused.
    """

    model_id: str
    body: dict[str, str | int | float | bool]
    width: int
    height: int
    notes: tuple[str, ...] = ()
    inputs: tuple[InputPicture, ...] = ()

    @property
    def key(self) -> Hashable:
        """What two calls share that say the same: a 1 is not a true, though Python counts them as equal."""
        values = tuple(self.body.values())
        return tuple(self.body), values, tuple(map(type, values))


@dataclass(frozen=True)
class _CleanShape:
    """`field` is empty where nothing is sent: then the picture gets the shape of the first that goes in."""

    field: str
    value: str
    width: int
    height: int
    note: str = ""


class _Values:
    """The values as they came, and the problems found in them so far."""

    def __init__(self, values: Mapping[str, object]):
        self.values = values
        self.problems: dict[str, Problem] = {}

    def raw(self, name: str) -> object:
        """Give the raw value, or None when it is absent or blank."""
        raw = self.values.get(name)
        if name == "aspect_ratio" and raw == inputs.MATCH:  # the default of an edit; without a picture, the usual one
            return None
        return None if isinstance(raw, str) and not raw.strip() else raw

    def has(self, name: str) -> bool:
        return self.raw(name) is not None

    def read(self, name: str, reader: Callable[[object], Any] | None = None) -> Any:
        """Read one value, as its parameter's kind unless a reader is given; a wrong one becomes a problem and None."""
        if not self.has(name):
            return self._absent(name)
        try:
            return reader(self.raw(name)) if reader else read_value(PARAMS[name], self.raw(name))
        except InvalidValue as wrong:
            self.problems[name] = wrong.problem
            return None

    def _absent(self, name: str) -> Any:
        if name in _MISSING:
            self.problems[name] = Problem(_MISSING[name])
        return PARAMS[name].default


def clean_request(model_id: str, values: Mapping[str, object]) -> CleanRequest:
    """Check every value for this model, or raise InvalidRequest with all problems at once.

    Keys of `values` are API names; absent, blank and None mean the default; `inputs` are the Inputs of an edit. What
    the model does not take is left out, but a shape of the other kind becomes the nearest one of the model's own, and a
    note says so. Pictures that the model does not take are a problem of the field "reference".
    """
    flux_model = _known(model_id)
    typed = _Values(values)
    prompt = typed.read("prompt")
    pictures = _read_inputs(typed, flux_model)
    shape = _shape(typed, flux_model, pictures)
    rest = {name: typed.read(name) for name in ("seed", *_taken(flux_model))}
    if shape and pictures:
        _check_total(typed, flux_model, pictures, shape)
    if typed.problems or shape is None:
        raise InvalidRequest(typed.problems)
    sent = {shape.field: shape.value} if shape.field else {}
    body = {"model": flux_model.id, "prompt": prompt, **sent, **rest, **inputs.body_fields(pictures)}
    notes = _notes(flux_model, shape, body)
    return CleanRequest(flux_model.id, body, shape.width, shape.height, notes, pictures)


def _read_inputs(typed: "_Values", flux_model: FluxModel) -> tuple[InputPicture, ...]:
    asked = typed.values.get("inputs")
    if not (isinstance(asked, Inputs) and asked):
        return ()
    try:
        return inputs.inputs_for(flux_model, asked)
    except InvalidValue as wrong:
        typed.problems["reference"] = wrong.problem
        return ()


def _check_total(
    typed: "_Values", flux_model: FluxModel, pictures: tuple[InputPicture, ...], shape: "_CleanShape"
) -> None:
    try:
        inputs.check_total(flux_model, pictures, output_pixels=shape.width * shape.height)
    except InvalidValue as wrong:
        typed.problems["reference"] = wrong.problem


def _shape(typed: "_Values", flux_model: FluxModel, pictures: tuple[InputPicture, ...]) -> _CleanShape | None:
    """Edits take a ratio whatever the model: no source says that they take a size."""
    if pictures:
        return _shape_of_edit(typed, pictures)
    return _shape_by_ratio(typed) if flux_model.shape_by == "aspect_ratio" else _shape_by_size(typed, flux_model)


def _shape_of_edit(typed: "_Values", pictures: tuple[InputPicture, ...]) -> _CleanShape | None:
    if typed.has("aspect_ratio") or _asks_size(typed):
        return _shape_by_ratio(typed)
    return _CleanShape("", "", *inputs.shape_of(pictures[0]))


def _taken(flux_model: FluxModel) -> list[str]:
    return [name for name in MORE if name not in flux_models.TAKEN_BY_SOME or name in flux_model.takes]


def _known(model_id: object) -> FluxModel:
    try:
        return flux_models.get(model_id)
    except UnknownFluxModel:
        raise InvalidRequest({"model": Problem(f"{shown(model_id)} is no FLUX model.")}) from None


def _notes(flux_model: FluxModel, shape: _CleanShape, body: Mapping[str, Any]) -> tuple[str, ...]:
    notes = [shape.note] if shape.note else []
    if flux_model.caution and not is_promised(shape.width, shape.height, flux_model=flux_model):
        notes.append(f"{shape.value} may be refused: {flux_model.id} is {flux_model.caution.sentence}.")
    if flux_model.family == FLUX_2 and body["safety_tolerance"] >= SAFETY_DOUBTFUL:
        notes.append(f"Safety {SAFETY_DOUBTFUL} may be refused: FLUX.2 is documented up to {SAFETY_DOUBTFUL - 1}.")
    return tuple(notes)


def _shape_by_size(typed: _Values, flux_model: FluxModel) -> _CleanShape | None:
    if _asks_size(typed):
        size = _asked_size(typed, max_pixels=flux_model.max_pixels)
        return size and _CleanShape("size", size_text(*size), *size)
    if not typed.has("aspect_ratio"):
        size = parse_size(PARAMS["size"].default)
        return _CleanShape("size", size_text(*size), *size)
    ratio = typed.read("aspect_ratio", _ratio_text)
    if ratio is None:
        return None
    size = size_for_ratio(ratio, flux_model)
    across, down = parse_ratio(ratio)
    # Said only where something was lost on the way: a square is a square in pixels too.
    note = "" if size[0] * down == size[1] * across else f"{size_text(*size)} from {ratio}"
    return _CleanShape("size", size_text(*size), *size, note=note)


def _shape_by_ratio(typed: _Values) -> _CleanShape | None:
    if typed.has("aspect_ratio") or not _asks_size(typed):
        ratio = typed.read("aspect_ratio", _ratio_text)
        return ratio and _CleanShape("aspect_ratio", ratio, *pixels_for_ratio(ratio))
    size = _asked_size(typed, step=1)  # only the shape counts here: 1920x1080 is as good as 1920x1088
    if size is None:
        return None
    ratio = nearest_ratio(*size)
    return _CleanShape("aspect_ratio", ratio, *pixels_for_ratio(ratio), note=f"{ratio} from {size_text(*size)}")


def _ratio_text(raw: object) -> str:
    across, down = parse_ratio(raw)
    return f"{across}:{down}"


def _asks_size(typed: _Values) -> bool:
    return any(typed.has(name) for name in ("size", "width", "height"))


def _asked_size(typed: _Values, **rules: int) -> tuple[int, int] | None:
    """Read the size from one field or from two; None when it is wrong, and the problems say why."""
    from_text = _size_from_text(typed, rules) if typed.has("size") else None
    from_sides = _size_from_sides(typed, rules) if typed.has("width") or typed.has("height") else None
    if from_text and from_sides and from_text != from_sides:
        one, other = size_text(*from_text), size_text(*from_sides)
        message = f"The size says {one}, width and height say {other}. Keep one of them."
        typed.problems["size"] = Problem(message, {"size": other})
    return from_sides or from_text


def _size_from_text(typed: _Values, rules: Mapping[str, int]) -> tuple[int, int] | None:
    size = typed.read("size", parse_size)
    faults = size_faults(*size, **rules) if size else {}
    if faults:
        # A square of 1000 has the same fault twice; it is said once.
        typed.problems["size"] = _with_way_out(" ".join(dict.fromkeys(faults.values())), size, rules)
    return None if faults else size


def _size_from_sides(typed: _Values, rules: Mapping[str, int]) -> tuple[int, int] | None:
    width, height = (typed.read(name, partial(_read_side, name)) for name in ("width", "height"))
    if width is None or height is None:
        _judge_the_other(typed, {"width": width, "height": height}, step=rules.get("step"))
        return None
    faults = size_faults(width, height, **rules)
    for name, fault in faults.items():
        typed.problems[name] = _with_way_out(fault, (width, height), rules)
    return None if faults else (width, height)


def _read_side(name: str, raw: object) -> int:
    if isinstance(raw, str):
        raw = _PIXELS.sub("", raw)
    try:
        return whole(raw)
    except InvalidValue as wrong:
        near = rounded(raw)
        raise InvalidValue(str(wrong), {} if near is None else {name: str(_nearest_side(near))}) from None


def _judge_the_other(typed: _Values, sides: Mapping[str, int | None], *, step: int | None) -> None:
    for name, side in sides.items():
        fault = "" if side is None else side_fault(side, **({"step": step} if step else {}))
        if side is not None and fault:
            typed.problems[name] = Problem(f"{fault} Use {_nearest_side(side)}.", {name: str(_nearest_side(side))})


def _nearest_side(side: int) -> int:
    return nearest_size(side, side)[0]


def _with_way_out(fault: str, size: tuple[int, int], rules: Mapping[str, int]) -> Problem:
    width, height = nearest_size(*size, **{name: rule for name, rule in rules.items() if name == "max_pixels"})
    message = f"{fault} Use {size_text(width, height)}."
    return Problem(message, {"width": str(width), "height": str(height)})
