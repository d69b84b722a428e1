"""The tiles of a link, for guests: the template is drawn once for each kind of tile, and gaps are filled for each."""

from collections.abc import Iterable
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from gallery.templatetags.fluxweb import ratio_class, short
from gallery.views.shares.shown import Shown

GAPS = ("key", "token", "shape", "width", "height", "words", "label")
WORDS, LABEL = 120, 60  # letters of what describes a picture, and of the name of its tick


def draw_tiles(pictures: Iterable[Shown], token: str, *, alone: bool) -> None:
    """Draw the tile of each picture. `alone`: the link shows one picture, in a larger view and without a tick."""
    for shown in pictures:
        given, image = shown.feedback, shown.image
        mark = (given.favourite, given.stars, bool(given.comment)) if given else (False, None, False)
        drawn = _tile(image.transparent, alone, *mark).format(
            key=shown.key, token=escape(token), shape=ratio_class(image), width=image.width, height=image.height,
            words=_words(shown.alt, WORDS), label=_words(shown.alt, LABEL),
        )  # fmt: skip
        shown.tile = SafeString(drawn)


@lru_cache(maxsize=128)
def _tile(clear: bool, alone: bool, favourite: bool, stars: int | None, comment: bool) -> str:
    gaps = {name: SafeString(f"{{{name}}}") for name in GAPS}
    gaps |= {"page": _address("shared-picture"), "src": _address("shared-view" if alone else "shared-thumbnail")}
    feedback = {"favourite": favourite, "stars": stars, "comment": comment}
    return render_to_string(
        "guest/parts/_tile.html", {"tile": gaps, "clear": clear, "alone": alone, "feedback": feedback}
    )


def _address(name: str) -> SafeString:
    return SafeString(reverse(name, args=["TOKEN", "KEY"]).replace("TOKEN", "{token}").replace("KEY", "{key}"))


@lru_cache(maxsize=512)  # the pictures of a run have one prompt
def _words(text: str, length: int) -> str:
    return escape(short(text, length))
