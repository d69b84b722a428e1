"""A recipe as the fields of the studio: what this product can do of it, and of the rest a sentence each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..models import flux_models
from ..models.params import MORE, PARAMS
from ..parameters import parsing, shapes
from ..problems import InvalidValue, shown
from ..prompts.prompt_syntax import escaped
from .foreign_models import find_model
from .own import PROGRAM as OURS
from .recipe import Recipe

MOST_SENTENCES = 16
TAKES_NONE = "FLUX through this provider takes none."
INSTEAD = "FLUX takes no negative prompt. Say what should be there instead."


@dataclass
class Filled:
    """`values` of the studio, by field; `unused`: what stands in none of them, as sentences."""

    program: str
    values: dict[str, object] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)


def fill_fields(recipe: Recipe, *, ticked: Iterable[str]) -> Filled:
    """Return what the studio is filled with. `ticked`: the models that stay if the recipe names none of ours."""
    filled = Filled(recipe.program)
    if recipe.prompt:
        filled.values |= {"prompt": escaped(recipe.prompt), "prompt_lines": "", "replace": ""}
    for fill in (_fill_model, _fill_seed, _fill_shape, _fill_more):
        fill(filled, recipe)
    models = filled.values.get("model")
    _fill_taken(filled, recipe, models if isinstance(models, list) else list(ticked))
    filled.unused = _shortened([*filled.unused, *_left_over(recipe)])
    return filled


def _fill_model(filled: Filled, recipe: Recipe) -> None:
    if model := find_model(recipe.model):
        filled.values["model"] = [model]
        if model != recipe.model and recipe.program != OURS:
            filled.unused.append(f"Model {shown(recipe.model)}: {model} is ticked for it.")
    elif recipe.model:
        filled.unused.append(f"Model {shown(recipe.model)}: it cannot be had here; what is ticked stays.")


def _fill_seed(filled: Filled, recipe: Recipe) -> None:
    if recipe.seed is not None:
        _take(filled, "seed", recipe.seed)


def _fill_shape(filled: Filled, recipe: Recipe) -> None:
    """A ratio that was asked for, else the size that came of it, else nothing."""
    ratio = recipe.values.get("aspect_ratio")
    if isinstance(ratio, str) and shapes.is_ratio(ratio) and shapes.canonical(ratio) == ratio:
        filled.values["aspect_ratio"] = ratio
    elif recipe.size:
        width, height = shapes.nearest_size(*recipe.size)
        filled.values["size"] = shapes.size_text(width, height)
        if (width, height) != recipe.size:
            asked = "{} × {}".format(*recipe.size)
            filled.unused.append(f"Size {asked}: {width} × {height} is the nearest that FLUX takes.")


def _fill_more(filled: Filled, recipe: Recipe) -> None:
    """What only our own files tell, and every model takes or its card leaves out."""
    for name in MORE:
        if name in recipe.values:
            _take(filled, name, recipe.values[name])


def _fill_taken(filled: Filled, recipe: Recipe, models: list[str]) -> None:
    taken = set().union(*(flux_models.get(model).takes for model in models if model in flux_models.ids()))
    for name, value in (("steps", recipe.steps), ("guidance", recipe.guidance)):
        if value is None:
            continue
        if name in taken:
            _take(filled, name, value)
        else:
            filled.unused.append(f"{PARAMS[name].label} {value:g}: {' and '.join(models) or 'the model'} takes none.")


def _take(filled: Filled, name: str, raw: object) -> None:
    """Take a value if its parameter allows it; else say what is wrong with it."""
    try:
        value = parsing.read_value(PARAMS[name], raw)
    except InvalidValue as wrong:
        filled.unused.append(f"{PARAMS[name].label}: {wrong}")
    else:
        filled.values[name] = ("on" if value else "") if isinstance(value, bool) else str(value)


def _left_over(recipe: Recipe) -> Iterator[str]:
    if recipe.negative:
        yield f"Negative prompt {shown(_one_line(recipe.negative))}: {INSTEAD}"
    for name, value in recipe.others:
        yield f"{_named(name)} {_plain(value)}: {TAKES_NONE}"


def _named(name: str) -> str:
    text = _plain(name)
    return text[:1].upper() + text[1:]


def _plain(text: str) -> str:
    """Return a short text as `shown` does, without its quotes: names of samplers are read as names."""
    return shown(_one_line(text))[1:-1]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(sentences: list[str]) -> list[str]:
    more = len(sentences) - MOST_SENTENCES
    return sentences if more <= 0 else [*sentences[:MOST_SENTENCES], f"And {more} more, of which it takes none."]
