"""From a result's address to a stored image: fetch, verify, publish, one commit to DONE. GETs are free and repeated."""

from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from gallery.api import errors
from gallery.models import Attempt, Image
from gallery.models.money import Fetch
from gallery.models.runs import State
from gallery.services import crash, files, provider, thumbnails, verification
from gallery.services.commits import committing, give_connection_back
from gallery.services.states import change

WAITS = (1, 2, 4, 8, 15)  # seconds between tries, the last one for ever
LEASE_SECONDS = 120  # how long one fetch may take before another process may try
LAST_SECONDS = 5  # before the address dies nothing more is begun
DECODES_ALLOWED = 1  # one death during decoding may be chance; a result in which two workers died is held aside

# A job that waits for this attempt's picture, or that was given up before it came.
TAKES_A_PICTURE = (State.HAVE_URL, State.BLOCKED, State.LOST)

log = structlog.get_logger("fluxweb.images")


def fetch_image(attempt_id, *, worker):
    """Fetch one result unless somebody else does. Return after how many seconds to try again, or None if it is over.

    A bad result is not an error here: it is blocked, tried again, or lost when its address dies.
    """
    attempt = _lease(attempt_id, worker)
    if attempt is None:
        return None
    give_connection_back()  # a download can last minutes; it holds no database connection
    try:
        with files.incoming_file() as file:
            _fetch_into(file, attempt)
    except errors.ResultRefused as refused:
        _block(attempt, reason=str(refused))
    except (errors.ApiError, verification.NotWhole, OSError) as trouble:
        return _again_later(attempt, reason=_say(trouble))
    return None


def _lease(attempt_id, worker):
    now = timezone.now()
    free = Q(fetch_lease_until=None) | Q(fetch_lease_until__lte=now) | Q(fetch_worker=worker, fetch_tries=0)
    free &= Q(fetch_after__lte=now)
    until = now + timedelta(seconds=LEASE_SECONDS)
    with committing():
        leased = Attempt.objects.filter(free, pk=attempt_id, fetch=Fetch.WANTED).update(
            fetch_worker=worker, fetch_lease_until=until, fetch_tries=F("fetch_tries") + 1
        )
    return Attempt.objects.select_related("job").get(pk=attempt_id) if leased else None


def _fetch_into(file, attempt):
    seconds = min(LEASE_SECONDS - 20, max(1, (attempt.url_dies_at - timezone.now()).total_seconds()))
    got = provider.download(attempt.url, into=file, deadline_seconds=seconds)
    file.flush()
    if not got.listed:
        _block(attempt, reason="The result's host is not in FLUX_RESULT_HOSTS.", file=file)
        return
    if attempt.decodes > DECODES_ALLOWED:
        _block(attempt, reason="Two workers died while decoding this result.", file=file)
        return
    try:
        keep(file, attempt, sha256=got.sha256)
    except verification.NotAPicture as refused:
        _block(attempt, reason=str(refused), file=file)
    except verification.NotWhole as damaged:
        if _wait(attempt) > 0:
            raise
        _block(attempt, reason=str(damaged), file=file)  # all that ever came of what was paid for


def keep(file, attempt, *, sha256):
    """Verify a complete temporary file, publish it with its thumbnail, and commit the image."""
    facts, thumbnail = _look(file, attempt)
    facts["sha256"] = sha256
    name = files.publish(file, f"originals/{attempt.key[:2]}/{attempt.key}.{facts['format']}")
    thumbnail_name = _publish_thumbnail(thumbnail, attempt)
    crash.reached("published")
    return _commit(attempt, file=name, thumbnail=thumbnail_name, **facts)


def _look(file, attempt):
    """Return what is known of the picture once it is decoded, and its thumbnail. The pixels end here: 3 to 75 MB."""
    with verification.DECODES, Path(file.name).open("rb") as reader:
        _count_decode(attempt)
        whole = verification.verify(reader)
        thumbnail = _make_thumbnail(whole, attempt)
    size = Path(file.name).stat().st_size
    return {"format": whole.format, "width": whole.width, "height": whole.height, "bytes": size}, thumbnail


def _count_decode(attempt):
    """Committed first: a result that kills the process while it is decoded must be known for it."""
    with committing():
        Attempt.objects.filter(pk=attempt.pk).update(decodes=F("decodes") + 1)
    give_connection_back()
    crash.reached("fetched")


