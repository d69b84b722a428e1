"""How a run's matrix is shown: which axis goes where and how large the cells are, kept in the address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from gallery.models import Run
from gallery.services.runs import matrix_layout
from gallery.views.runs.cells import CellView

SIZES = {"s": ("S", "small", 80), "m": ("M", "medium", 120), "l": ("L", "large", 280)}  # px: the least of a column
USUAL_SIZE = "m"
PARTS = ("across", "page", "size")

GAP = 8  # px between columns, as in matrix.css
PHONE, PHONE_BESIDE, PHONE_BESIDE_SEVERAL = 720, 92, 124  # px: its width; what is no column: row heads and margins
BESIDE = 176
FRAMES = (360, 480, 720, 960, 1200, 1440, 1760)  # px of the window; matrix.css has a rule for each but the first


@dataclass(frozen=True)
class Choice:
    """One value of a control, as a link."""

    name: str
    words: str
    address: str
    current: bool
    name_read: str = ""  # where the words are a letter: what it stands for


class MatrixControls:
    """The layout of one run with the controls that change it. What was asked for stays in every address."""

    def __init__(self, run: Run, cells: list[CellView], *, query: Mapping[str, str]) -> None:
        self.address = reverse("run", args=[run.key])
        self.asked = _read_controls(query)
        self.layout = matrix_layout.lay_out(cells, across=self.asked.get("across", ""), page=self.asked.get("page", ""))
        size = self.asked.get("size")
        self.size = size if size in SIZES else USUAL_SIZE

    def query(self) -> str:
        """What keeps the layout asked for in an address, with its question mark."""
        return _write_query(self.asked)

    def across(self) -> Iterator[Choice]:
        """Link to every axis that may go across; the one that parts the pages trades its place."""
        layout = self.layout
        for name, words in layout.across_choices:
            trade = {"page": layout.across} if name == layout.page and layout.across else {}
            yield self._choice(name, words, name == layout.across, across=name, **trade)

    def pages(self) -> Iterator[Choice]:
        layout = self.layout
        for name, words in layout.page_choices:
            trade = {"across": layout.page} if name == layout.across else {}
            yield self._choice(name, words, name == layout.page_asked, page=name, **trade)

    def sizes(self) -> Iterator[Choice]:
        for name, (letter, words, _) in SIZES.items():
            choice = self._choice(name, letter, name == self.size, size=name)
            yield replace(choice, name_read=f"{words.capitalize()} pictures")

    def _choice(self, name: str, words: str, current: bool, **changed: str) -> Choice:
        return Choice(name, words, self.address + _write_query(self.asked | changed), current)

    @property
    def fits(self) -> int | str:
        """The width of a window from which all columns fit into it; below, the matrix scrolls in its own frame."""
        columns = len(self.layout.columns) * (SIZES[self.size][2] + GAP)
        several = any(len(row.heads) > 1 for page in self.layout.pages for row in page.rows)
        phone = PHONE_BESIDE_SEVERAL if several else PHONE_BESIDE
        return next((width for width in FRAMES if columns + (phone if width < PHONE else BESIDE) <= width), "none")


def controls_query(request: HttpRequest) -> QueryDict:
    """Return the query of the page that is shown, or that a form was sent from: all stays where it stood."""
    return QueryDict(_sent_from(request)) if request.method == "POST" else request.GET


def _sent_from(request: HttpRequest) -> str:
    """Return the query of the page before, empty where a proxy or a program sends what is no address."""
    try:
        return urlsplit(request.headers.get("Referer", "")).query
    except ValueError:
        return ""


def layout_query(request: HttpRequest) -> str:
    """Return what the page says about the layout, with its question mark: a press leads back to the same one."""
    return _write_query(_read_controls(controls_query(request)))


def _read_controls(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in PARTS if query.get(name)}


def _write_query(asked: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update(asked)
    return f"?{query.urlencode()}" if asked else ""
