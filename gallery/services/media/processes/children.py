"""Runs a script of ours in a process of its own, whose memory is gone with it: it is told nothing that we know."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

PASSED_ON = ("LD_LIBRARY_PATH",)  # without which some Pythons do not start; nothing else, so no key and no password


class ChildFailed(Exception):
    """It took too long, or ended otherwise than well."""


def run_child(script: Path, *arguments: str, given: IO[bytes], answer: IO[bytes], seconds: float) -> None:
    """Run a script with one open file to read and one to write. Raises ChildFailed."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        subprocess.run(  # noqa: S603  # our own file, and arguments that we wrote
            [sys.executable, "-I", str(script), *arguments],
            stdin=given,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=seconds,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise ChildFailed from error
