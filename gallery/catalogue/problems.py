"""What is wrong with a value, said to the person who typed it, and what would be right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWN_CHARACTERS = 40  # of a wrong value: enough to recognise it, too little to flood the page
SHOWN_INTEGER_LIMIT = 10**15  # formatting an int of thousands of digits raises ValueError in CPython


@dataclass(frozen=True)
class Problem:
    """One sentence for the field, and the values (form field -> text) that would make it right."""

    message: str
    offer: dict[str, str] = field(default_factory=dict)


class InvalidValue(ValueError):
    """One value breaks its rule; `problem` says how."""

    def __init__(self, message: str, offer: Mapping[str, str] | None = None):
        super().__init__(message)
        self.problem = Problem(message, dict(offer or {}))


class InvalidRequest(ValueError):
    """Some values break their rules; `problems` holds one Problem per form field, all of them at once."""

    def __init__(self, problems: Mapping[str, Problem]):
        self.problems = dict(problems)
        super().__init__("; ".join(f"{name}: {problem.message}" for name, problem in self.problems.items()))


class InvalidMatrix(Exception):
    """`problems`: one per form field, what is wrong and what would be right; `axes`: as of a Matrix, if known."""

    def __init__(self, problems: Mapping[str, Problem], axes: Mapping[str, Any] | None = None):
        self.axes = axes or {}
        super().__init__("; ".join(f"{field}: {problem.message}" for field, problem in problems.items()))
        self.problems = problems


def shown(raw: object) -> str:
    """Name a wrong value safely: short, printable, encodable as UTF-8."""
    if isinstance(raw, str):
        return f"“{_printable(raw.strip())}”"
    if type(raw) is int and abs(raw) >= SHOWN_INTEGER_LIMIT:
        return "That number"
    if type(raw) in (int, float):
        return str(raw)
    return f"A {type(raw).__name__}"


def _printable(text: str) -> str:
    cut = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
    # A lone surrogate or a NUL in an error message would break the page that tells about it.
    return "".join(character if character.isprintable() else "\ufffd" for character in cut)
