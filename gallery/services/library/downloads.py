"""Several pictures as files, one after the other, each by one choice; and a table of what made them."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gallery.catalogue.parameters.delivery import Delivery
from gallery.models import Image, User
from gallery.services.ledger import entries
from gallery.services.library import kept_files, recipe_table
from gallery.services.library.kept_files import CannotKeep, Keep
from gallery.services.media import exact_sizes

PAGE = 60  # pictures loaded at once


@dataclass(frozen=True)
class Wish:
    """How files are wanted: at an exact size, else by what they keep. `table`: with one of their recipes."""

    delivery: Delivery | None = None
    keep: Keep = Keep.ORIGINAL
    marked: bool = True
    table: bool = False

    def name(self, image: Image) -> str:
        if self.delivery:
            return exact_sizes.delivered_name(image, self.delivery)
        return kept_files.kept_name(image, self.keep)

    def read(self, image: Image) -> bytes:
        """Return the bytes of a picture. Raises CannotKeep, ChildFailed, FileNotFoundError."""
        if self.delivery:
            return exact_sizes.deliver_image(image, self.delivery, marked=self.marked)
        return kept_files.read_kept(image, self.keep, marked=self.marked)


def read_files(ids: Sequence[int], wish: Wish, *, reader: User) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of each picture, made when it is asked for; count each as downloaded.

    A picture whose file is gone must not cost the others. One that cannot be had as it is wanted is left out, and a
    note instead of it says why; of an upload, which has no recipe, comes the original. The table comes last: what
    pictures of others cost is not in it.
    """
    rows: list[tuple[object, ...]] = []
    for number, image in _numbered(ids):
        with contextlib.suppress(FileNotFoundError):
            name, content, note = _file(image, wish)
            numbered = f"{number:03d}-{_without_folders(name)}"
            rows.append(recipe_table.recipe_row(image, name=numbered, note=note, is_mine=image.owner_id == reader.pk))
            yield numbered, content
    if wish.table:
        yield recipe_table.NAME, recipe_table.write_table(rows)


def _numbered(ids: Sequence[int]) -> Iterator[tuple[int, Image]]:
    for start in range(0, len(ids), PAGE):
        found = Image.objects.kept().select_related("attempt", "job").in_bulk(ids[start : start + PAGE])
        yield from enumerate((found[each] for each in ids[start : start + PAGE] if each in found), start + 1)


def _file(image: Image, wish: Wish) -> tuple[str, bytes, str]:
    """Return the name, the content, and a note if that is not what was wanted."""
    if wish.keep == Keep.RECIPE and image.is_upload and not wish.delivery:
        wish = Wish()
    try:
        content = wish.read(image)
    except CannotKeep as reason:
        return f"{wish.name(image)}.txt", str(reason).encode(), str(reason)
    if image.attempt:
        entries.note_downloaded(image.attempt)
    return wish.name(image), content, ""


def _without_folders(name: str) -> str:
    """An upload is called as somebody called it: in a ZIP that must not be a way to another folder."""
    return name.replace("/", "-").replace("\\", "-")
