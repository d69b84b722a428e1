"""A table of what made the pictures of a ZIP, and what they cost: one row for each file."""

from datetime import UTC

from gallery.models import Image
from gallery.services.ledger.csv_export import csv_dollars
from gallery.services.media.metadata.facts import recipe_facts

NAME = "recipes.csv"
COLUMNS = ("file", "model", "seed", "prompt", "size", "parameters", "cost_usd", "made_at", "note")
_APART = ("model", "seed", "prompt", "width", "height", "size")


def recipe_row(image: Image, *, name: str, note: str = "", is_mine: bool = True) -> tuple[object, ...]:
    """Return the row of a picture under the name it has in the ZIP. `note`: what is not as it was asked for.

    What it cost is told to its owner.
    """
    facts = recipe_facts(image)
    more = "; ".join(f"{key}={_word(value)}" for key, value in facts.items() if key not in _APART)
    size = f"{image.width}x{image.height}"
    cost = "" if image.is_upload or not is_mine else csv_dollars(image.booked_micros)
    made = image.created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    told = [facts.get(key) for key in ("model", "seed", "prompt")]
    return (name, *told, size, more, cost, made, "uploaded" if image.is_upload and not note else note)


def _word(value: object) -> object:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value
