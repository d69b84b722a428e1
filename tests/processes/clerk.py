"""A process that stays: prints the books when asked, so that waiting does not start Python again and again.

Reads one word a line: `jobs` prints one JSON list, the lines of `manage.py jobs --format jsonl`; anything else ends it.
"""

import json
import sys

import django


def main():
    django.setup()
    from django.db import connection

    from gallery.services import books

    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        if line.strip() != "jobs":
            break
        print(json.dumps(list(books.lines())), flush=True)  # noqa: T201
        connection.close()


if __name__ == "__main__":
    main()
