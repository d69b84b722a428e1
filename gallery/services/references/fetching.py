"""A picture by its address, as a member typed or pasted it."""

from typing import IO
from urllib.parse import unquote

from django.conf import settings

from gallery.api import ResultGone, ResultRefused, ResultUnavailable, fetch_web_picture, read_address, result_host
from gallery.services.references.reading.heads import BYTES_MOST
from gallery.services.references.refusals import UnusablePicture

TOTAL_SECONDS = 20.0  # however slowly it answers
NAME_CHARS = 80
NO_ADDRESS = "No address of a picture: it begins with https:// or http://."
CHOOSE_INSTEAD = "Download it yourself and choose the file."


def fetch_picture(address: str, into: IO[bytes]) -> None:
    """Write what is at an address into an empty file: at most 20 MB, within 20 s, from nowhere but the public Internet.

    Whether it is a picture shows when it is prepared. Raises UnusablePicture, naming the address; OSError of `into`.
    """
    plain = read_address(address)
    if not plain:
        raise UnusablePicture(_shortened(address.strip()), NO_ADDRESS)
    try:
        fetch_web_picture(
            plain,
            into,
            most_bytes=BYTES_MOST,
            deadline_seconds=TOTAL_SECONDS,
            origins=settings.REFERENCE_ORIGINS,
        )
    except (ResultGone, ResultUnavailable, ResultRefused) as error:
        raise UnusablePicture(name_address(plain), f"It was not fetched: {error}. {CHOOSE_INSTEAD}") from None


def name_address(address: str) -> str:
    """Return what an address is called among files: the end of its path, or its host."""
    path = address.partition("?")[0].partition("#")[0]
    return _shortened(unquote(path.partition("://")[2].rstrip("/").rpartition("/")[2]) or result_host(address))


def _shortened(text: str) -> str:
    return text if len(text) <= NAME_CHARS else f"{text[: NAME_CHARS - 1]}…"
