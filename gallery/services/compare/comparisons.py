"""Comparisons: which pictures stand side by side in which order, perhaps blind, perhaps under a name."""

import random
from collections.abc import Iterable

from django.db import transaction

from gallery.models import Comparison, ComparisonImage, Image, User

MOST = 60  # pictures in one comparison
AT_ONCE = 12  # of them on the screen


def shuffle_keys(keys: Iterable[str]) -> list[str]:
    """Return the keys in an order that nobody can foresee; every order is as likely as every other."""
    keys = list(keys)
    random.SystemRandom().shuffle(keys)
    return keys


@transaction.atomic
def save_comparison(images: Iterable[Image], *, owner: User, name: str) -> Comparison:
    """Keep these pictures, in this order, under a name."""
    comparison = Comparison.objects.create(owner=owner, name=name)
    items = (ComparisonImage(comparison=comparison, image=image, position=n) for n, image in enumerate(images))
    ComparisonImage.objects.bulk_create(items)
    return comparison


def delete_comparison(comparison: Comparison) -> None:
    """Forget a comparison; its pictures stay."""
    comparison.delete()


def image_keys_of(comparison: Comparison) -> list[str]:
    """Return the keys of its pictures in their order, without those in the trash."""
    return list(comparison.items.filter(image__trashed_at=None).values_list("image__key", flat=True))
