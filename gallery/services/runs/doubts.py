"""What in prompts looks like a choice and is none, or the other way round: agreed to before anything is bought."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from gallery.catalogue.prompts import prompt_variants
from gallery.catalogue.tables import pasted
from gallery.catalogue.tables.batches import Listing


@dataclass(frozen=True)
class Doubts:
    sentences: list[str]

    def __bool__(self) -> bool:
        return bool(self.sentences)

    @cached_property
    def key(self) -> str:
        """What agreeing to just these doubts sends: others are asked about anew."""
        return hashlib.sha256("\n".join(self.sentences).encode("utf-8", "replace")).hexdigest()[:16]


def find_prompt_doubts(text: str, *, lines: bool) -> Doubts:
    return Doubts(prompt_variants.doubts(text, lines=lines))


def find_row_doubts(listing: Listing) -> Doubts:
    """The same rule as in the studio, row by row."""
    rows = listing.rows
    found = [(row, doubt) for row in rows for doubt in prompt_variants.doubts(row.values.get("prompt", ""))]
    if rows and listing.kind in (pasted.LINES, pasted.LIST):
        said = prompt_variants.line_doubts([row.values.get("prompt", "") for row in rows])
        found += [(row, doubt) for row, doubt in zip(rows, said, strict=True) if doubt]
    return Doubts([f"Line {row.line}: {doubt}" for row, doubt in sorted(found, key=lambda each: each[0].line)])
