"""What the columns of a pasted table are, by their names in several languages and by their values."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..models import model_names
from ..models.params import PARAMS
from ..problems import shown
from ..text import value_lists

MODEL, SHAPE = "model", "shape"
_FIRST = ("prompt", MODEL, SHAPE, "seed")
COLUMNS = (*_FIRST, *(name for name in PARAMS if name not in _FIRST))
LEFT_OUT = ""
SAMPLES = 3  # values of a column that are shown
_NAME_WORDS = 3
_JUDGED = 50  # values of a column that are looked at

# Names as people write them, by what they mean. Those under "perhaps prompt" hold prompts in many tables and something
# else in others: taken for the prompt, and asked. Those under "aside" are nothing that a request could say.
NAMES = json.loads((Path(__file__).parent / "column_names.json").read_text(encoding="utf-8"))
_PERHAPS = "perhaps prompt"
_NEGATIVE = re.compile("negativ|负|負|反向|ネガティブ|부정|негатив")
_SAYS = re.compile(r":\s*\w")  # “Prompt: a cat” names nothing
_SHAPE_VALUE = re.compile(r"\d{1,5}(?:\.\d+)?\s*[:x×/：*]\s*\d{1,5}(?:\.\d+)?", re.IGNORECASE)
_SEED_VALUE = re.compile(r"-?\d{1,12}(?:\.0)?|\d+ random", re.IGNORECASE)
_FORMATS = {"png", "jpeg", "jpg"}
_SEPARATORS = re.compile(r"[\s_\-‐–./:*()\[\]]+")


@dataclass(frozen=True)
class Column:
    """One column: its name as written, what it is here (LEFT_OUT: nothing), and its first values."""

    name: str
    field: str
    samples: tuple[str, ...] = ()
    is_sure: bool = True


def plain(name: str) -> str:
    """Write the name of a column as those that are known: small, of one width, with a space between words."""
    return _SEPARATORS.sub(" ", unicodedata.normalize("NFKC", name).casefold()).strip(" \"'“”")


_FIELDS = {plain(name): field for field in COLUMNS for name in (field, *NAMES[field])}
_PROBABLE = {plain(name) for name in NAMES[_PERHAPS]}
_ASIDE = {plain(name) for name in NAMES["aside"]} - {""}


def field_of(name: str) -> str:
    """Return what a column of this name is for sure; nothing if that is not known."""
    return _FIELDS.get(plain(name), LEFT_OUT)


def may_be_prompt(name: str) -> bool:
    words = plain(name)
    named = "prompt" in words.split() and len(words.split()) <= _NAME_WORDS and not _SAYS.search(name)
    return words in _PROBABLE or (named and not _NEGATIVE.search(words))


def is_name(name: str) -> bool:
    """Say whether this is what people call columns."""
    return bool(field_of(name)) or may_be_prompt(name) or plain(name) in _ASIDE


def expected_words() -> list[str]:
    """List the names that are not ASCII: a file that has one of them is likely read in the right encoding."""
    return [name for name in {*_FIELDS, *_PROBABLE, *_ASIDE} if not name.isascii() and len(name) > 1]


def guess(names: Sequence[str], records: Sequence[Sequence[str]], *, named: bool) -> list[Column]:
    """Say what each column is, and of which that is sure. `named`: whether the names were written by somebody."""
    values = [[record[place] for record in records[:_JUDGED] if place < len(record)] for place in range(len(names))]
    columns = [_column(name, cells, named=named) for name, cells in zip(names, values, strict=True)]
    if not any(column.field == SHAPE for column in columns):
        columns = [_as_shape(column) for column in columns]
    columns = _each_once(columns)
    if not any(column.field == "prompt" for column in columns):
        columns = _with_prompt(columns, values)
    return columns


def _column(name: str, values: list[str], *, named: bool) -> Column:
    written = [value.strip() for value in values if value.strip()]
    field = field_of(name) if named else LEFT_OUT
    if named and not field and not name.strip():
        return Column(name, LEFT_OUT, tuple(written[:SAMPLES]), is_sure=not written or _is_index(written))
    if not field:  # a number may be anything where somebody named it
        typed = _field_of_values(written)
        guessed = typed if typed != "seed" or not named else LEFT_OUT
        return Column(name, guessed, tuple(written[:SAMPLES]), is_sure=False)
    return Column(name, field, tuple(written[:SAMPLES]), is_sure=bool(field))


def _as_shape(column: Column) -> Column:
    """Take a format such as 16:9, as Germans call it, and a size that is a ratio for what they are."""
    is_shape = bool(column.samples) and all(map(_SHAPE_VALUE.fullmatch, column.samples))
    is_ratio = any(":" in value for value in column.samples)
    wrong = column.field == "output_format" or (column.field == "size" and is_ratio)
    return replace(column, field=SHAPE) if is_shape and wrong else column


def _is_index(values: list[str]) -> bool:
    """Say whether the values count on by one, as pandas and spreadsheets number rows."""
    if not all(value.isdecimal() and len(value) < 10 for value in values):
        return False
    return [int(value) for value in values] == list(range(int(values[0]), int(values[0]) + len(values)))


def _field_of_values(values: list[str]) -> str:
    """Return what a column without a name is, as far as its values tell."""
    if not values:
        return LEFT_OUT
    if all(model_names.find(value) for value in values):
        return MODEL
    if all(map(_SHAPE_VALUE.fullmatch, values)):
        return SHAPE
    if all(value.casefold() in _FORMATS for value in values):
        return "output_format"
    return "seed" if all(map(_SEED_VALUE.fullmatch, values)) and not _is_index(values) else LEFT_OUT


def _each_once(columns: list[Column]) -> list[Column]:
    """Leave out what a column says that stands before it already."""
    seen: set[str] = set()
    found = []
    for column in columns:
        again = column.field in seen
        seen |= {column.field} - {LEFT_OUT}
        found.append(replace(column, field=LEFT_OUT, is_sure=False) if again else column)
    return found


def _with_prompt(columns: list[Column], values: list[list[str]]) -> list[Column]:
    """Take the column for the prompt that is called like one, else the free one with the longest texts."""
    free = [place for place, column in enumerate(columns) if not column.field]
    likely = [place for place in free if may_be_prompt(columns[place].name)]
    free = [place for place in free if not _NEGATIVE.search(plain(columns[place].name))]
    place = likely[0] if likely else max(free, key=lambda place: sum(map(len, values[place])), default=None)
    if place is None:
        return columns
    return [*columns[:place], replace(columns[place], field="prompt", is_sure=False), *columns[place + 1 :]]


def looks_typed(values: Sequence[str]) -> bool:
    """Say whether one kind of value stands in a column: models, shapes, seeds or formats."""
    return bool(_field_of_values([value.strip() for value in values if value.strip()]))


def question(columns: Sequence[Column]) -> str:
    """Ask what is not sure about the columns; empty if all is."""
    unsure = [column for column in columns if not column.is_sure]
    prompt = next((column for column in unsure if column.field == "prompt"), None)
    again = [column for column in unsure if column.field == LEFT_OUT and field_of(column.name)]
    unknown = [column for column in unsure if column.field == LEFT_OUT and column not in again]
    by_values = [column for column in unsure if column.field not in (LEFT_OUT, "prompt")]
    asked = []
    if not any(column.field == "prompt" for column in columns):
        asked.append("There is no column for the prompt.")
    if prompt is not None:
        asked.append(f"No column is called prompt. Is it {shown(prompt.name)}?")
    asked += [f"{shown(column.name)} is read as the {column.field.replace('_', ' ')}." for column in by_values]
    if again:
        asked.append(f"{_named(again)} there twice: the second one is left out.")
    if unknown:
        asked.append(
            f"{_named(unknown)} left out unless you choose what {'it is' if len(unknown) == 1 else 'they are'}."
        )
    if any(_NEGATIVE.search(plain(column.name)) for column in unknown):
        asked.append("FLUX takes no negative prompts.")
    return " ".join(asked)


def _named(columns: Sequence[Column]) -> str:
    names = [shown(column.name) if column.name.strip() else "A column without a name" for column in columns]
    return f"{value_lists.joined(names)} {'is' if len(names) == 1 else 'are'}"


def fault(fields: Sequence[str]) -> str:
    """Say what is wrong with the columns as somebody chose them; empty if nothing is."""
    twice = next((field for field in fields if field and fields.count(field) > 1), "")
    if twice:
        return f"Two columns are {shown(twice)}. Keep one of them."
    return "" if "prompt" in fields else "Choose which column is the prompt."
