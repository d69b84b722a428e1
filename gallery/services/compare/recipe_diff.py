"""What differs between the recipes of several pictures: only that, as rows of a table, and the words of prompts."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby

from gallery.catalogue.models.params import PARAMS
from gallery.models import Image

NOT_TAKEN = "not taken"  # the model has no such parameter, or it was not sent
SHAPE = ("width", "height", "size", "aspect_ratio")  # what came of them is the picture's own size
MOST_WORDS = 400  # of each prompt; aligning takes the square of it
MarkedWords = tuple[str, bool]  # and whether they differ
WORD = re.compile(r"\s+|[^\s,.;:]+|[,.;:]+")


def diff_fields(images: Sequence[Image]) -> list[tuple[str, list[str]]]:
    """Return [(label, values in the order of the images)] of everything asked for that is not the same for all."""
    rows: list[tuple[str, list[str]]] = [
        ("Model", [image.maker for image in images]),
        ("Seed", ["" if image.seed is None else str(image.seed) for image in images]),
    ]
    rows += [("Size", [f"{image.width} × {image.height}" for image in images])]
    rows += [(_label(name), [_value(image, name) for image in images]) for name in _names(images)]
    return [(label, values) for label, values in rows if len(set(values)) > 1]


def diff_prompts(images: Sequence[Image]) -> list[list[MarkedWords]] | None:
    """Return the prompts with the words that differ marked; None where all are the same."""
    texts = [image.prompt for image in images]
    return diff_words(texts) if len(set(texts)) > 1 else None


def diff_words(texts: list[str]) -> list[list[MarkedWords]]:
    """Return for each text its runs of words as (words, whether they differ): together they are the text.

    A word is common if it can be aligned through all texts in their order: the first is aligned with each other one,
    and what is found in every alignment is common.
    """
    words = [WORD.findall(text) for text in texts]
    first, *others = [each[:MOST_WORDS] for each in words]
    partners = [dict(_pairs(first, other)) for other in others]
    common = [n for n in range(len(first)) if all(n in each for each in partners)]
    same = [set(common), *({each[n] for n in common} for each in partners)]
    return [_runs(each, shared) for each, shared in zip(words, same, strict=True)]


def _pairs(one: list[str], other: list[str]) -> Iterator[tuple[int, int]]:
    for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        yield from ((block.a + n, block.b + n) for n in range(block.size))


def _runs(words: list[str], same: set[int]) -> list[MarkedWords]:
    marked = [(word, n not in same and not word.isspace()) for n, word in enumerate(words[:MOST_WORDS])]
    if len(words) > MOST_WORDS:
        marked.append((" …", False))
    return [("".join(word for word, _ in group), differs) for differs, group in groupby(marked, lambda each: each[1])]


def _names(images: Sequence[Image]) -> list[str]:
    sent = {name for image in images for name in image.parameters}
    known = [name for name in PARAMS if name in sent]
    return [name for name in (*known, *sorted(sent - set(known))) if name not in SHAPE]


def _label(name: str) -> str:
    return PARAMS[name].label if name in PARAMS else name


def _value(image: Image, name: str) -> str:
    value = image.parameters.get(name, NOT_TAKEN)
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
