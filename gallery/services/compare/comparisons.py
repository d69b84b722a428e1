"""Comparisons: which pictures stand side by side in which order, perhaps blind, perhaps under a name."""

import random

from django.db import transaction

from gallery.models import Comparison, ComparisonImage

MOST = 60  # pictures in one comparison
AT_ONCE = 12  # of them on the screen


def shuffled(keys):
    """Return the keys in an order that nobody can foresee; every order is as likely as every other."""
    keys = list(keys)
    random.SystemRandom().shuffle(keys)
    return keys


@transaction.atomic
def save(images, *, owner, name):
    """Keep these pictures, in this order, under a name."""
    comparison = Comparison.objects.create(owner=owner, name=name)
    places = (ComparisonImage(comparison=comparison, image=image, position=n) for n, image in enumerate(images))
    ComparisonImage.objects.bulk_create(places)
    return comparison


def delete(comparison):
    """Forget a comparison; its pictures stay."""
    comparison.delete()


def image_keys(comparison):
    """Return the keys of its pictures in their order."""
    return list(comparison.places.values_list("image__key", flat=True))
