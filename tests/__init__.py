"""Compiled once, whatever the environment asks for: else each of the many processes compiles all modules anew."""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
