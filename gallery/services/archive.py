"""A ZIP as a stream: one file in memory at a time, however many there are; and few streams at once."""

import threading
import zipfile

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: when something was made is nobody's business
# A slow line holds one of eight threads of the web process for minutes; half of them are left for those who work.
AT_ONCE = threading.BoundedSemaphore(4)


class Busy(Exception):
    """As many streams as may be are on their way."""


class Stream:
    """The bytes of a ZIP of (name, content) pairs, made while they are read. Raises Busy instead of waiting.

    Its place is given back when it is closed, which a response does in any case, also if it was never read.
    """

    def __init__(self, files):
        if not AT_ONCE.acquire(blocking=False):
            raise Busy
        self.parts = _parts(files)
        self.closed = False

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.parts)

    def close(self):
        if not self.closed:
            self.closed = True
            self.parts.close()
            AT_ONCE.release()


def _parts(files):
    """Pictures are compressed already: they are stored."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)
            yield pipe.take()
    yield pipe.take()


class _Pipe:
    """What a ZipFile writes to: keeps the bytes until they are taken. It cannot seek, and so nothing is held back."""

    def __init__(self):
        self.parts = []

    def write(self, data):
        self.parts.append(bytes(data))
        return len(data)

    def flush(self):
        pass

    def take(self):
        parts, self.parts = self.parts, []
        return b"".join(parts)
