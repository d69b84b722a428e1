"""What the controls of the studio and of a batch show of what was typed: tiles, switches, cards of models."""

from typing import Any

from gallery.catalogue.models import flux_models, params
from gallery.catalogue.models.flux_models import FluxModel
from gallery.catalogue.parameters import parsing
from gallery.catalogue.parameters.inputs import MATCH
from gallery.catalogue.parameters.shapes import RATIO_TILES, SIZE_TILES, size_tile
from gallery.catalogue.problems import InvalidValue
from gallery.catalogue.text import value_lists
from gallery.forms.studio.compose import ComposeForm
from gallery.forms.studio.run_form import FOLDED, FORMATS, SAFETY_LEVELS, RunForm, project_names
from gallery.services.prices import price_book

USUAL_RATIOS = ("1:1", "4:5", "2:3", "9:16", "3:2", "16:9", "21:9")  # stand in one row; the others are folded


class Shapes:
    """The tiles and fields of a shape, and which of them are chosen: one, or with the switch for it any number."""

    usual_tiles = tuple(tile for tile in RATIO_TILES if tile.value in USUAL_RATIOS)
    other_tiles = tuple(tile for tile in RATIO_TILES if tile.value not in USUAL_RATIOS)
    size_tiles = SIZE_TILES

    def __init__(self, form: ComposeForm) -> None:
        self.typed = {name: form[name].value() for name in ("aspect_ratio", "size", "width", "height")}
        self.asked = {name: _parted(self.typed[name]) for name in ("aspect_ratio", "size")}
        several = form["shapes_several"].value()  # asked for, or several are listed already
        self.several = bool(several or any(len(found) > 1 for found in self.asked.values()))

    @property
    def tile_type(self) -> str:
        return "checkbox" if self.several else "radio"

    @property
    def ratios(self) -> list[str]:
        exact = any(self.typed[name] for name in ("size", "width", "height"))
        return self.asked["aspect_ratio"] if self.several or not exact else []

    @property
    def other_ratios(self) -> str:
        """The ratios that no tile shows, for the text field."""
        tiles = {MATCH, *(tile.value for tile in RATIO_TILES)}
        return ", ".join(ratio for ratio in self.asked["aspect_ratio"] if ratio not in tiles)

    @property
    def sizes(self) -> list[str]:
        return self.asked["size"]

    @property
    def other_sizes(self) -> list[str]:
        """The sizes that no tile shows, as tiles of their own."""
        return self._untiled() if self.several else []

    @property
    def sides(self) -> dict[str, str]:
        """Width and height as typed; the one size that no tile shows stands in them, so that it is not lost."""
        width, height = (self.typed[name] or "" for name in ("width", "height"))
        if not (width or height or self.several) and (others := self._untiled()):
            width, _, height = others[0].partition("x")
        return {"width": width, "height": height}

    @property
    def use_case(self) -> str:
        """What the one chosen ratio is used for; nothing of several, or of one that no tile shows."""
        chosen = [tile.use_case for tile in RATIO_TILES if tile.value in self.ratios]
        return chosen[0] if len(self.ratios) == len(chosen) == 1 else ""

    @property
    def are_folded(self) -> bool:
        """Whether a folded field of them holds something: then it must be seen."""
        typed = self.typed["size"] or self.typed["width"] or self.typed["height"] or self.other_ratios
        return bool(typed or self.several or any(tile.value in self.ratios for tile in self.other_tiles))

    def _untiled(self) -> list[str]:
        return [size for size in self.asked["size"] if size_tile(size) is None]


def _parted(text: object) -> list[str]:
    """Return the values of a list; none of one that is too long, which its field says."""
    try:
        return value_lists.parted(text)
    except InvalidValue:
        return []


def of_fields(form: RunForm) -> dict[str, Any]:
    """Return what the controls show that the studio and a batch have in common."""
    return {
        "families": _families(form),
        "params": params.PARAMS,
        "safety_levels": SAFETY_LEVELS,
        "safety_listed": _safety_listed(form),
        "formats": FORMATS,
        "upsampling": _upsampling(form),
        "projects": project_names(),
        "more_is_used": _more_is_used(form),
    }


def _safety_listed(form: RunForm) -> str:
    """Return several safety levels for their text field, or nothing if the list has the one."""
    level = str(form["safety_tolerance"].value() or "")
    return "" if any(level == value for value, _ in SAFETY_LEVELS) else level


def _upsampling(form: RunForm) -> dict[str, bool]:
    """Return which of the two switches of the upsampling are on: with it, and beside it without."""
    words = set(_parted(str(form["prompt_upsampling"].value() or "").lower()))
    with_it = bool(words & parsing.TRUE)
    return {"on": with_it, "off": with_it and bool(words & parsing.FALSE)}


def _more_is_used(form: RunForm) -> bool:
    """Whether a folded field is not as it started, or is wrong: then it must be seen."""
    return any(form[name].errors or str(form[name].value() or "") != FOLDED[name] for name in FOLDED)


def _families(form: RunForm) -> list[dict[str, Any]]:
    """The models as cards, by family: the first stands open, others where something is ticked in them."""
    book = price_book.read_price_book()
    found: dict[str, list[dict[str, Any]]] = {}
    for model in flux_models.FLUX_MODELS:
        found.setdefault(model.family, []).append(_card(model, form, book))
    first = flux_models.FLUX_2
    return [
        {"name": name, "cards": cards, "first": name == first, "open": any(card["ticked"] for card in cards)}
        for name, cards in found.items()
    ]


def _card(model: FluxModel, form: RunForm, book: price_book.PriceBook) -> dict[str, Any]:
    ticked = model.id in (form["model"].value() or [])
    return {
        "model": model,
        "ours_micros": book.row(model.id).ours_micros,
        "ticked": ticked,
        "takes": " ".join(sorted(_takes(model))),
    }


def taken(form: RunForm) -> set[str]:
    """Return which of the special parameters any ticked model takes: the form shows only those."""
    ticked = [flux_models.get(name) for name in form["model"].value() or [] if name in flux_models.ids()]
    return set().union(*(_takes(model) for model in ticked))


def _takes(model: FluxModel) -> set[str]:
    return {*model.takes, model.shape_by}
