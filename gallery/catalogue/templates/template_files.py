"""Prompt templates as a JSON file: written for others, read with every mistake named, none or all of them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ..models import flux_models
from ..parameters.shapes import parse_ratio
from ..problems import InvalidValue, shown
from ..text.typed_text import FORBIDDEN_CHARACTERS, is_blank, tidy
from . import template_variables

KIND, VERSION = "fluxweb prompt templates", 1
MAX_BYTES = 2_000_000
MAX_TEMPLATES = 500
MAX_PROBLEMS = 50  # more are counted: nobody mends hundreds one by one
CHARACTERS = {"name": 80, "prompt": 20_000, "note": 300, "model": 40, "aspect_ratio": 20}


@dataclass(frozen=True)
class Template:
    """One prompt template: `prompt` has places; `model` and `aspect_ratio` are what it is best with."""

    name: str
    prompt: str
    note: str = ""
    model: str = ""
    aspect_ratio: str = ""


NAMES = tuple(field.name for field in fields(Template))


class InvalidFile(ValueError):
    """`problems`: sentences for the person, each says which template it is about."""

    def __init__(self, problems: Iterable[str]):
        found = list(problems)
        more = len(found) - MAX_PROBLEMS
        self.problems = found[:MAX_PROBLEMS] + ([f"And {more:,} more."] if more > 0 else [])
        super().__init__(" ".join(self.problems))


def write(templates: Iterable[Template]) -> str:
    """Write a file that `read` takes."""
    rows = [{name: value for name, value in asdict(each).items() if value} for each in templates]
    return json.dumps({"kind": KIND, "version": VERSION, "templates": rows}, indent=2, ensure_ascii=False) + "\n"


def read(content: bytes) -> list[Template]:
    """Read a whole file. Raises InvalidFile with every mistake in it."""
    rows = _rows(_json(content))
    problems = [problem for place, row in enumerate(rows, 1) for problem in _problems(place, row)]
    if problems:
        raise InvalidFile(problems)
    return [Template(**{name: tidy(value) for name, value in row.items()}) for row in rows]


def faults(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) for everything that is wrong with one template of texts."""
    for name in ("name", "prompt"):
        if is_blank(values.get(name, "")):
            yield name, "This must be written."
    for name, most in CHARACTERS.items():
        text = tidy(values.get(name, ""))
        if len(text) > most:
            yield name, f"{len(text):,} characters are too many. At most {most:,}."
        elif FORBIDDEN_CHARACTERS.search(text):
            yield name, "It holds a control character or half of a character. Remove it."
        elif text.strip() and (fault := _fault(name, text.strip())):
            yield name, fault


def _fault(name: str, text: str) -> str:
    try:
        READERS.get(name, str)(text)
    except InvalidValue as wrong:
        return str(wrong)
    return ""


def _known_model(text: str) -> None:
    if text not in flux_models.ids():
        raise InvalidValue(f"{shown(text)} is no FLUX model.")


READERS = {"prompt": template_variables.places, "model": _known_model, "aspect_ratio": parse_ratio}


def _json(content: bytes) -> object:
    if len(content) > MAX_BYTES:
        raise InvalidFile([f"The file has more than {MAX_BYTES // 1_000_000} MB."])
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidFile(["The file is not written in UTF-8."]) from None
    except json.JSONDecodeError as wrong:
        raise InvalidFile([f"The file is no JSON: line {wrong.lineno}, column {wrong.colno}."]) from None
    except (ValueError, RecursionError):  # a number of thousands of digits; brackets without end
        raise InvalidFile(["The file is no JSON that anybody would write."]) from None


def _rows(read: object) -> list[Any]:
    rows = read.get("templates") if isinstance(read, dict) else read
    if not isinstance(rows, list):
        raise InvalidFile(["There is no list of templates in the file: {“templates”: [{“name”: …, “prompt”: …}]}."])
    if isinstance(read, dict) and read.get("version", VERSION) != VERSION:
        raise InvalidFile([f"Its version is {shown(read['version'])}; this fluxweb reads version {VERSION}."])
    if not rows:
        raise InvalidFile(["The file holds no template."])
    if len(rows) > MAX_TEMPLATES:
        raise InvalidFile([f"{len(rows):,} templates are too many for one file. At most {MAX_TEMPLATES}."])
    return rows


def _problems(place: int, row: object) -> Iterator[str]:
    if not isinstance(row, dict):
        yield f"Template {place} is no object with a name and a prompt."
        return
    named = f"Template {place}"
    if isinstance(row.get("name"), str) and row["name"].strip():
        named += f" ({shown(row['name'])})"
    for name in sorted(row.keys() - set(NAMES)):
        yield f"{named}: {shown(name)} is no field of a template. There are {', '.join(NAMES)}."
    wrong = {name for name in NAMES if name in row and not isinstance(row[name], str)}
    for name in sorted(wrong):
        yield f"{named}: {name} is no text."
    for name, sentence in faults({name: row[name] for name in NAMES if name in row and name not in wrong}):
        if name not in wrong:
            yield f"{named}: {name}: {sentence}"
