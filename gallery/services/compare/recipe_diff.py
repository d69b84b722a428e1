"""What differs between the recipes of several pictures: only that, as rows of a table."""

from gallery.catalogue.params import PARAMS
from gallery.services.compare import wording

NOT_TAKEN = "not taken"  # the model has no such parameter, or it was not sent
SHAPE = ("width", "height", "size", "aspect_ratio")  # what came of them is the picture's own size


def differing(images):
    """Return [(label, values in the order of the images)] of everything asked for that is not the same for all."""
    rows = [("Model", [image.model for image in images]), ("Seed", [image.seed for image in images])]
    rows += [("Size", [f"{image.width} × {image.height}" for image in images])]
    rows += [(_label(name), [_value(image, name) for image in images]) for name in _names(images)]
    return [(label, values) for label, values in rows if len(set(values)) > 1]


def prompts(images):
    """Return the prompts with the words that differ marked; None where all are the same."""
    texts = [image.job.prompt for image in images]
    return wording.mark_differences(texts) if len(set(texts)) > 1 else None


def _names(images):
    sent = {name for image in images for name in image.job.parameters}
    known = [name for name in PARAMS if name in sent]
    return [name for name in (*known, *sorted(sent - set(known))) if name not in SHAPE]


def _label(name):
    return PARAMS[name].label if name in PARAMS else name


def _value(image, name):
    value = image.job.parameters.get(name, NOT_TAKEN)
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
