"""From a result's address to a stored image: fetch, verify, publish, one commit to DONE. GETs are free and repeated."""

import contextlib
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from gallery.api import errors
from gallery.api.results.result_body import Downloaded
from gallery.models import Attempt, Image, User, Worker
from gallery.models.calls import FETCH_LEASE_SECONDS, INLINE, Fetch
from gallery.models.images import CONTENT_TYPES
from gallery.models.runs import State
from gallery.services.db.raw_updates import update_rows
from gallery.services.db.transactions import release_connection, write_transaction
from gallery.services.jobs import crash_points, provider
from gallery.services.jobs.transitions import transition_job
from gallery.services.media import validation
from gallery.services.search import index
from gallery.services.storage import files, spool

HELD = "held"  # the folder of results that wait for an admin
WAITS = (1, 2, 4, 8, 15)  # seconds between tries, the last one for ever
BEGUN_WITHIN_SECONDS = 20  # of a lease; the rest is for the fetch itself
LAST_SECONDS = 5  # before the address dies nothing more is begun
TRIES_TO_BE_SURE = 5  # of an address that only the clock calls dead: a clock may have been set
DECODE_ATTEMPTS_ALLOWED = 1  # one death during decoding may be chance; a result in which two workers died is held aside

# A job that waits for this attempt's picture, or that was given up before it came.
TAKES_A_PICTURE = (State.HAVE_URL, State.BLOCKED, State.LOST)

log = structlog.get_logger("fluxweb.images")


def fetch_image(attempt_id: int, *, worker: Worker, leased: Attempt | None = None) -> float | None:
    """Fetch one result unless somebody else does. Return after how many seconds to try again, or None if it is over.

    A bad result is not an error here: it is blocked, tried again, or lost when its address dies. `leased`: the
    attempt, if this worker got its lease together with the address.
    """
    attempt = leased if _is_fresh(leased) else _lease(attempt_id, worker)
    if attempt is None:
        return None
    release_connection()  # a download can last minutes; it holds no database connection
    try:
        with files.incoming_file() as file:
            _fetch_into(file, attempt)
    except errors.ResultRefused as refused:
        hold_aside(attempt, reason=str(refused))
    except (errors.ApiError, validation.TruncatedImage, OSError) as trouble:
        return _again_later(attempt, trouble)
    return None


def _is_fresh(leased: Attempt | None) -> bool:
    begun_by = timezone.now() + timedelta(seconds=FETCH_LEASE_SECONDS - BEGUN_WITHIN_SECONDS)
    until = leased.fetch_lease_until if leased else None
    return until is not None and until > begun_by


def _lease(attempt_id: int, worker: Worker) -> Attempt | None:
    """Return the attempt with a lease of ours, or None if somebody else has it or it is not due."""
    now = timezone.now()
    free = Q(fetch_lease_until=None) | Q(fetch_lease_until__lte=now) | Q(fetch_worker=worker)
    with write_transaction():
        leased = Attempt.objects.filter(free, pk=attempt_id, fetch=Fetch.WANTED, fetch_after__lte=now).update(
            fetch_worker=worker, fetch_lease_until=now + timedelta(seconds=FETCH_LEASE_SECONDS)
        )
    return Attempt.objects.select_related("job").get(pk=attempt_id) if leased else None


def _fetch_into(file: IO[bytes], attempt: Attempt) -> None:
    """Keep what came, whatever it is: it is looked at only to know whether it may be shown."""
    got = _receive(file, attempt)
    file.flush()
    if not got.listed:
        hold_aside(attempt, reason="The result’s host is not in FLUX_RESULT_HOSTS.", file=file)
    elif is_deadly(attempt):
        hold_aside(
            attempt,
            reason="The worker stopped twice while decoding this.",
            file=file,
            decode_attempts=attempt.decode_attempts,
        )
    else:
        _show_or_hold(file, attempt, got)
    if attempt.url == INLINE:
        spool.remove_content(attempt.key)


def _receive(file: IO[bytes], attempt: Attempt) -> Downloaded:
    if attempt.url == INLINE:
        return _receive_inline(file, attempt)
    return provider.download_result(attempt.url, into=file, deadline_seconds=FETCH_LEASE_SECONDS - BEGUN_WITHIN_SECONDS)


def _receive_inline(file: IO[bytes], attempt: Attempt) -> Downloaded:
    try:
        with spool.open_content(attempt.key) as content:
            return provider.copy_inline(content, into=file)
    except FileNotFoundError:
        raise errors.ResultUnavailable("The picture came within the answer, which is not in this spool.") from None


