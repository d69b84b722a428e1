"""What came of the colours that prompts name, for many pictures by one query."""

from collections.abc import Iterable

from gallery.catalogue.prompts.asked_colours import Got, asked_and_got
from gallery.models import ImageLook


def got_by_image(image_ids: Iterable[int]) -> dict[int, list[Got]]:
    """Return {image id: [asked and got]} of those that were measured and whose prompt names a colour."""
    looks = ImageLook.objects.filter(image__in=image_ids, image__job__prompt__contains="#")
    rows = looks.values_list("image_id", "image__job__prompt", "palette")
    found = {image_id: asked_and_got(prompt, palette) for image_id, prompt, palette in rows}
    return {image_id: got for image_id, got in found.items() if got}
