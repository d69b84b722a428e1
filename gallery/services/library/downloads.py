"""Several pictures as files, one after the other, each by one choice; and a table of what made them."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from gallery.catalogue.parameters.delivery import Delivery
from gallery.catalogue.text.file_names import safe_file_name
from gallery.models import Image, User
from gallery.models.images import KEPT
from gallery.services.db import side_notes
from gallery.services.ledger import entries
from gallery.services.ledger.csv_export import CsvFile
from gallery.services.library import kept_files, recipe_table
from gallery.services.library.kept_files import CannotKeep, Keep
from gallery.services.media import exact_sizes
from gallery.services.media.metadata import lengths
from gallery.services.storage import files
from gallery.services.storage.zip_stream import Entry, Files, Planned, known_entries, number_names

PAGE = 60  # pictures loaded at once with all that is known of them
PLANNED = 500  # pictures of which name and length are read at once
MOST = 20_000  # pictures of one ZIP


@dataclass(frozen=True)
class Wish:
    """How files are wanted: at an exact size, else by what they keep. `table`: with one of their recipes."""

    delivery: Delivery | None = None
    keep: Keep = Keep.ORIGINAL
    marked: bool = True
    table: bool = False

    def of(self, image: Image) -> "Wish":
        """Return what is wanted of this one: of an upload, which has no recipe, the original comes instead."""
        return Wish() if self.keep == Keep.RECIPE and image.is_upload and not self.delivery else self

    def name(self, image: Image) -> str:
        if self.delivery:
            return exact_sizes.delivered_name(image, self.delivery)
        return kept_files.kept_name(image, self.keep)

    @property
    def form(self) -> str:
        """Name the form of the files whose lengths are measured; none of what is drawn anew, or only asked for now."""
        is_usual = self.delivery is None and (self.marked or not settings.AI_MARK)
        return {Keep.RECIPE: lengths.RECIPE, Keep.CLEAN: lengths.CLEAN}.get(self.keep, "") if is_usual else ""

    @property
    def is_stored(self) -> bool:
        return self.keep == Keep.ORIGINAL and self.delivery is None

    def read(self, image: Image) -> bytes:
        """Return the bytes of a picture. Raises CannotKeep, ChildFailed, FileNotFoundError."""
        if self.delivery:
            return exact_sizes.deliver_image(image, self.delivery, marked=self.marked)
        return kept_files.read_kept(image, self.keep, marked=self.marked)


def pack_files(ids: Sequence[int], wish: Wish, *, reader: User) -> Files:
    """Return the files of pictures for a ZIP, made when they are asked for; each is counted as downloaded.

    A picture whose file is gone must not cost the others. One that cannot be had as it is wanted is left out, and a
    note instead of it says why. The table comes last: what pictures of others cost is not in it.
    """
    planned = list(_plan(ids, wish))
    table = CsvFile(recipe_table.COLUMNS) if wish.table else None
    sizes = known_entries(planned)
    if sizes is None:
        return Files(_made(planned, wish, reader, table))
    if table:
        _write_table(table, planned, reader)
        sizes.append(Entry(recipe_table.NAME, table.size))
    return Files(_as_planned(planned, wish, reader, table), sizes)


def _plan(ids: Sequence[int], wish: Wish) -> Iterator[Planned]:
    for start in range(0, len(ids), PLANNED):
        page = ids[start : start + PLANNED]
        found = Image.objects.kept().in_bulk(page)
        known = lengths.known_lengths(page, wish.form) if wish.form else {}
        for number, image in zip(number_names(start + 1, of=len(ids)), map(found.get, page), strict=False):
            stored = files.stored_size(image.file, said=image.bytes) if image else None
            if image and stored is not None:
                meant = wish.of(image)
                size = stored if meant.is_stored else known.get(image.pk)
                yield Planned(image.pk, f"{number}-{safe_file_name(meant.name(image))}", size)


def _loaded(planned: Sequence[Planned], reader: User) -> Iterator[list[tuple[Planned, Image]]]:
    """Yield pages of pictures. What is one's own comes also if it went to the trash since; of others it does not."""
    rows = Image.objects.filter(Q(owner=reader) | KEPT).select_related("attempt", "job")
    for start in range(0, len(planned), PAGE):
        page = planned[start : start + PAGE]
        found = rows.in_bulk([each.image_id for each in page])
        yield [(each, found[each.image_id]) for each in page if each.image_id in found]


def _as_planned(
    planned: Sequence[Planned], wish: Wish, reader: User, table: CsvFile | None
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield name and content of each, as long as it was said, and the table that is written already."""
    for page in _loaded(planned, reader):
        taken = []
        try:
            for each, image in page:
                taken += [image.attempt] if image.attempt else []
                yield each.name, _pieces(each, image, wish.of(image))
        finally:
            entries.note_downloaded(*taken)
    if table:
        yield recipe_table.NAME, table.pieces()


def _pieces(each: Planned, image: Image, wish: Wish) -> Iterable[bytes]:
    """Return the content of a picture: as it is stored it is never in memory as a whole."""
    if wish.is_stored:
        return files.pieces_of(image.file)
    content = wish.read(image)
    if len(content) != each.size:
        lengths.forget_lengths(image)
    return [content]


def _made(
    planned: Sequence[Planned], wish: Wish, reader: User, table: CsvFile | None
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield name and content of each as it is made, and the table that is written on the way."""
    for page in _loaded(planned, reader):
        taken, measured = [], {}
        try:
            for each, image in page:
                with contextlib.suppress(FileNotFoundError):
                    name, content, note = _file(each, image, wish)
                    taken += [image.attempt] if image.attempt and not note else []
                    if wish.form and not note and not wish.of(image).is_stored:
                        measured[image.pk] = len(content)
                    if table:
                        table.add(_row(image, name, note, reader))
                    yield name, [content]
        finally:
            entries.note_downloaded(*taken)
            if measured:
                with side_notes.write_if_possible():
                    lengths.note_lengths(measured, wish.form)
    if table:
        yield recipe_table.NAME, table.pieces()


def _file(each: Planned, image: Image, wish: Wish) -> tuple[str, bytes, str]:
    """Return the name, the content, and a note if that is not what was wanted."""
    try:
        return each.name, wish.of(image).read(image), ""
    except CannotKeep as reason:
        return f"{each.name}.txt", str(reason).encode(), str(reason)


def _write_table(table: CsvFile, planned: Sequence[Planned], reader: User) -> None:
    for page in _loaded(planned, reader):
        for each, image in page:
            table.add(_row(image, each.name, "", reader))


def _row(image: Image, name: str, note: str, reader: User) -> tuple[object, ...]:
    return recipe_table.recipe_row(image, name=name, note=note, is_mine=image.owner_id == reader.pk)