def _show_or_hold(file: IO[bytes], attempt: Attempt, got: Downloaded) -> None:
    """Store the picture. What is none is held; what is damaged too, unless its end may be missing: then raise."""
    try:
        store_image(file, attempt, sha256=got.sha256)
    except validation.NotAnImage as refused:
        hold_aside(attempt, reason=got.note or str(refused), file=file)
    except validation.TruncatedImage as damaged:
        if not got.complete and _seconds_left(attempt) > 0:
            raise
        hold_aside(attempt, reason=str(damaged), file=file)  # all that ever came, or will, of what was paid for


def store_image(file: IO[bytes], attempt: Attempt, *, sha256: str, held_name: str = "") -> Image:
    """Verify a complete temporary file, publish it, and commit the image. `held_name`: of the file as it came."""
    facts = _look(file, attempt)
    name = files.publish_file(file, _original_name(attempt, facts["format"]))
    crash_points.reached("published")
    return commit_image(attempt, file=name, sha256=sha256, held_name=held_name, **facts)


def store_redrawn(held_file: IO[bytes], attempt: Attempt) -> Image:
    """Store as a PNG what can be seen of a held file, which itself stays as it came, and commit the image.

    Raises NotAnImage or TruncatedImage if nothing can be seen.
    """
    with counted_decode(attempt):
        shown = validation.render_visible(held_file)
    with files.incoming_file() as file:
        shown.save(file, "PNG")
        file.flush()
        file.seek(0)
        facts = {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "held_name": attempt.held_name}
        return store_image(file, attempt, **facts)


def deliver_as_file(attempt: Attempt, *, by: User) -> None:
    """Count a held result as delivered though it cannot be shown: its owner has the file."""
    with write_transaction():
        transition_job(attempt.job, if_state=[State.BLOCKED], if_attempt=attempt, state=State.BLOCKED, reason="filed")
        update_rows(Attempt, {"id": attempt, "fetch": (Fetch.BLOCKED,)}, fetch=Fetch.FILED, settled_by=by.username)


def is_deadly(attempt: Attempt) -> bool:
    """Whether workers died while they decoded this result: nobody tries once more."""
    return attempt.decode_attempts > DECODE_ATTEMPTS_ALLOWED


def _original_name(attempt: Attempt, image_format: str) -> str:
    return files.file_name_of(attempt, "originals", f".{image_format}")


def _look(file: IO[bytes], attempt: Attempt) -> dict[str, Any]:
    """Return what is known of the picture once it is decoded."""
    with Path(file.name).open("rb") as reader, counted_decode(attempt):
        whole = validation.verify_image(reader)
    return {**asdict(whole), "bytes": Path(file.name).stat().st_size}


@contextlib.contextmanager
def counted_decode(attempt: Attempt) -> Iterator[None]:
    """Decode one result among few at once. Committed first: one that kills the process must be known for it."""
    with validation.DECODE_SLOTS:
        with write_transaction():
            update_rows(Attempt, {"id": attempt}, decode_attempts=attempt.decode_attempts + 1)
        release_connection()
        crash_points.reached("fetched")
        yield


@write_transaction()
def commit_image(attempt: Attempt, *, held_name: str = "", **facts: Any) -> Image:
    """A whole picture that was paid for is kept even if somebody gave it up meanwhile."""
    job = attempt.job
    transition_job(job, if_state=TAKES_A_PICTURE, if_attempt=attempt, state=State.DONE, reason="", words="")
    given_up = {"url": "", "fetch_error": "", "held_name": held_name}
    if not _end_fetch(attempt, Fetch.DONE, unless=[Fetch.DONE], **given_up):
        return Image.objects.get(attempt=attempt)
    image = Image.of_attempt(attempt, **facts)
    image.save(force_insert=True)
    index.mark_changed([image.id], at_once=False)
    log.info("image stored", job=job.key, attempt=attempt.key, image=image.key, bytes=image.bytes)
    return image


def _end_fetch(
    attempt: Attempt,
    fetch: Fetch,
    *,
    unless: Collection[Fetch] = (Fetch.DONE, Fetch.DEAD, Fetch.FILED),
    **fields: object,
) -> bool:
    where = {"id": attempt, "fetch": tuple(each for each in Fetch if each not in unless)}
    given_back = {"fetch_lease_until": None, "fetch_worker": None, "decode_attempts": 0}
    return update_rows(Attempt, where, fetch=fetch, **given_back | fields) == 1


