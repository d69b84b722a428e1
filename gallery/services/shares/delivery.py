"""What a guest gets of a picture: a view, a card for chat programs, a file by the rules of the link, and its name.

A stored original never goes out as it is: its container may say what the link keeps to itself.
"""

import contextlib
import io
from typing import IO, Any

import structlog
from django.core.files.storage import default_storage
from django.utils.text import slugify
from PIL import Image as Pillow

from gallery.catalogue.numbers import money
from gallery.catalogue.text.file_names import safe_file_name
from gallery.models import Image, Share
from gallery.models.shares import Download
from gallery.services.media import decoding, validation
from gallery.services.media.metadata import embedding, facts, profiles, stripping
from gallery.services.shares import image_keys
from gallery.services.storage import files

VIEW_EDGE = 1600  # pixels, the longer side of what is shown large
VIEW_QUALITY = 84
CARD_EDGE = 1200
CARD_QUALITY = 82
REDRAWN_QUALITY = 95

log = structlog.get_logger("fluxweb.shares")


def open_view(image: Image) -> IO[bytes]:
    """Return an open file with the view of a picture: drawn anew, so that nothing is in it but pixels, and kept."""
    name = files.view_name(image)
    if default_storage.exists(name):
        return files.open_file(name)
    drawn = render_view(image)
    with contextlib.suppress(OSError):  # a full disk costs the next guest the same work, nobody the picture
        files.publish_bytes(drawn, name)
    return io.BytesIO(drawn)


def render_view(image: Image) -> bytes:
    """Return a picture as a guest sees it large."""
    with files.open_file(image.file) as file, validation.DECODE_SLOTS, validation.open_image(file) as picture:
        shown = decoding.render_upright(picture, within=(VIEW_EDGE, VIEW_EDGE))
        return _encoded(shown, "WEBP", quality=VIEW_QUALITY, method=2)


def draw_card(image: Image) -> bytes:
    """Return a small JPEG, which every chat program understands, made from the thumbnail."""
    with (
        files.open_file(image.thumbnail or image.file) as file,
        validation.DECODE_SLOTS,
        validation.open_image(file) as picture,
    ):
        shown = decoding.lay_on_ground(decoding.render_upright(picture, within=(CARD_EDGE, CARD_EDGE)), "white")
        return _encoded(shown, "JPEG", quality=CARD_QUALITY)


def file_content(image: Image, share: Share) -> bytes:
    """Return the bytes of the file as a link hands it out: clean, or with what its switches let into the recipe."""
    with files.open_file(image.file) as file:
        clean = strip_original(file.read(), image.format)
    told = recipe(image, share) if share.download == Download.RECIPE else {}
    return embedding.embed_recipe(clean, image.format, told, marked=facts.is_marked(image))


def strip_original(original: bytes, image_format: str) -> bytes:
    """Return the bytes of a picture with nothing in them but the picture, as it is meant to be seen."""
    try:
        return stripping.strip_metadata(original, image_format, read_profile=profiles.wordless_profile)
    except stripping.CannotStrip as reason:
        log.info("picture drawn anew for a guest", reason=str(reason))
        return _redrawn(original, image_format)


def recipe(image: Image, share: Share) -> dict[str, Any]:
    """Return what the switches let into the file."""
    shown = [name for name in facts.EVERYTHING if getattr(share, f"show_{name}")]
    shows_cost = share.show_cost and not image.is_upload
    cost = {"cost": f"${money.exact(image.booked_micros)}"} if shows_cost else {}
    return facts.recipe_facts(image, shown=shown) | cost


def _redrawn(original: bytes, image_format: str) -> bytes:
    """Draw anew what cannot be stripped without changing how it looks: turned as it is meant, in the usual colours."""
    with validation.DECODE_SLOTS, validation.open_image(io.BytesIO(original)) as picture:
        drawn = decoding.render_upright(picture)
    known: dict[str, dict[str, Any]] = {
        "jpeg": {"quality": REDRAWN_QUALITY, "subsampling": 0},
        "webp": {"lossless": True},
    }
    options = known.get(image_format, {})
    shown = drawn.convert("RGB") if image_format == "jpeg" else drawn
    return stripping.strip_metadata(_encoded(shown, image_format, **options), image_format)


def _encoded(picture: Pillow.Image, image_format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, image_format, **options)
    return out.getvalue()


def file_name(image: Image, share: Share, *, number: str = "") -> str:
    """Name a file by what the link shows: its title, perhaps model and seed, and a key that no other link knows."""
    parts = [number, slugify(share.title)[:60]]
    parts += [image.model] if share.show_model else []
    parts += [str(image.seed)] if share.show_seed and not image.is_upload else []
    parts += [] if number else [image_keys.key_in(share, image)[:6]]
    return safe_file_name(f"{'-'.join(part for part in parts if part) or 'picture'}.{suffix(image)}")


def suffix(image: Image) -> str:
    return "jpg" if image.format == "jpeg" else image.format
