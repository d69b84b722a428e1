"""The prompt templates that fluxweb brings along: a file like any that is exported, and no rows of the database."""

from dataclasses import asdict, dataclass
from pathlib import Path

from . import template_files, template_variables
from .template_files import Template
from .template_variables import Filled


@dataclass(frozen=True, kw_only=True)
class ReadyTemplate(Template):
    """Everybody uses and copies it, nobody owns it. `key` stands in its address, made from its name."""

    key: str

    @property
    def picture(self) -> str:
        """The static file that shows what it is for; only the starters have one. Drawn by the simulator."""
        return f"img/templates/{self.key.removeprefix('ready-')}.webp"


def _ready(template: Template) -> ReadyTemplate:
    words = "".join(character if character.isalnum() else " " for character in template.name.lower()).split()
    return ReadyTemplate(**asdict(template), key="-".join(["ready", *words]))


READY = tuple(map(_ready, template_files.read(Path(__file__).with_suffix(".json").read_bytes())))
BY_KEY = {template.key: template for template in READY}

# What a studio without pictures offers, each with words for every place that has none: one click fills it.
EXAMPLES: dict[str, dict[str, str]] = {
    "ready-product-photo": {"product": "a hand-thrown stoneware vase with one olive branch"},
    "ready-portrait-with-lens-and-light": {},
    "ready-typography-poster": {"headline": "Open Studio"},
    "ready-phone-wallpaper": {},
    "ready-scene-in-brand-colours": {},
    "ready-short-idea-drafted-cheaply": {"idea": "a lighthouse in fog, one lamp lit"},
}
STARTERS = tuple(BY_KEY[key] for key in EXAMPLES)


def fill_example(template: ReadyTemplate) -> Filled:
    """Return the prompt of a template with its defaults, and with an example where something must be written."""
    return template_variables.fill(template.prompt, EXAMPLES.get(template.key, {}))
