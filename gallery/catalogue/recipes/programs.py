"""Recipes that other programs write as one flat object of JSON: InvokeAI, SwarmUI, Fooocus, NovelAI."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .recipe import Recipe, number_of, others_of, read_json, size_of, text_of, whole_of

_RESOLUTION = re.compile(r"\D*([0-9]{1,6})\D+([0-9]{1,6})\D*")
# What says nothing about how the picture looks.
_ABOUT = frozenset({
    "generation_mode", "app_version", "metadata_scheme", "version", "created_by", "swarm_version", "date",
    "generation_time", "original_prompt", "original_negativeprompt", "base_model_hash", "refiner_model_hash",
    "full_prompt", "full_negative_prompt", "request_type", "signed_hash", "resolution", "width", "height",
})  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What a program calls each part; of several the first that is there."""

    program: str
    prompt: tuple[str, ...]
    negative: tuple[str, ...]
    model: tuple[str, ...]
    guidance: tuple[str, ...]

    def read(self, found: Mapping[str, object]) -> Recipe | None:
        """Return the recipe that an object tells, None without a prompt in it."""
        prompt = text_of(_first(found, self.prompt))
        if not prompt:
            return None
        known = frozenset({*self.prompt, *self.negative, *self.model, *self.guidance, "seed", "steps"})
        return Recipe(
            self.program,
            prompt=prompt.strip(),
            negative=text_of(_first(found, self.negative)).strip(),
            model=_model_name(_first(found, self.model)),
            seed=whole_of(found.get("seed")),
            size=size_of(found.get("width"), found.get("height")) or _resolution(found.get("resolution")),
            steps=whole_of(found.get("steps")) or None,
            guidance=number_of(_first(found, self.guidance)),
            others=others_of(found, known | _ABOUT),
        )


INVOKE = Names("InvokeAI", ("positive_prompt",), ("negative_prompt",), ("model",), ("guidance", "cfg_scale"))
SWARM = Names("SwarmUI", ("prompt",), ("negativeprompt",), ("model",), ("fluxguidancescale", "cfgscale"))
FOOOCUS = Names("Fooocus", ("prompt",), ("negative_prompt",), ("base_model", "model"), ("guidance_scale",))
NOVEL = Names("NovelAI", ("prompt",), ("uc",), ("model",), ("scale",))


def read_invoke(text: str) -> Recipe | None:
    return INVOKE.read(read_json(text))


def read_parameters(text: str) -> Recipe | None:
    """Return what SwarmUI or Fooocus wrote where others write words."""
    found = read_json(text)
    params = found.get("sui_image_params")
    if isinstance(params, dict):
        return SWARM.read(params)
    return FOOOCUS.read(found) if "base_model" in found or "metadata_scheme" in found else None


def read_novel(text: str) -> Recipe | None:
    found = read_json(text)
    return NOVEL.read(found) if {"uc", "scale", "sampler"} & found.keys() else None


def _first(found: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((found[name] for name in names if found.get(name) not in (None, "")), None)


def _model_name(value: object) -> str:
    """A model is a text, or an object that has its name."""
    if isinstance(value, Mapping):
        value = _first(value, ("name", "model_name", "key"))
    return text_of(value)


def _resolution(value: object) -> tuple[int, int] | None:
    found = _RESOLUTION.fullmatch(value) if isinstance(value, str) and len(value) < 60 else None
    return size_of(found[1], found[2]) if found else None
