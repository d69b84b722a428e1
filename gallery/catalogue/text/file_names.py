"""Names of files that every system takes: Windows, macOS, Linux, and programs that unpack ZIPs."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

MOST_BYTES = 180  # of a name in UTF-8: file systems take 255, and Windows has to fit folders before it
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# Names of devices, with whatever suffix; of their digits Windows knows three that are written small.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=[ .]|$)", re.IGNORECASE)
_JOINERS = "\u200c\u200d"  # parts of words and of emoji; nothing else that cannot be seen is
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def safe_file_name(name: str, *, otherwise: str = "picture") -> str:
    """Return a name that no system refuses or reads otherwise than it looks; `otherwise`: where nothing is left.

    Signs that turn the direction of writing are taken out: they could show one suffix and mean another.
    """
    composed = unicodedata.normalize("NFC", name)
    seen = "".join(each for each in composed if each in _JOINERS or unicodedata.category(each) not in _UNSEEN)
    plain = _FORBIDDEN.sub("-", seen).strip(" .").strip(_JOINERS)
    if not plain.partition(".")[0].strip(f" {_JOINERS}"):
        plain = otherwise + plain
    return _shortened(f"_{plain}" if _DEVICE.match(plain) else plain)


def _shortened(name: str) -> str:
    """Cut the stem of a long name; its suffix stays, unless that is what is long."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 20:
        stem, dot, suffix = name, "", ""
    room = MOST_BYTES - len((dot + suffix).encode())
    if len(stem.encode()) <= room:
        return name
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + suffix


def each_once(names: Iterable[str]) -> Iterator[str]:
    """Yield names that differ also where capitals do not count: those that were there before get a number."""
    taken: set[str] = set()
    for name in names:
        found, n = name, 1
        while found.casefold() in taken:
            n += 1
            stem, dot, suffix = name.rpartition(".")
            found = f"{stem} ({n}){dot}{suffix}" if dot else f"{name} ({n})"
        taken.add(found.casefold())
        yield found