def hold_aside(attempt: Attempt, *, reason: str, file: IO[bytes] | None = None, decode_attempts: int = 0) -> None:
    """Hold the result aside: it has been paid for, and a person decides."""
    held = files.publish_file(file, files.file_name_of(attempt, HELD)) if file else ""
    code = "blocked" if held else "blocked_without_file"
    with write_transaction():
        transition_job(attempt.job, if_state=[State.HAVE_URL], if_attempt=attempt, state=State.BLOCKED, reason=code)
        _end_fetch(
            attempt, Fetch.BLOCKED, url="", fetch_error=reason[:200], held_name=held, decode_attempts=decode_attempts
        )
    log.warning("result blocked", job=attempt.job.key, attempt=attempt.key, host=attempt.host)


def _again_later(attempt: Attempt, trouble: Exception) -> float | None:
    if _is_dead(attempt, trouble):
        lose_result(attempt, reason=_say(trouble))
        return None
    wait = _wait(attempt)
    after, tries = timezone.now() + timedelta(seconds=wait), attempt.fetch_tries + 1
    Attempt.objects.filter(pk=attempt.pk, fetch=Fetch.WANTED).update(
        fetch_after=after, fetch_tries=tries, fetch_lease_until=None, fetch_worker=None, decode_attempts=0,
        fetch_error=_say(trouble)[:200],
    )  # fmt: skip
    log.info("fetch again", job=attempt.job.key, attempt=attempt.key, wait=round(wait), tries=tries)
    return wait


def _is_dead(attempt: Attempt, trouble: Exception) -> bool:
    """Whether nothing will come from an address any more: by the clock, and by its host or after enough tries."""
    surely = isinstance(trouble, errors.ResultGone) or attempt.fetch_tries >= TRIES_TO_BE_SURE
    return surely and _seconds_left(attempt) <= 0


def _wait(attempt: Attempt) -> float:
    """Seconds until the next try; one is made just before the address dies."""
    wait, left = WAITS[min(attempt.fetch_tries, len(WAITS) - 1)], _seconds_left(attempt)
    return min(wait, left) if left > 0 else wait


def _seconds_left(attempt: Attempt) -> float:
    """Seconds until the last try at an address."""
    assert attempt.url_dies_at is not None, "of an address"
    return (attempt.url_dies_at - timezone.now()).total_seconds() - LAST_SECONDS


def lose_result(attempt: Attempt, *, reason: str) -> None:
    """Give up a result whose address is dead: paid, and nothing will come."""
    with write_transaction():
        transition_job(attempt.job, if_state=[State.HAVE_URL], if_attempt=attempt, state=State.LOST, reason="lost")
        lost = _end_fetch(attempt, Fetch.DEAD, url="", fetch_error=reason[:200])
    if lost:
        log.error("paid and lost", job=attempt.job.key, attempt=attempt.key, micros=attempt.micros)
        _forget_original(attempt)


def _forget_original(attempt: Attempt) -> None:
    """A worker may have died between publishing the file and putting it on the books."""
    for image_format in CONTENT_TYPES:
        with contextlib.suppress(OSError):
            files.remove_file(_original_name(attempt, image_format))


def sweep_held() -> None:
    """Remove held files that no attempt points at: their worker died before the books said so; a later fetch won."""
    for name, key in files.list_files(HELD):
        ended = Attempt.objects.filter(key=key, held_name="", fetch__in=[Fetch.DONE, Fetch.DEAD])
        if ended.exists():
            files.remove_file(name)


def _say(trouble: Exception) -> str:
    if isinstance(trouble, files.StorageTrouble):
        return str(trouble)
    if isinstance(trouble, OSError):
        return f"Storage: {trouble.strerror or type(trouble).__name__}"
    return str(trouble) or type(trouble).__name__


def forget_decode(attempt_id: int) -> None:
    """After an error that the process survived: it did not die of this picture."""
    Attempt.objects.filter(pk=attempt_id).update(decode_attempts=0)


def due_fetches(limit: int = 100) -> list[int]:
    """Return the ids of attempts of this mode whose result waits to be fetched, the ones that die first in front."""
    due = Attempt.objects.due_for_fetch(timezone.now()).filter(job__demo=settings.DEMO)
    return list(due.values_list("pk", flat=True)[:limit])
