"""Which browsers this machine has, and what becomes of the tests that need one it lacks.

Outside CI they are left out, with one closing line that says how many and how to get them; with `CI` set they run, and
fail. A test needs Chromium when it stands in `tests/browser`, and Firefox when it is marked `firefox`.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

COMMANDS = {
    "chromium": ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
    "firefox": ("firefox-esr", "firefox"),
}
FOLDER = Path(__file__).parent / "browser"
left_out = Counter()  # by browser; in the process that reports, also what its workers left out


def find_browser(name: str) -> str | None:
    """Return the path of a browser on this machine, or None."""
    return next(filter(None, map(shutil.which, COMMANDS[name])), None)


def needed_browser(item: pytest.Item) -> str | None:
    """Return the name of the browser that a test drives, or None."""
    if item.get_closest_marker("firefox"):
        return "firefox"
    return "chromium" if FOLDER in item.path.parents else None


def is_missing(name: str | None) -> bool:
    return name is not None and not os.environ.get("CI") and find_browser(name) is None


def pytest_configure(config):
    config.addinivalue_line("markers", "firefox: drives Firefox instead of Chromium")


def pytest_collection_modifyitems(config, items):
    names = [needed_browser(item) for item in items]
    lacking = [item for item, name in zip(items, names, strict=True) if is_missing(name)]
    left_out.update(name for name in names if is_missing(name))
    if lacking:
        config.hook.pytest_deselected(items=lacking)
        items[:] = [item for item in items if item not in set(lacking)]


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(left_out)


@pytest.hookimpl(optionalhook=True)  # xdist's
def pytest_testnodedown(node):
    """Every worker collects everything: what one of them left out is what all left out."""
    for name, n in getattr(node, "workeroutput", {}).get("left_out", {}).items():
        left_out[name] = n


def pytest_terminal_summary(terminalreporter):
    for name, n in left_out.items():
        package = COMMANDS[name][0]
        terminalreporter.write_line(
            f"{n} browser tests were left out: {name.title()} is not installed (Debian: apt-get install {package})."
        )
