"""Axes: the values that one field of the form asks for, read from its text. Whether they are allowed, cleaning says."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ..models.params import MORE
from ..problems import InvalidRequest, InvalidValue
from ..prompts import prompt_variants
from ..text import labels, value_lists
from ..text.typed_text import tidy
from . import inputs, shapes
from .inputs import InputPicture, Inputs

# An axis takes its values from the field of its name, unless more fields say it.
FIELDS = {
    "shape": ("aspect_ratio", "size", "width", "height"), "word": ("replace",),
    "reference": ("reference", "references_as"),
}  # fmt: skip
WORDS = {  # of every axis, in the order in which people think of them: (one value, several)
    "model": ("model", "models"),
    "prompt": ("prompt", "prompts"),
    "word": ("word", "words"),
    "reference": ("reference", "references"),
    "shape": ("shape", "shapes"),
    "steps": ("steps", "step counts"),
    "guidance": ("guidance", "guidances"),
    "output_format": ("format", "formats"),
    "safety_tolerance": ("safety", "safety levels"),
    "prompt_upsampling": ("upsampling", "upsampling"),
    "seed": ("seed", "seeds"),
}
MARK = "="  # between an axis and the label of a value that is skipped


@dataclass(frozen=True)
class Option:
    """One value of an axis: what it sets, by API name, and its label; empty where there is nothing to choose."""

    values: Mapping[str, object]
    label: str = ""


@dataclass(frozen=True)
class Variant:
    """One combination of the values of all axes. `labels` names those that vary: axis to a short text."""

    values: Mapping[str, object]
    labels: Mapping[str, str] = field(default_factory=dict)


Axes = dict[str, list[Option]]


def read_axes(values: Mapping[str, object]) -> Axes:
    """Return the options of every axis in their order, also of those with one only.

    `values`: what was typed, by API name; beside these `prompt_lines` (every line is a prompt of its own), `replace`
    (a word and what else to try in its place), `references` (pictures that go in), `pair` (two of them joined) and
    `references_as` (all together, or each alone). Raises InvalidRequest with a problem for each field that cannot be
    read.
    """
    problems, axes = {}, {}
    for name, read in READERS.items():
        try:
            axes[name] = read(values)
        except InvalidValue as wrong:
            problems[_wrong_field(name, values)] = wrong.problem
    if problems:
        raise InvalidRequest(problems)
    return axes


def _wrong_field(axis: str, values: Mapping[str, object] | None = None) -> str:
    """Name the field beside which a problem of this axis stands: the first that was filled, else the first."""
    fields = FIELDS.get(axis, (axis,))
    return next((name for name in fields if values and values.get(name)), fields[0])


def axis_of(name: str) -> str:
    """Name the axis that takes its values from this field."""
    return next((axis for axis, fields in FIELDS.items() if name in fields), name)


def without(axes: Axes, skipped: frozenset[str]) -> Axes:
    """Return the axes without the values that are skipped, as `axis=label`. Raises InvalidRequest if none is left."""
    if not skipped:
        return axes
    kept = {
        name: [option for option in options if not option.label or value_of(name, option.label) not in skipped]
        for name, options in axes.items()
    }
    empty = [name for name, options in kept.items() if not options]
    if empty:
        raise InvalidRequest({_wrong_field(name): ALL_SKIPPED for name in empty})
    return kept


def value_of(axis: str, label: str) -> str:
    """Write a value of an axis the way it is skipped."""
    return f"{axis}{MARK}{label}"


ALL_SKIPPED = InvalidValue("Every value is left out. Keep at least one.").problem


def variants(values: Mapping[str, object], axes: Axes) -> Iterator[Variant]:
    """Yield every combination, the last axis changing fastest."""
    for chosen in itertools.product(*axes.values()):
        together = dict(values)
        for option in chosen:
            together |= option.values
        labels = {name: option.label for name, option in zip(axes, chosen, strict=True) if option.label}
        yield Variant(prompt_variants.replaced(together), labels)


def _prompts(values: Mapping[str, object]) -> list[Option]:
    text = values.get("prompt")
    if not isinstance(text, str):
        return [Option({})]
    return [Option({"prompt": prompt}, label) for prompt, label in _several(values, tidy(text))]


def _several(values: Mapping[str, object], text: str) -> list[tuple[str, str]]:
    return prompt_variants.prompt_lines(text) if values.get("prompt_lines") else prompt_variants.alternatives(text)


def _words(values: Mapping[str, object]) -> list[Option]:
    if not values.get("replace"):
        return [Option({})]
    options = prompt_variants.replacements(tidy(str(values["replace"])), prompts=_written_prompts(values))
    names = labels.told_apart(other for _, other in options)
    found = zip(options, names, strict=True)
    return [Option({prompt_variants.REPLACED: pair}, label) for pair, label in found] or [Option({})]


def _written_prompts(values: Mapping[str, object]) -> Iterator[str]:
    """Yield the prompts in which a word can be replaced; as typed where they cannot be read."""
    text = tidy(str(values.get("prompt") or ""))
    try:
        yield from (prompt for prompt, _ in _several(values, text))
    except InvalidValue:
        yield text


def _references(values: Mapping[str, object]) -> list[Option]:
    pictures: tuple[InputPicture, ...] = tuple(values.get("references") or ())  # type: ignore[arg-type]  # of a service
    if not pictures:
        return [Option({})]
    if values.get("references_as") != inputs.ALONE or len(pictures) == 1:
        pair = values.get("pair")
        return [Option({"inputs": Inputs(pictures, pair if isinstance(pair, InputPicture) else None)})]
    names = labels.told_apart([picture.name for picture in pictures])
    return [
        Option({"inputs": Inputs((picture,))}, f"{n} · {name}")
        for n, (picture, name) in enumerate(zip(pictures, names, strict=True), 1)
    ]


def _shapes(values: Mapping[str, object]) -> list[Option]:
    ratios = value_lists.parted(values.get("aspect_ratio"))
    sizes: list[str | tuple[object, object]] = [*value_lists.parted(values.get("size"))]
    if values.get("shapes_several") and (values.get("width") or values.get("height")):
        sizes.append((values.get("width"), values.get("height")))
    options = [*(_ratio(each) for each in ratios), *(_size(each) for each in sizes)]
    if len(options) < 2:  # beside it stands whatever else was typed
        written = {"aspect_ratio": ratios, "size": [each for each in sizes if isinstance(each, str)]}
        return [Option({name: shapes.canonical(each[0]) for name, each in written.items() if each})]
    value_lists.refuse_too_many(len(options), "shapes")
    return list({option.label: option for option in options}.values())


NO_SHAPE = dict.fromkeys(FIELDS["shape"])


def _ratio(text: str) -> Option:
    if text == inputs.MATCH:
        return Option({**NO_SHAPE, "aspect_ratio": text}, "as image 1")
    written = shapes.canonical(text)
    return Option({**NO_SHAPE, "aspect_ratio": written}, "".join(written.split()))


def _size(text: str | tuple[object, object]) -> Option:
    if isinstance(text, tuple):
        width, height = text
        return Option({**NO_SHAPE, "width": width, "height": height}, f"{width} × {height}")
    written = shapes.canonical(text)
    return Option({**NO_SHAPE, "size": written}, " × ".join(written.lower().replace(" ", "").split("x")))


def _listed(name: str) -> Callable[[Mapping[str, object]], list[Option]]:
    def read(values: Mapping[str, object]) -> list[Option]:
        text = values.get(name)
        if not isinstance(text, str):
            return [Option({})]
        return list(_options_of(name, text))

    return read


@lru_cache(maxsize=1000)
def _options_of(name: str, text: str) -> tuple[Option, ...]:
    """Kept, as the rows of a batch say the same again and again."""
    found = value_lists.listed(text, whole=MORE[name].kind != "number")
    return tuple(Option({name: value}, label) for value, label in found)


READERS = {
    "prompt": _prompts,
    "word": _words,
    "reference": _references,
    "shape": _shapes,
    **{name: _listed(name) for name in MORE},
}
