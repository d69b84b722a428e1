"""Pictures of a link as files for a ZIP: by the rules of the link, with a table of what it tells of them."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence

from gallery.models import Image, Share
from gallery.models.shares import Download
from gallery.services.ledger.csv_export import CsvFile
from gallery.services.media.metadata import lengths
from gallery.services.shares import delivery, shares
from gallery.services.storage import files
from gallery.services.storage.zip_stream import Entry, Files, Planned, known_entries, number_names

PAGE = 60  # pictures loaded at once
TABLE = "recipes.csv"


class ShareChanged(Exception):
    """The link was closed or changed while a ZIP was on its way: the connection breaks, so that nobody takes what
    arrived for the whole."""


def pack_files(share: Share, ids: Sequence[int]) -> Files:
    """Return the files of these pictures for a ZIP; before each, the link must still be what it was.

    A file that went must not cost the others. The table stands beside files with recipes only.
    """
    table = CsvFile(_columns(share)) if share.download == Download.RECIPE else None
    planned = []
    for each, image in _plan(share, ids):
        planned.append(each)
        if table:
            table.add(_row(image, share, each.name))
    contents = _contents(share, planned, table)
    sizes = known_entries(planned)
    if sizes is None:
        return Files(contents)
    return Files(contents, [*sizes, Entry(TABLE, table.size)] if table else sizes)


def _plan(share: Share, ids: Sequence[int]) -> Iterator[tuple[Planned, Image]]:
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        found, known = _load(page), lengths.known_lengths(page, lengths.GUEST)
        for number, image in zip(number_names(start + 1, of=len(ids)), map(found.get, page), strict=False):
            if image and files.stored_size(image.file, said=image.bytes) is not None:
                name = delivery.file_name(image, share, number=number)
                yield Planned(image.pk, name, _size(image, share, known.get(image.pk))), image


def _load(ids: Sequence[int]) -> dict[int, Image]:
    return Image.objects.kept().select_related("job", "attempt").in_bulk(ids)


def _size(image: Image, share: Share, clean: int | None) -> int | None:
    if clean is None or share.download != Download.RECIPE:
        return clean
    return lengths.length_with(image, delivery.recipe(image, share), clean=clean)


def _contents(share: Share, planned: Sequence[Planned], table: CsvFile | None) -> Iterator[tuple[str, Iterable[bytes]]]:
    for start in range(0, len(planned), PAGE):
        page = planned[start : start + PAGE]
        found = _load([each.image_id for each in page])
        for each in page:
            if not shares.is_unchanged(share):
                raise ShareChanged
            with contextlib.suppress(FileNotFoundError, KeyError):  # a file that went must not cost the others
                yield each.name, _pieces(each, found[each.image_id], share)
    if table:
        yield TABLE, table.pieces()


def _pieces(each: Planned, image: Image, share: Share) -> list[bytes]:
    content = delivery.file_content(image, share)
    if each.size not in (None, len(content)):
        lengths.forget_lengths(image)
    return [content]


def _columns(share: Share) -> list[str]:
    """Name what the switches of the link let through, and nothing else."""
    told = [name for name in ("model", "seed", "prompt") if getattr(share, f"show_{name}")]
    hidden = {"parameters": not share.show_model, "cost": not share.show_cost}
    return ["file", *told, "size", *(name for name, is_hidden in hidden.items() if not is_hidden)]


def _row(image: Image, share: Share, name: str) -> list[object]:
    """Return what a link tells of a picture, as its columns have it."""
    told = delivery.recipe(image, share) | {"file": name, "size": f"{image.width}x{image.height}"}
    apart = {"model", "seed", "prompt", "width", "height", "size", "cost", "file"}
    told["parameters"] = "; ".join(f"{key}={value}" for key, value in told.items() if key not in apart)
    return [told.get(column) for column in _columns(share)]
