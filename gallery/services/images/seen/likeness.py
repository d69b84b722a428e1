"""Near-duplicates of a picture among a member's own, however many they have.

Hashes that differ in at most seven of 64 bits have a quarter of 16 bits that differs in at most one: each quarter has
an index, in which those 17 values are looked up. At a million pictures about a thousand rows are met.
"""

from typing import Any, NamedTuple

from gallery.models import Image, ImageLook, User
from gallery.models.finding.looks import BANDS
from gallery.services.media.seeing import perceptual_hash

MOST_BITS = 7  # of 64 that may differ
MOST = 200  # pictures found
MOST_MET = 2000  # rows of one quarter: of a picture that is there a hundred thousand times not all are compared


class Likeness(NamedTuple):
    bits: int  # that differ
    image_id: int


def images_like(image_id: int, user: User) -> list[Likeness]:
    """Return the member's pictures that look like this one, the most alike first and of those the newest, without it.

    None if nothing of it has been measured yet, or nothing is to be seen in it.
    """
    look = ImageLook.objects.filter(image=image_id).first()
    if look is None or look.hash is None:
        return []
    met = {other: perceptual_hash.distance(look.hash, number) for other, number in _candidates(look, user)}
    near = [Likeness(bits, other) for other, bits in met.items() if bits <= MOST_BITS and other != image_id]
    near = sorted(near, key=lambda each: (each.bits, -each.image_id))[:MOST]
    kept = set(
        Image.objects.of(user).kept().filter(pk__in=[each.image_id for each in near]).values_list("pk", flat=True)
    )
    return [each for each in near if each.image_id in kept]


def _candidates(look: ImageLook, user: User) -> list[tuple[int, Any]]:
    """Return (image id, hash) of what shares a quarter, or nearly."""
    found: list[tuple[int, Any]] = []
    for name in BANDS:
        near = perceptual_hash.near_bands(getattr(look, name))
        rows = ImageLook.objects.filter(owner=user, **{f"{name}__in": near})
        found += rows.values_list("image_id", "hash")[:MOST_MET]
    return found
