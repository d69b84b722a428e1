"""Pictures kept to go into others: uploads, pictures of the gallery, and two joined; each once, by its content."""

import hashlib
import io
from collections.abc import Iterable
from typing import IO

import structlog
from django.db import IntegrityError, transaction
from PIL import Image as Pillow

from gallery.models import Image, Reference, User
from gallery.models.keys import random_key
from gallery.models.references import NAME_LENGTH
from gallery.services.db.transactions import write_transaction
from gallery.services.media import thumbnails, validation
from gallery.services.media.validation import DECODE_SLOTS, Verified
from gallery.services.references import refusals
from gallery.services.references.joining import join_pictures
from gallery.services.references.preparation import Prepared, prepare_picture
from gallery.services.references.refusals import UnusablePicture
from gallery.services.search import index
from gallery.services.storage import files

log = structlog.get_logger("fluxweb.references")
JOIN = " + "  # between the names of two that are joined


def keep_upload(file: IO[bytes], *, name: str, owner: User) -> Reference:
    """Make an uploaded file ready to be sent, and keep it as given too: as a picture of the gallery.

    Raises UnusablePicture, StorageTrouble.
    """
    files.check_storage()
    name = name[-NAME_LENGTH:]
    prepared = prepare_picture(file, name=name)
    if kept := _find_kept(owner, prepared):
        return kept
    file.seek(0)
    image, original = _keep_original(file.read(), prepared, name=name, owner=owner)
    return _keep(prepared, owner=owner, name=name, image=image, original=original)


def keep_image(image: Image, *, owner: User) -> Reference:
    """Make a picture of the gallery ready to be sent. Raises UnusablePicture, StorageTrouble."""
    if kept := Reference.objects.filter(owner=owner, image=image).order_by("id").first():
        return kept
    files.check_storage()
    name = image.download_name[-NAME_LENGTH:]
    try:
        with files.open_file(image.file) as file:
            prepared = prepare_picture(file, name=name)
    except FileNotFoundError:
        raise UnusablePicture(name, refusals.GONE) from None
    return _find_kept(owner, prepared) or _keep(prepared, owner=owner, name=name, image=image)


def find_joined(left: Reference, right: Reference, *, owner: User) -> Reference | None:
    """Return the two pictures as they were joined before."""
    return Reference.objects.filter(owner=owner, left=left, right=right).first()


def list_joined(references: Iterable[Reference], *, owner: User) -> dict[tuple[int, int], Reference]:
    """Return those that were joined of these before, by the ids of their halves: (left, right)."""
    ids = [each.pk for each in references]
    rows = Reference.objects.filter(owner=owner, left__in=ids, right__in=ids)
    return {(row.left_id, row.right_id): row for row in rows if row.left_id and row.right_id}


def join_references(left: Reference, right: Reference, *, owner: User) -> Reference:
    """Return two pictures joined left and right into one. Raises UnusablePicture, StorageTrouble."""
    if kept := find_joined(left, right, owner=owner):
        return kept
    files.check_storage()
    prepared = join_pictures(read_content(left), read_content(right))
    name = JOIN.join((left.name, right.name))[:NAME_LENGTH]
    return _find_kept(owner, prepared) or _keep(prepared, owner=owner, name=name, left=left, right=right)


def name_reference(reference: Reference, *, title: str, shared: bool) -> None:
    """Give a reference a name to be found by, or take it away with an empty one; a shared one is the team's to use."""
    reference.title, reference.shared = title, shared
    reference.save(update_fields=["title", "shared"])


def read_content(reference: Reference) -> bytes:
    """Return the bytes that are sent. Raises FileNotFoundError, StorageTrouble."""
    with files.open_file(reference.file) as file:
        return bytes(file.read())


def _find_kept(owner: User, prepared: Prepared) -> Reference | None:
    return Reference.objects.filter(owner=owner, digest=prepared.sha256).first()


def _keep(prepared: Prepared, *, owner: User, name: str, **made_from: Image | Reference | str | None) -> Reference:
    key = random_key()
    row = Reference(
        key=key, owner=owner, name=name, digest=prepared.sha256, format=prepared.format, width=prepared.width,
        height=prepared.height, bytes=len(prepared.content), notes=list(prepared.notes), **made_from,
        file=files.publish_bytes(prepared.content, files.file_name(key, "references", f".{prepared.format}")),
        thumbnail=files.publish_bytes(_thumbnail(prepared), files.file_name(key, "references", "-small.webp")),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the same picture came twice at once
        files.remove_file(row.file)
        files.remove_file(row.thumbnail)
        return Reference.objects.get(owner=owner, digest=prepared.sha256)
    log.info("reference kept", reference=key, owner=owner.pk, bytes=row.bytes, width=row.width, height=row.height)
    return row


def _thumbnail(prepared: Prepared) -> bytes:
    with DECODE_SLOTS, Pillow.open(io.BytesIO(prepared.content), formats=(prepared.format.upper(),)) as picture:
        return thumbnails.make_thumbnail(picture)


def _keep_original(content: bytes, prepared: Prepared, *, name: str, owner: User) -> tuple[Image, str]:
    """Return the upload as a picture of the gallery, and where the file as given lies if that cannot be shown."""
    key, original = random_key(), ""
    shown = _verified(content)
    if shown is None:
        original = files.publish_bytes(content, files.file_name(key, "uploads", f".{prepared.original_format}"))
        content = prepared.content
        shown = Verified(prepared.format, prepared.width, prepared.height, turned=False, transparent=False)
    image = Image.of_upload(
        key=key, owner=owner, name=name, format=shown.format, width=shown.width,
        height=shown.height, turned=shown.turned, transparent=shown.transparent, bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        file=files.publish_bytes(content, files.file_name(key, "originals", f".{shown.format}")),
    )  # fmt: skip
    with write_transaction():
        image.save(force_insert=True)
        index.mark_changed([image.id])
    return image, original


def _verified(content: bytes) -> Verified | None:
    """Return what is known of a picture that every browser shows, None of any other."""
    try:
        with DECODE_SLOTS:
            return validation.verify_image(io.BytesIO(content))
    except (validation.NotAnImage, validation.TruncatedImage):
        return None
