"""A picture at an exact size: cropped or whole, in another format, with nothing in it but pixels and one mark.

Made when asked for, and never kept: what is in the gallery is what the provider sent.
"""

import contextlib
import io
import json
import tempfile
import threading
from pathlib import Path
from typing import Any

from PIL import Image as Pillow
from PIL import PngImagePlugin

from gallery.catalogue.parameters.delivery import Delivery
from gallery.models import Image
from gallery.services.media import decoding, validation
from gallery.services.media.metadata import facts, xmp
from gallery.services.media.processes import children
from gallery.services.storage import files

WHITE = (255, 255, 255)
FULL_COLOUR = 90  # from this quality on a JPEG keeps colour at the full size: edges of red letters stay sharp
LARGE_PIXELS = 6_000_000
LARGE_SLOT = threading.BoundedSemaphore(1)  # of these one at a time
AVIF_CHILD = Path(__file__).parent / "processes" / "avif_child.py"
WAIT_SECONDS = 60  # for a large AVIF, however little of a busy machine it gets


def deliver_image(image: Image, delivery: Delivery, *, marked: bool = True) -> bytes:
    """Return the bytes of a picture as asked for. Raises ChildFailed, or FileNotFoundError if its file is gone.

    `marked`: it says that a model made it, if one did.
    """
    with files.open_file(image.file) as file, _one_large(delivery), validation.DECODE_SLOTS:
        with validation.open_image(file) as picture:
            upright = decoding.render_upright(picture)
        return encode_exact(draw_exact(upright, delivery), delivery, marked=marked and facts.is_marked(image))


def _one_large(delivery: Delivery) -> contextlib.AbstractContextManager[Any]:
    return LARGE_SLOT if _is_large(delivery) else contextlib.nullcontext()


def _is_large(delivery: Delivery) -> bool:
    return delivery.width * delivery.height > LARGE_PIXELS


def delivered_name(image: Image, delivery: Delivery) -> str:
    """Name a file by its picture and its size, as the download of the original is named by its picture."""
    stem = image.download_name.rpartition(".")[0]
    return f"{stem}-{delivery.width}x{delivery.height}.{delivery.suffix}"


def draw_exact(picture: Pillow.Image, delivery: Delivery) -> Pillow.Image:
    """Return an upright picture (RGB or RGBA) at exactly the size asked for: RGBA only if something may be clear."""
    drawn = _cropped(picture, delivery) if delivery.fit == "crop" else _fitted(picture, delivery)
    return drawn if delivery.stays_clear else decoding.lay_on_ground(drawn, delivery.colour or WHITE)


def _cropped(picture: Pillow.Image, delivery: Delivery) -> Pillow.Image:
    scale = delivery.scale_of(*picture.size)
    kept = [min(whole, side / scale) for whole, side in zip(picture.size, delivery.size, strict=True)]
    free = [whole - part for whole, part in zip(picture.size, kept, strict=True)]
    left, top = (room * percent / 100 for room, percent in zip(free, delivery.focus, strict=True))
    box = (left, top, min(left + kept[0], picture.width), min(top + kept[1], picture.height))
    return picture.resize(delivery.size, Pillow.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _fitted(picture: Pillow.Image, delivery: Delivery) -> Pillow.Image:
    """The whole picture in the middle, with nothing around it."""
    scale = delivery.scale_of(*picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    inner = picture.resize((width, height), Pillow.Resampling.LANCZOS, reducing_gap=3.0)
    if inner.size == delivery.size:
        return inner
    drawn = Pillow.new("RGBA", delivery.size)
    drawn.paste(inner, ((delivery.width - width) // 2, (delivery.height - height) // 2))
    return drawn


def encode_exact(picture: Pillow.Image, delivery: Delivery, *, marked: bool = True) -> bytes:
    """Return the bytes in the format asked for: nothing beside pixels but, if `marked`, that a model made it."""
    options = _options(delivery) | (_mark(delivery) if marked else {})
    if delivery.format == "avif" and _is_large(delivery):
        return _encode_apart(picture, options)
    out = io.BytesIO()
    picture.save(out, delivery.format.upper(), **options)
    return out.getvalue()


def _encode_apart(picture: Pillow.Image, options: dict[str, Any]) -> bytes:
    """Encode an AVIF in a process of its own: one of 4096 x 4096 takes 480 MB, which ours would not give back."""
    told = {name: value.decode() if isinstance(value, bytes) else value for name, value in options.items()}
    with tempfile.TemporaryFile() as pixels, tempfile.TemporaryFile() as answer:
        picture.save(pixels, "TIFF")  # as it lies in memory, in pieces
        pixels.seek(0)
        children.run_child(AVIF_CHILD, json.dumps(told), given=pixels, answer=answer, seconds=WAIT_SECONDS)
        answer.seek(0)
        return answer.read()


def _mark(delivery: Delivery) -> dict[str, Any]:
    if delivery.format != "png":
        return {"xmp": xmp.MADE_BY_MODEL}
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", xmp.MADE_BY_MODEL)
    return {"pnginfo": chunks}


def _options(delivery: Delivery) -> dict[str, Any]:
    quality = {"quality": delivery.quality}
    if delivery.format == "jpeg":
        subsampling = "4:4:4" if delivery.quality >= FULL_COLOUR else "4:2:0"
        return quality | {"progressive": True, "optimize": True, "subsampling": subsampling}
    if delivery.format == "png":
        return {"compress_level": 4}
    return quality | ({"method": 2} if delivery.format == "webp" else {"speed": 8})
