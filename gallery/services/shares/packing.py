"""Pictures of a link as files for a ZIP: by the rules of the link, with a table of what it tells of them."""

from collections.abc import Iterable, Iterator, Sequence

from gallery.models import Image, Share
from gallery.models.shares import Download
from gallery.services.ledger.csv_export import CsvFile
from gallery.services.shares import contents, delivery, shares
from gallery.services.storage.zip_stream import Files

PAGE = 60  # pictures loaded at once
TABLE = "recipes.csv"


class ShareChanged(Exception):
    """The link was closed or changed while a ZIP was on its way: the connection breaks, so that nobody takes what
    arrived for the whole."""


def pack_files(share: Share, ids: Sequence[int]) -> Files:
    """Return the files of these pictures for a ZIP; before each, the link must still be what it was.

    A file that went must not cost the others. The table stands beside files with recipes only.
    """
    columns = _columns(share) if share.download == Download.RECIPE else ()
    return Files(_contents(share, ids, CsvFile(columns) if columns else None))


def _contents(share: Share, ids: Sequence[int], table: CsvFile | None) -> Iterator[tuple[str, Iterable[bytes]]]:
    digits = max(3, len(str(len(ids))))
    for start in range(0, len(ids), PAGE):
        for number, image in _numbered(ids, start):
            if not shares.is_unchanged(share):
                raise ShareChanged
            name = delivery.file_name(image, share, number=f"{number:0{digits}d}")
            try:
                content = delivery.file_content(image, share)
            except FileNotFoundError:
                continue
            if table:
                table.add(_row(image, share, name))
            yield name, [content]
    if table:
        yield TABLE, table.pieces()


def _numbered(ids: Sequence[int], start: int) -> Iterator[tuple[int, Image]]:
    page = ids[start : start + PAGE]
    found = {image.pk: image for image in contents.load_images(list(page))}
    return ((number, found[pk]) for number, pk in enumerate(page, start + 1) if pk in found)


def _columns(share: Share) -> list[str]:
    """Name what the switches of the link let through, and nothing else."""
    told = [name for name in ("model", "seed", "prompt") if getattr(share, f"show_{name}")]
    return [
        "file",
        *told,
        "size",
        *(["parameters"] if share.show_model else []),
        *(["cost"] if share.show_cost else []),
    ]


def _row(image: Image, share: Share, name: str) -> list[object]:
    """Return what a link tells of a picture, as its columns have it."""
    told = delivery.recipe(image, share) | {"file": name, "size": f"{image.width}x{image.height}"}
    apart = {"model", "seed", "prompt", "width", "height", "size", "cost", "file"}
    told["parameters"] = "; ".join(f"{key}={value}" for key, value in told.items() if key not in apart)
    return [told.get(column) for column in _columns(share)]
