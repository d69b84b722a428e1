"""Stored pictures that many rows show: a million files would try nothing that fifty do not."""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image as Pillow

from gallery.catalogue.parameters import validation
from gallery.models import ImageLook
from gallery.services.media import thumbnails
from gallery.services.media.seeing import looks
from gallery.services.prices import price_book, quotes
from gallery.services.storage import files


@dataclass(frozen=True)
class Sample:
    request: validation.CleanRequest
    quote: quotes.Quote
    file: str
    thumbnail: str
    bytes: int
    sha256: str
    look: ImageLook

    @property
    def size(self) -> str:
        return f"{self.request.width}x{self.request.height}"


def store_sample(prompt: str, *, model: str, seed: int, size: str, content: bytes) -> Sample:
    """Store one drawn picture with its thumbnail and return it as a sample. `content`: the bytes of a JPEG."""
    request = validation.clean_request(model, {"prompt": prompt, "seed": seed, "size": size})
    sha256 = hashlib.sha256(content).hexdigest()
    with Pillow.open(io.BytesIO(content)) as picture:
        picture.load()
        look = looks.look_at(picture)
        thumbnail = thumbnails.make_thumbnail(picture)
    small = files.publish_bytes(thumbnail, files.sample_name(sha256, "thumbnails", ".webp"))
    name = files.publish_bytes(content, files.sample_name(sha256, "originals", ".jpeg"))
    quote = quotes.quote_request(request, book=price_book.read_price_book())
    return Sample(request, quote, name, small, len(content), sha256, look)
