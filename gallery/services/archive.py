"""A ZIP as a stream: one file in memory at a time, however many there are."""

import zipfile

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: when something was made is nobody's business


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


def stream(files):
    """Yield the bytes of a ZIP of (name, content) pairs. Pictures are compressed already: they are stored."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)
            yield pipe.take()
    yield pipe.take()
