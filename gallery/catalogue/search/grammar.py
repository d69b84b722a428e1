"""How people write what they look for: words, "exact words", begin*, AND, OR, NOT, brackets.

Words side by side must all be there. NOT binds before AND before OR, and only capitals make them operators. Nothing is
wrong: what cannot be read as meant is looked for by its words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gallery.catalogue.search.queries import EVERYTHING, NOTHING, Phrase, Query, both, either, negation
from gallery.catalogue.search.words import words_of

MOST_CHARACTERS = 1_000
MOST_DEPTH = 20  # of brackets

_OPERATORS = ("AND", "OR", "NOT")
_SAME = str.maketrans("“”„‟＂（）＊\u3000", '"""""()* ')  # as keyboards and word processors write them
_PART = re.compile(r'"(?P<exact>[^"]*)"(?P<begin>\*?)|(?P<sign>[()"])|(?P<word>[^\s"()]+)')


@dataclass(frozen=True)
class _Operand:
    query: Query


_Lexeme = _Operand | str  # an operator, a bracket, or a quotation mark that has no other


class _Misread(Exception):
    """It cannot be meant as operators."""


def parse_query(text: str) -> Query:
    """Return what is looked for; of a blank text everything."""
    lexemes = _lexemes(text[:MOST_CHARACTERS].translate(_SAME))
    try:
        return _Reader(lexemes).read() if lexemes else _empty(text)
    except _Misread:
        return _by_words(lexemes)


def _lexemes(text: str) -> list[_Lexeme]:
    found: list[_Lexeme] = []
    for match in _PART.finditer(text):
        if match["sign"] or match["word"] in _OPERATORS:
            found.append(match[0])
        elif (query := _term(match)) is not None:
            found.append(_Operand(query))
    return found


def _term(match: re.Match[str]) -> Query | None:
    if (exact := match["exact"]) is not None:
        return _phrase(exact, prefix=bool(match["begin"]))
    word = match["word"]
    return _phrase(word, prefix=word.endswith("*")) if word.strip("*") else EVERYTHING


def _phrase(text: str, *, prefix: bool) -> Query | None:
    words = words_of(text)
    return Phrase(words, prefix) if words else None


def _empty(text: str) -> Query:
    """Nothing in it can be looked for: nothing was typed, or signs only."""
    return NOTHING if text.strip() else EVERYTHING


def _by_words(lexemes: list[_Lexeme]) -> Query:
    """Look for all words; for the operators themselves where there are no others."""
    operands = [each.query for each in lexemes if isinstance(each, _Operand)]
    words = [Phrase(words_of(each)) for each in lexemes if isinstance(each, str) and each in _OPERATORS]
    return both(operands or words) if operands or words else NOTHING


class _Reader:
    """Reads a query from left to right, one function for what binds as strongly."""

    def __init__(self, lexemes: list[_Lexeme]) -> None:
        self.lexemes = lexemes
        self.place = 0
        self.depth = 0

    def read(self) -> Query:
        query = self._either()
        if self._next() is not None:
            raise _Misread
        return query

    def _next(self) -> _Lexeme | None:
        return self.lexemes[self.place] if self.place < len(self.lexemes) else None

    def _take(self, *signs: str) -> bool:
        taken = self._next() in signs
        self.place += taken
        return taken

    def _either(self) -> Query:
        parts = [self._both()]
        while self._take("OR"):
            parts.append(self._both())
        return either(parts)

    def _both(self) -> Query:
        parts = [self._negated()]
        while self._take("AND") or self._goes_on():
            parts.append(self._negated())
        return both(parts)

    def _goes_on(self) -> bool:
        following = self._next()
        return isinstance(following, _Operand) or following in ("(", "NOT")

    def _negated(self) -> Query:
        negated = False
        while self._take("NOT"):
            negated = not negated
        query = self._operand()
        return negation(query) if negated else query

    def _operand(self) -> Query:
        following = self._next()
        if isinstance(following, _Operand):
            self.place += 1
            return following.query
        return self._within(self._either)

    def _within(self, read: Callable[[], Query]) -> Query:
        self.depth += 1
        if self.depth > MOST_DEPTH or not self._take("("):
            raise _Misread
        query = read()
        if not self._take(")"):
            raise _Misread
        self.depth -= 1
        return query