def _make_thumbnail(whole, attempt):
    """A picture without a thumbnail is still the picture that was paid for: the sweep tries again."""
    try:
        return thumbnails.make(whole.pixels)
    except (OSError, ValueError) as error:
        log.warning("thumbnail failed", attempt=attempt.key, error=type(error).__name__)
        return b""


def _publish_thumbnail(content, attempt):
    try:
        return files.publish_bytes(content, thumbnails.thumbnail_name(attempt)) if content else ""
    except OSError as error:
        log.warning("thumbnail not stored", attempt=attempt.key, error=type(error).__name__)
        return ""


@committing()
def _commit(attempt, **facts):
    """A whole picture that was paid for is kept even if somebody gave it up meanwhile."""
    job = attempt.job
    change(job, if_state=TAKES_A_PICTURE, if_attempt=attempt, state=State.DONE, reason="", words="")
    given_up = {"url": "", "fetch_error": "", "held_name": ""}
    if not _end_fetch(attempt, Fetch.DONE, unless=[Fetch.DONE], **given_up):
        return Image.objects.get(attempt=attempt)
    image = Image.objects.create(
        owner_id=job.owner_id, job=job, attempt=attempt, model=job.model, seed=job.seed, **facts
    )
    log.info("image stored", job=job.key, attempt=attempt.key, image=image.key, bytes=image.bytes)
    return image


def _end_fetch(attempt, fetch, *, unless=(Fetch.DONE, Fetch.DEAD), **fields):
    open_fetches = Attempt.objects.filter(pk=attempt.pk).exclude(fetch__in=unless)
    return open_fetches.update(fetch=fetch, fetch_lease_until=None, fetch_worker=None, decodes=0, **fields) == 1


def _block(attempt, *, reason, file=None):
    """Hold the result aside: it has been paid for, and a person decides."""
    held = files.publish(file, f"held/{attempt.key[:2]}/{attempt.key}") if file else ""
    with committing():
        change(attempt.job, if_state=[State.HAVE_URL], if_attempt=attempt, state=State.BLOCKED, reason="blocked")
        _end_fetch(attempt, Fetch.BLOCKED, url="", fetch_error=reason[:200], held_name=held)
    log.warning("result blocked", job=attempt.job.key, attempt=attempt.key, host=attempt.host)


def _again_later(attempt, *, reason):
    wait = _wait(attempt)
    if wait <= 0:
        _lose(attempt, reason=reason)
        return None
    after = timezone.now() + timedelta(seconds=wait)
    Attempt.objects.filter(pk=attempt.pk, fetch=Fetch.WANTED).update(
        fetch_after=after, fetch_lease_until=None, fetch_worker=None, decodes=0, fetch_error=reason[:200]
    )
    log.info("fetch again", job=attempt.job.key, attempt=attempt.key, wait=round(wait), tries=attempt.fetch_tries)
    return wait


def _wait(attempt):
    """Seconds until the next try; the last one is just before the address dies, and then there is none."""
    left = (attempt.url_dies_at - timezone.now()).total_seconds() - LAST_SECONDS
    return min(WAITS[min(attempt.fetch_tries - 1, len(WAITS) - 1)], left)


@committing()
def _lose(attempt, *, reason):
    change(attempt.job, if_state=[State.HAVE_URL], if_attempt=attempt, state=State.LOST, reason="lost")
    _end_fetch(attempt, Fetch.DEAD, url="", fetch_error=reason[:200])
    log.error("paid and lost", job=attempt.job.key, attempt=attempt.key, micros=attempt.micros)


def _say(trouble):
    if isinstance(trouble, OSError):
        return f"Storage: {trouble.strerror or type(trouble).__name__}"
    return str(trouble) or type(trouble).__name__


def forget_decode(attempt_id):
    """After an error that the process survived: it did not die of this picture."""
    Attempt.objects.filter(pk=attempt_id).update(decodes=0)


def due_fetches(limit=100):
    """Return the ids of attempts of this mode whose result waits to be fetched, the ones that die first in front."""
    due = Attempt.objects.due_for_fetch(timezone.now()).filter(job__demo=settings.DEMO)
    return list(due.values_list("pk", flat=True)[:limit])
