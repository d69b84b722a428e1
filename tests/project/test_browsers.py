"""The README's test command on a machine without a browser: what needs one is left out in words, and fails in CI."""

import os
import subprocess
import sys

import pytest

from tests.browsers import FOLDER
from tests.project.test_readme import ROOT


@pytest.fixture
def collect(tmp_path):
    """Collect one file of browser tests with a path on which no browser lies; return what was printed."""

    def run(*options, **env):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "PYTEST"))}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", *options, FOLDER / "test_whole_job.py"],
            cwd=ROOT, env={**kept, "PATH": str(tmp_path), **env}, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    return run


def test_without_a_browser_its_tests_are_left_out_and_one_line_says_so(collect):
    said = collect()
    assert "left out: Chromium is not installed (Debian: apt-get install chromium-headless-shell)." in said
    assert "0 browser tests" not in said
    assert "test_whole_job.py::" not in said


def test_in_ci_they_are_not_left_out(collect):
    said = collect(CI="true")
    assert "left out" not in said
    assert "test_whole_job.py::" in said
