"""The text that a picture is found by: words of its fields, and facets, as one line of tokens with spaces between.

Both engines index exactly these tokens at exactly these places; so they find the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from gallery.catalogue.search.queries import Phrase
from gallery.catalogue.search.words import words_of

# In every text, in front and between two fields: no phrase reaches over it, and what has it not is not there.
MARK = "_"
# Beyond these PostgreSQL forgets where a word stands (position 16,383; 255 places of one word; 1 MB in all).
MOST_WORDS = 8_000  # each is written twice: alone, and with the next one
MOST_PLACES = 255
MOST_CHARACTERS = 200_000  # of the text that is left


def compose_text(fields: Iterable[str], *, facets: Iterable[str]) -> str:
    """Write the text of a picture. What is too long ends early: a long field belongs at the end."""
    tokens, left = [MARK, *facets], MOST_WORDS
    for field in fields:
        words = words_of(field)[:left]
        left -= len(words)
        for each in (words, _pairs(words)):
            tokens += [MARK, *each] if each else []
    return " ".join(tokens if len(tokens) <= MOST_PLACES else _within_limits(tokens))


def as_indexed(phrase: Phrase) -> Phrase:
    """Return the phrase that finds the same sooner: of common words, two that stand together may be rare."""
    return Phrase(_pairs(phrase.words), phrase.prefix) if len(phrase.words) > 1 else phrase


def _pairs(words: Sequence[str]) -> tuple[str, ...]:
    """Write each word with the one behind it, as one that nobody can type."""
    return tuple(f"+{first}+{second}" for first, second in pairwise(words))


def _within_limits(tokens: list[str]) -> list[str]:
    left, places, characters = [], Counter[str](), 0
    for token in tokens:
        places[token] += 1
        characters += len(token) + 1
        if characters > MOST_CHARACTERS:
            break
        left.append(token if places[token] <= MOST_PLACES else MARK)
    return left


# Facets begin like no word that can be typed: an engine meets "this word, this member, this model" in one pass.


def owner_facet(user_id: int) -> str:
    return f"_o{user_id}"


def model_facet(model: str) -> str:
    return f"_m{model}"


def shape_facet(shape: str) -> str:
    return f"_s{shape}"


def project_facet(project_id: int) -> str:
    return f"_p{project_id}"


def tag_facet(tag_id: int) -> str:
    return f"_t{tag_id}"


def collection_facet(collection_id: int) -> str:
    return f"_c{collection_id}"


UPLOAD_FACET = "_upload"
