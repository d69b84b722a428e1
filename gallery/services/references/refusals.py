"""Why a file cannot be a reference: it names itself, and says what can be done."""

from gallery.services.media.validation import OTHERS
from gallery.services.references.sizes import MEGAPIXEL, READ_PIXELS_MOST, SIDE_LEAST, SIDE_MOST, is_readable

TAKEN = "PNG, JPEG, WebP, AVIF and GIF can be used"
GONE = "Its file is not there any more."
DAMAGED = "It ends early or is damaged. Copy or save it anew."
FAR_TOO_LARGE = f"It has more than {READ_PIXELS_MOST // MEGAPIXEL} megapixels. Save it smaller."
TOO_LONG = "Reading it takes too long or too much memory. Save it anew as JPEG or PNG."
NO_HEIC = (
    "A HEIC picture, which this server cannot read. On an iPhone, choose it from Photos and tap Options, “Most "
    "Compatible”: that sends JPEG; Settings, Camera, Formats, “Most Compatible” takes JPEG from now on. On Android, "
    "switch “High efficiency pictures” off in the settings of the camera."
)
ADVICE = {
    "svg": "Save it as PNG, large enough.",
    "html": "It is the page around the picture: open the picture itself and save that.",
}


class UnusablePicture(Exception):
    """This file cannot be a reference. `sentence` says why and what helps, without its name."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")
        self.name = name
        self.sentence = sentence


class Unfit(Exception):
    """Why, in whole sentences, where the name of the file is not known."""


def check_size(width: int, height: int) -> None:
    """Return if a picture of this size can be a reference. Raises Unfit."""
    if is_readable(width, height):
        return
    if min(width, height) < SIDE_LEAST:
        raise Unfit(say_too_small(width, height))
    too_many = width * height > READ_PIXELS_MOST
    raise Unfit(say_too_many_pixels(width, height) if too_many else say_too_long(width, height))


def say_other_kind(kind: str, *, is_text: bool) -> str:
    """Say what a file is instead of a picture that can be used. kind: as `sniff` names it."""
    if not kind:
        what = "A text" if is_text else "A file of an unknown kind"
        return f"{what}, not a picture, whatever its name says. {TAKEN}."
    return f"{OTHERS.get(kind, 'A file of another kind')}: {TAKEN}. {ADVICE.get(kind, '')}".rstrip()


def say_too_many_bytes(count: int, *, most: int) -> str:
    return f"{count / MEGAPIXEL:,.1f} MB; at most {most // MEGAPIXEL} MB can be read. Save it smaller."


def say_too_small(width: int, height: int) -> str:
    return f"{width} × {height} pixels; FLUX needs {SIDE_LEAST} × {SIDE_LEAST} or more. Take a larger version of it."


def say_too_many_pixels(width: int, height: int) -> str:
    has, most = width * height / MEGAPIXEL, READ_PIXELS_MOST // MEGAPIXEL
    return f"{width} × {height} pixels, {has:,.1f} megapixels; at most {most} can be read. Save it smaller."


def say_too_long(width: int, height: int) -> str:
    return (
        f"{width} × {height} pixels; made to fit the {SIDE_MOST:,} that FLUX reads, its shorter side would be under "
        f"{SIDE_LEAST}. Cut out the part that matters."
    )
