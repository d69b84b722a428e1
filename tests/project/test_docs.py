"""What README and docs say of the code is there: every file they name, and every function in the file they name."""

import re

import pytest

from tests.project.test_readme import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "gallery").glob("**/README.md"))]
FILE = re.compile(r"`((?:\w+/)+[\w.]*)`")
NAME_IN_FILE = re.compile(r"`([\w/]+\.py)` (?:\()?`(\w+)`")


def places_of(name):
    """Where a name may stand: written from the top, or below gallery and its services."""
    return [
        folder / name for folder in (ROOT, ROOT / "gallery", ROOT / "gallery/services", ROOT / "gallery/services/runs")
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_are_there(page):
    named = set(FILE.findall(page.read_text())) - {"gallery/"}
    missing = [name for name in sorted(named) if not any(path.exists() for path in places_of(name))]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_functions_stand_in_the_files_they_are_named_with(page):
    for file, name in NAME_IN_FILE.findall(page.read_text()):
        [path] = [path for path in places_of(file) if path.exists()] or [None]
        assert path, f"{file} is not there"
        assert re.search(rf"\b(?:def|class) {name}\b|^{name}\b", path.read_text(), re.MULTILINE), (
            f"{name} is not in {file}"
        )


def test_the_way_of_a_job_names_functions():
    way = (ROOT / "README.md").read_text().partition("The way of one job")[2].partition("Imports point down")[0]
    assert len(NAME_IN_FILE.findall(way)) > 10
    assert len(re.findall(r"^\d+\. ", way, re.MULTILINE)) <= 12
