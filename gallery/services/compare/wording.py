"""Which words of several prompts are not common to all of them."""

import re
from difflib import SequenceMatcher
from itertools import groupby

MOST_WORDS = 400  # of each prompt; aligning takes the square of it
WORD = re.compile(r"\s+|[^\s,.;:]+|[,.;:]+")


def mark_differences(texts):
    """Return for each text its parts as (words, whether they differ): together they are the text.

    A word is common if it can be aligned through all texts in their order: the first is aligned with each other one,
    and what is found in every alignment is common.
    """
    words = [WORD.findall(text) for text in texts]
    first, *others = [each[:MOST_WORDS] for each in words]
    partners = [dict(_pairs(first, other)) for other in others]
    common = [place for place in range(len(first)) if all(place in each for each in partners)]
    same = [set(common), *({each[place] for place in common} for each in partners)]
    return [_parts(each, places) for each, places in zip(words, same, strict=True)]


def _pairs(one, other):
    for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        yield from ((block.a + n, block.b + n) for n in range(block.size))


def _parts(words, same):
    marked = [(word, place not in same and not word.isspace()) for place, word in enumerate(words[:MOST_WORDS])]
    if len(words) > MOST_WORDS:
        marked.append((" …", False))
    return [("".join(word for word, _ in group), differs) for differs, group in groupby(marked, lambda each: each[1])]
