"""The prompt templates that fluxweb brings along: a file like any that is exported, and no rows of the database."""

from dataclasses import asdict, dataclass
from pathlib import Path

from . import template_files
from .template_files import Template


@dataclass(frozen=True, kw_only=True)
class ReadyTemplate(Template):
    """Everybody uses and copies it, nobody owns it. `key` stands in its address, made from its name."""

    key: str


def _ready(template: Template) -> ReadyTemplate:
    words = "".join(character if character.isalnum() else " " for character in template.name.lower()).split()
    return ReadyTemplate(**asdict(template), key="-".join(["ready", *words]))


READY = tuple(map(_ready, template_files.read(Path(__file__).with_suffix(".json").read_bytes())))
BY_KEY = {template.key: template for template in READY}
