"""From a stored file to what a person sees: upright, in sRGB, eight bits a channel, transparent where it is.

Pixels alone are not a picture: its EXIF may say that it stands turned, its profile that red is another red, its
format that 65535 is white. Everything that shows, draws or compares a picture reads it here, as a browser would.
"""

import io

from PIL import Image as Pillow
from PIL import ImageCms

ORIENTATION = 0x0112
TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT, 3: Pillow.Transpose.ROTATE_180, 4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE, 6: Pillow.Transpose.ROTATE_270, 7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}  # fmt: skip
LYING = {5, 6, 7, 8}  # orientations that exchange width and height
TO_EIGHT_BITS = [(value * 255 + 32_767) // 65_535 for value in range(65_536)]
STEPS_OF_GREY = {"L;2": 85, "L;4": 17}  # a grey of few bits is spread over 255, its transparent value is not


def render_upright(
    picture: Pillow.Image,
    *,
    within: tuple[int, int] | None = None,
    lying: tuple[int, int] | None = None,
    gap: float = 2.0,
) -> Pillow.Image:
    """Return an opened picture as RGB, or RGBA if something of it may be transparent, with nothing in its `info`.

    `within`: (width, height) that it is made to fit in, or `lying`: exactly that which its pixels get before they are
    turned; no more is decoded than `gap` times that. Of an animation, the first frame. What is opened may be used up.
    Raises OSError, SyntaxError or ValueError if it is damaged.
    """
    turn = _prepare(picture, lying or (within and _box(within, _orientation(picture))), gap)
    shown = _in_levels(picture)
    if lying and shown.size != lying:
        shown = shown.resize(lying, Pillow.Resampling.LANCZOS, reducing_gap=gap)
    elif within:
        shown.thumbnail(_box(within, turn), Pillow.Resampling.LANCZOS, reducing_gap=gap)
    if turn in TURNS:
        shown = shown.transpose(TURNS[turn])
    shown = _in_srgb(shown, picture.info.get("icc_profile"))
    shown.info = {}
    return shown


def load_pixels(picture: Pillow.Image) -> None:
    """Decode an opened picture. Raises OSError, SyntaxError or ValueError if it is damaged."""
    _correct_transparent_value(picture)
    picture.load()


def upright_size(picture: Pillow.Image) -> tuple[int, int]:
    """Return (width, height) of a loaded picture as it stands."""
    return picture.size[::-1] if _orientation(picture) in LYING else picture.size


def is_turned(picture: Pillow.Image) -> bool:
    """Return whether a loaded picture stands otherwise than its pixels."""
    return _orientation(picture) in TURNS


def is_transparent(picture: Pillow.Image) -> bool:
    """Return whether a loaded picture has anything that is not opaque."""
    if not picture.has_transparency_data:
        return False
    return render_upright(picture).getextrema()[-1][0] < 255  # type: ignore[index]  # of RGBA there is a pair for each channel


def redraw_as_webp(picture: Pillow.Image) -> bytes:
    """Return the bytes of a WebP that is upright without EXIF, pixel for pixel, of an opened picture."""
    out = io.BytesIO()
    render_upright(picture).save(out, "WEBP", lossless=True, method=1)
    return out.getvalue()


def lay_on_ground(picture: Pillow.Image, ground: str | tuple[int, int, int]) -> Pillow.Image:
    """Return an upright picture as RGB, laid on a colour where it is transparent."""
    if picture.mode != "RGBA":
        return picture
    laid = Pillow.new("RGB", picture.size, ground)
    laid.paste(picture, mask=picture)
    return laid


def _prepare(picture: Pillow.Image, needed: tuple[int, int] | None, gap: float) -> int:
    """Load a picture, a JPEG smaller if that is enough; return its orientation, which PNG may tell at its end."""
    if needed:
        width, height = needed
        share = gap * min(width / picture.width, height / picture.height)
        picture.draft(None, (max(1, int(picture.width * share)), max(1, int(picture.height * share))))
    load_pixels(picture)
    return _orientation(picture)


def _box(within: tuple[int, int], turn: int) -> tuple[int, int]:
    return within[::-1] if turn in LYING else within


def _correct_transparent_value(picture: Pillow.Image) -> None:
    """PNG names it in the depth of its file; Pillow compares it in eight bits."""
    tiles = getattr(picture, "tile", None)  # one that was drawn, or is loaded, has none
    raw = tiles[0][3] if tiles else ""
    value = picture.info.get("transparency")
    if raw in STEPS_OF_GREY and isinstance(value, int):
        picture.info["transparency"] = value * STEPS_OF_GREY[raw]
    elif raw == "RGB;16B" and value is not None:
        picture.info["transparency"] = tuple(each >> 8 for each in value)


def _orientation(picture: Pillow.Image) -> int:
    """What EXIF says: 1 to 8. Not what XMP says: browsers do not ask it."""
    exif = Pillow.Exif()
    try:
        exif.load(picture.info.get("exif", b""))
        found = exif.get(ORIENTATION)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, EOFError):  # a picture with unreadable words in it
        return 1
    return found if found in TURNS else 1


def _in_levels(picture: Pillow.Image) -> Pillow.Image:
    """Return a loaded picture in a mode that can be made smaller: L, RGB, RGBA or CMYK."""
    if picture.mode.startswith("I"):
        return _from_sixteen_bits(picture)
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode in ("L", "RGB", "CMYK"):
        return picture
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _from_sixteen_bits(picture: Pillow.Image) -> Pillow.Image:
    """Pillow would cut off what is above 255, so that nearly everything is white."""
    wide = picture.convert("I")
    grey = wide.point(TO_EIGHT_BITS, "L")
    clear = picture.info.get("transparency")
    if clear is None:
        return grey
    opaque = wide.point([0 if value == clear else 255 for value in range(65_536)], "L")
    return Pillow.merge("RGBA", (grey, grey, grey, opaque))


def _in_srgb(picture: Pillow.Image, profile: bytes | None) -> Pillow.Image:
    """Convert what its profile describes; a profile that does not fit or cannot be read is left aside."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha else picture
    shown = _by_profile(colours, profile) if profile else None
    shown = shown or colours.convert("RGB")
    if alpha:
        shown.putalpha(alpha)
    return shown


def _by_profile(picture: Pillow.Image, profile: bytes) -> Pillow.Image | None:
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        described = {"GRAY": "L", "RGB": "RGB"}.get(given.profile.xcolor_space.strip())
        if described and picture.mode != "CMYK":  # what had a palette or transparency is RGB by now, even if grey
            picture = picture.convert(described)
        return ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
