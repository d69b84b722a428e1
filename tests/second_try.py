"""In CI a failed test of a browser or of real processes is run once more, and the closing lines name it.

Only these two kinds: they share the machine with other programs. Everywhere else a test that fails once is wrong.
"""

import os
from pathlib import Path

import pytest

FOLDERS = (Path(__file__).parent / "browser", Path(__file__).parent / "processes")


def pytest_collection_modifyitems(items):
    if os.environ.get("CI"):
        for item in items:
            if item.path.parent in FOLDERS:
                item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.write_line(f"run once more after it failed: {report.nodeid}")
