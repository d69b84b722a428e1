#!/usr/bin/env python
"""Django's command line for fluxweb; `python manage.py up` starts everything on one machine."""

import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluxweb.settings")
    if sys.version_info < (3, 11):  # noqa: UP036  who starts it with an older one should read why it fails
        sys.exit(f"fluxweb needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("fluxweb's packages are not installed for this Python: see «Run it» in README.md.")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        sys.exit(f"fluxweb cannot start: {wrong}")


if __name__ == "__main__":
    main()
