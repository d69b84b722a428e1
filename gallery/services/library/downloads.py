"""Several pictures as files, one after the other: as the provider sent them, or all at one size."""

import contextlib
from collections.abc import Iterator, Sequence

from gallery.catalogue.parameters.delivery import Delivery
from gallery.models import Image
from gallery.services.ledger import entries
from gallery.services.media import exact_sizes
from gallery.services.storage import files

PAGE = 60  # pictures loaded at once


def read_files(ids: Sequence[int], delivery: Delivery | None) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of each picture, made when it is asked for; count each as downloaded.

    A picture whose file is gone must not cost the others.
    """
    for start in range(0, len(ids), PAGE):
        found = Image.objects.kept().select_related("attempt").in_bulk(ids[start : start + PAGE])
        for number, image in enumerate((found[each] for each in ids[start : start + PAGE] if each in found), start + 1):
            with contextlib.suppress(FileNotFoundError):
                name, content = _file(image, delivery)
                if image.attempt:
                    entries.note_downloaded(image.attempt)
                yield f"{number:03d}-{_without_folders(name)}", content


def _without_folders(name: str) -> str:
    """An upload is called as somebody called it: in a ZIP that must not be a way to another folder."""
    return name.replace("/", "-").replace("\\", "-")


def _file(image: Image, delivery: Delivery | None) -> tuple[str, bytes]:
    if delivery:
        return exact_sizes.delivered_name(image, delivery), exact_sizes.deliver_image(image, delivery)
    with files.open_file(image.file) as file:
        return image.download_name, file.read()
