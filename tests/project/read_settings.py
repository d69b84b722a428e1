"""Reads the settings once for each line of standard input, a JSON object of variables; prints what each start says.

In one process, because starting one for each wrong value takes minutes.
"""

import json
import os
import runpy
import sys

from django.core.exceptions import ImproperlyConfigured


def main():
    before = dict(os.environ)
    for line in sys.stdin:
        os.environ.clear()
        os.environ.update(before, **json.loads(line))
        print(json.dumps(_what_it_says()))  # noqa: T201


def _what_it_says():
    try:
        runpy.run_module("fluxweb.settings")
    except ImproperlyConfigured as wrong:
        return str(wrong)
    except Exception as error:
        return f"TRACEBACK {error!r}"
    return ""


if __name__ == "__main__":
    main()
