"""What a guest is shown of one picture, by the rules of the link."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from gallery.catalogue.numbers.money import money
from gallery.models import Feedback, Image, Share
from gallery.services.references import lineage
from gallery.services.shares import image_keys


@dataclass
class Shown:
    """One picture as the rules of a link let it be seen."""

    share: Share
    image: Image
    position: int | None = None
    feedback: Feedback | None = None
    tile: str = ""  # drawn by views/shares/tiles.py

    @cached_property
    def key(self) -> str:
        """The key that the picture has within this link."""
        return image_keys.key_in(self.share, self.image)

    @property
    def alt(self) -> str:
        """Only what is shown anyway: a picture read aloud must not tell more than one looked at."""
        opening: str | None = cast("Any", self.image).opening  # annotated by the query; an upload has none
        if self.share.show_prompt and opening:
            return opening
        return f"Picture {self.position}" if self.position else "Picture"

    @property
    def facts(self) -> list[tuple[str, object]]:
        share, image = self.share, self.image
        known: list[tuple[str, object]] = [("Model", image.maker)] if share.show_model else []
        known += [("Seed", image.seed)] if share.show_seed and not image.is_upload else []
        known += [("Cost", money(image.booked_micros))] if share.show_cost else []
        return known + ([("Prompt", image.prompt)] if share.show_prompt and not image.is_upload else [])

    @cached_property
    def inputs(self) -> list[lineage.Input]:
        """The pictures that went in, as far as they are still there and the link shows them."""
        if not (self.share.show_inputs and self.image.job):
            return []
        return [each for each in lineage.inputs_of(self.image.job) if not each.is_deleted]

    @property
    def caption(self) -> str:
        """What fits under a small picture."""
        share, image = self.share, self.image
        words = [image.maker] if share.show_model else []
        words += [image.detail] if share.show_seed and not image.is_upload else []
        return " · ".join(words)
