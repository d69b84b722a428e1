"""What was read of the words that prompts put in quotes, for many pictures by one query."""

from collections.abc import Iterable

from gallery.catalogue.prompts.asked_words import Spelled
from gallery.models import ImageWords


def spelled_by_image(image_ids: Iterable[int]) -> dict[int, list[Spelled]]:
    """Return {image id: [asked and read]} of those that were read."""
    rows = ImageWords.objects.read().filter(image__in=image_ids).values_list("image_id", "found")
    return {image_id: [Spelled(*each) for each in found] for image_id, found in rows}
