"""Named points at which a test lets this process die like by `kill -9`. Without the test's variable they do nothing."""

import os
import signal

from django.conf import settings


def reached(point: str) -> None:
    if point == settings.CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
