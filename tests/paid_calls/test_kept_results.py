"""What was paid for is kept, whatever came: shown if a browser would show it, else held with its file."""

import base64
import dataclasses
import io
import json
import struct
import zlib
from pathlib import Path

import pytest
from django.conf import settings as project
from PIL import Image as Pillow

from gallery.api import Answer
from gallery.models import Attempt, Image
from gallery.models.calls import INLINE
from gallery.services.jobs import provider
from gallery.services.media import validation
from gallery.services.paid_calls import downloads, outcomes, recording, resolution
from gallery.services.shares import delivery
from gallery.services.storage import files, spool
from gallery.simulator import faults
from gallery.simulator.drawing import oddities
from tests.factories import make_run, make_share, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore::UserWarning:PIL")]

OTHER_FORMATS = ["gif", "avif", "bmp", "tiff", "tiff-large"]
SHOWN = [kind for kind in oddities.KINDS if kind not in OTHER_FORMATS]
HTML = b"<!doctype html><title>Please wait</title>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
SECRET = b"Heron"  # as the title of one of the oddities says


def fetched(owner, worker, world, *download, **script):
    """Make one call whose result is fetched under these faults; return its attempt."""
    make_run(owner, seed="7", size="160x96")
    world.script_download(*download)
    attempt = worker.call()
    assert worker.fetch(attempt) is None
    return Attempt.objects.select_related("job__run").get()


def bytes_of(name):
    with files.open_file(name) as file:
        return file.read()


def opened(content):
    return Pillow.open(io.BytesIO(content))


# --- shown ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SHOWN)
def test_what_every_browser_shows_is_a_picture_everywhere(owner, worker, provider_server, world, kind):
    attempt = fetched(owner, worker, world, faults.OddPicture(kind))
    image = Image.objects.get()
    assert (attempt.job.state, attempt.fetch, attempt.fetch_tries, attempt.decode_attempts) == ("DONE", "done", 0, 0)
    assert bytes_of(image.file) == oddities.odd_picture(world.picture(world.till[0].result_url), kind)
    assert (image.width, image.height) == (160, 96)
    assert opened(bytes_of(image.thumbnail)).size == (160, 96)
    assert opened(delivery.open_view(image).read()).size == (160, 96)
    shared = delivery.file_content(image, make_share(owner, [image]))
    assert opened(shared).size == (160, 96)
    assert getattr(opened(shared), "n_frames", 1) == 1
    assert len(shared) < 150_000
    assert b"story" not in shared


def with_words(content, kind):
    """Put a secret where metadata, a second picture or what follows the end can carry one."""
    odd = oddities.odd_picture(content, kind)
    return odd + SECRET if "after" in kind else odd


@pytest.mark.parametrize("kind", SHOWN)
def test_a_guests_file_tells_nothing_but_the_picture(owner, worker, provider_server, world, kind):
    make_run(owner, seed="7", size="160x96")
    attempt = worker.call()
    world.script_download(faults.WrongType(with_words(world.picture(world.till[0].result_url), kind)))
    worker.fetch(attempt)
    image = Image.objects.get()
    assert SECRET not in delivery.file_content(image, make_share(owner, [image]))
    assert SECRET not in delivery.open_view(image).read()


def jpeg_of(world):
    content = world.picture(world.till[0].result_url)
    assert content.endswith(b"\xff\xd9")
    return content


@pytest.mark.parametrize("missing", [1, 2])
def test_a_jpeg_without_its_last_bytes_but_with_all_its_pixels_is_shown(owner, worker, provider_server, world, missing):
    attempt = fetched(owner, worker, world, faults.Truncated(bytes_missing=missing))
    assert attempt.job.state == "DONE"
    assert Image.objects.get().thumbnail


def webp_of(world, **options):
    out = io.BytesIO()
    opened(jpeg_of(world)).save(out, "WEBP", **options)
    return out.getvalue()


def fetched_webp(owner, worker, world, *, lossless, missing):
    """Fetch a WebP without its last bytes; return its attempt and the whole picture."""
    make_run(owner, seed="7", size="160x96")
    attempt = worker.call()
    whole = webp_of(world, lossless=lossless)
    world.script_download(faults.WrongType(whole[: len(whole) - (missing or len(whole) // 2)]))
    worker.fetch(attempt)
    return Attempt.objects.select_related("job").get(), opened(whole).convert("RGB")


def test_a_webp_without_its_last_byte_but_with_all_its_pixels_is_shown(owner, worker, provider_server, world):
    fetched_webp(owner, worker, world, lossless=False, missing=1)
    assert Image.objects.get().thumbnail


@pytest.mark.parametrize("lossless", [False, True])
def test_of_half_a_webp_what_came_is_shown_once_released(owner, admin, worker, provider_server, world, lossless):
    held, came = fetched_webp(owner, worker, world, lossless=lossless, missing=None)
    assert held.fetch == "blocked"
    image = resolution.release_held(held, by=admin)
    seen = opened(bytes_of(image.file)).convert("RGB")
    above = (0, 0, 160, 8)
    assert seen.crop(above).tobytes() == came.crop(above).tobytes()
    assert seen.size == came.size
    assert seen.tobytes() != came.tobytes()


@pytest.mark.parametrize(
    "metadata", [b"MPF\0II*\0\x08\0\0\0\xff\xff", b"Exif\0\0II*\0\x08\0\0\0" + b"\xff" * 99, b"?" * 99]
)
@pytest.mark.parametrize("marker", [0xE1, 0xE2, 0xED, 0xEE])
def test_a_jpeg_with_unreadable_metadata_is_a_picture(owner, worker, provider_server, world, marker, metadata):
    make_run(owner, seed="7", size="160x96")
    attempt = worker.call()
    segment = bytes([0xFF, marker]) + (len(metadata) + 2).to_bytes(2) + metadata
    content = jpeg_of(world)
    world.script_download(faults.WrongType(content[:2] + segment + content[2:]))
    worker.fetch(attempt)
    assert Image.objects.get().thumbnail


def chunk(kind, body):
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


OPTIONAL = [
    "gAMA",
    "cHRM",
    "sRGB",
    "iCCP",
    "pHYs",
    "tRNS",
    "acTL",
    "fcTL",
    "fdAT",
    "bKGD",
    "sBIT",
    "hIST",
    "tIME",
    "eXIf",
    "sPLT",
    "cICP",
    "zTXt",
    "iTXt",
]
BODIES = [b"", b"x" * 13, b"x" * 200, b"abc\0\0" + bytes(range(50))]


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("kind", OPTIONAL)
def test_a_png_with_nonsense_in_an_optional_chunk_is_a_picture_and_can_be_shared(kind, last):
    plain = oddities.write_png(Pillow.linear_gradient("L").convert("RGB"))
    for body in BODIES:
        at = len(plain) - oddities.PNG_END_BYTES if last else oddities.PNG_HEAD_BYTES
        content = plain[:at] + chunk(kind.encode(), body) + plain[at:]
        whole = validation.verify_image(io.BytesIO(content))
        assert (whole.format, whole.width, whole.transparent) == ("png", 256, False)
        assert opened(delivery.strip_original(content, "png")).tobytes() == opened(plain).tobytes()


# --- held -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        *((faults.OddPicture(kind), "not a JPEG, PNG or WebP") for kind in OTHER_FORMATS),
        (faults.WrongType(SVG, "image/png"), "An SVG drawing"),
        (faults.WrongType(HTML, "image/jpeg"), "A web page"),
        (faults.WrongType(b'{"status": "pending"}'), "A JSON text"),
        (faults.WrongType(b'{\n  "status": "pending"\n}'), "A JSON text"),
        (faults.WrongType(b"\0\0\0\x18ftypisom" + bytes(99)), "A video"),
        (faults.WrongType(b"anything at all"), "of an unknown kind"),
        (faults.PixelBomb(6000), "6000 x 6000 is more than any FLUX model makes"),
        (faults.GzipBomb(64), "could not be undone"),
        (faults.Packed("gzip", named=False), "A gzip archive"),
        (faults.Truncated(), "ends early"),
    ],
    ids=repr,
)
def test_anything_else_that_came_whole_is_held_with_its_file_and_its_reason_at_once(
    owner, worker, provider_server, world, fault, reason
):
    attempt = fetched(owner, worker, world, fault)
    assert (attempt.job.state, attempt.job.reason, attempt.fetch) == ("BLOCKED", "blocked", "blocked")
    assert (attempt.fetch_tries, attempt.url, attempt.money) == (0, "", "charged")
    assert reason in attempt.fetch_error
    if isinstance(fault, faults.WrongType):
        assert bytes_of(attempt.held_name) == fault.content
    assert not Image.objects.exists()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_picture_that_comes_compressed_is_stored_as_it_was_before(owner, worker, provider_server, world, encoding):
    fetched(owner, worker, world, faults.Packed(encoding))
    assert bytes_of(Image.objects.get().file) == world.picture(world.till[0].result_url)


@pytest.mark.parametrize("fault", [faults.Redirect("http://127.0.0.1:9/"), faults.Endless()], ids=repr)
def test_what_is_not_fetched_is_held_without_a_file_and_says_so(owner, worker, provider_server, world, fault):
    attempt = fetched(owner, worker, world, fault)
    assert (attempt.job.reason, attempt.held_name) == ("blocked_without_file", "")


def test_what_may_have_been_cut_is_fetched_again_and_kept_when_the_address_dies(
    owner, worker, provider_server, world, monkeypatch
):
    """Without a length nobody knows whether half a picture is all there is."""
    make_run(owner, seed="7", size="160x96")
    attempt = worker.call()
    real = provider.download_result

    def unframed(*args, **kwargs):
        return dataclasses.replace(real(*args, **kwargs), complete=False)

    monkeypatch.setattr(provider, "download_result", unframed)
    world.script_download(faults.Truncated(), faults.Truncated())
    assert worker.fetch(attempt) == 1
    Attempt.objects.update(url_dies_at="2026-01-01T00:00Z")
    assert worker.fetch(attempt) is None
    assert Attempt.objects.get().held_name


# --- released ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", OTHER_FORMATS)
def test_a_released_file_of_another_format_is_a_picture_drawn_from_it_and_stays_as_it_came(
    owner, admin, worker, provider_server, world, kind
):
    attempt = fetched(owner, worker, world, faults.OddPicture(kind))
    came = bytes_of(attempt.held_name)
    image = resolution.release_held(attempt, by=admin)
    attempt.refresh_from_db()
    attempt.job.refresh_from_db()
    assert (attempt.job.state, attempt.fetch, image.format) == ("DONE", "done", "png")
    assert opened(bytes_of(image.file)).size == (image.width, image.height) == (160, 96)
    assert bytes_of(attempt.held_name) == came
    downloads.sweep_held()
    assert bytes_of(attempt.held_name) == came


def test_a_released_jpeg_that_ends_early_is_shown_as_far_as_it_came(owner, admin, worker, provider_server, world):
    attempt = fetched(owner, worker, world, faults.Truncated())
    image = resolution.release_held(attempt, by=admin)
    assert opened(bytes_of(image.file)).size == (160, 96)


@pytest.mark.parametrize("content", [SVG, HTML, b"anything"])
def test_a_released_file_without_pixels_counts_as_delivered(owner, admin, worker, provider_server, world, content):
    attempt = fetched(owner, worker, world, faults.WrongType(content))
    assert resolution.release_held(attempt, by=admin) is None
    attempt = Attempt.objects.select_related("job").get()
    assert (attempt.job.state, attempt.job.reason, attempt.fetch) == ("BLOCKED", "filed", "filed")
    assert (attempt.money, attempt.settled_by, attempt.decode_attempts) == ("charged", "ada", 0)
    assert bytes_of(attempt.held_name) == content
    with pytest.raises(resolution.NotHeld):
        resolution.release_held(attempt, by=admin)


def test_a_file_in_whose_decoding_workers_died_is_released_without_decoding_it(
    owner, admin, worker, provider_server, world, monkeypatch
):
    make_run(owner, seed="7")
    attempt = worker.call()
    Attempt.objects.update(decode_attempts=2)
    worker.fetch(attempt)
    held = Attempt.objects.select_related("job__run").get()
    monkeypatch.setattr(validation, "open_image", None)
    assert resolution.release_held(held, by=admin) is None
    assert Attempt.objects.get().fetch == "filed"


# --- within the answer ------------------------------------------------------------------------------------------------

INLINE_ANSWERS = [
    faults.Shaped(),
    faults.Shaped({"created": 1, "data": [{"url": None, "b64_json": "{b64_urlsafe}"}]}),
    faults.Shaped({"created": 1, "data": [{"url": "", "b64_json": "{b64_bare}"}]}),
    faults.Shaped({"created": 1, "data": [{"b64_json": "{data_url}"}]}),
    faults.Shaped({"data": [{"b64_json": "{b64_lines}"}]}),
    faults.Shaped({"data": [{"url": "{data_url}"}]}),
    faults.Shaped({"data": {"b64_json": "{b64}"}}, encoding="gzip"),
    faults.Shaped({"images": ["{data_url}"]}, encoding="deflate"),
    faults.Shaped({"created": 1, "data": [{"url": "{url}", "b64_json": "{b64}"}]}),
    faults.PictureAsAnswer(),
]


@pytest.mark.parametrize("answer", INLINE_ANSWERS, ids=repr)
def test_a_picture_within_the_answer_is_stored(owner, worker, provider_server, world, settings, answer, caplog):
    run = make_run(owner, seed="7", size="160x96")
    world.script(answer)
    attempt = worker.call()
    attempt.refresh_from_db()
    assert (attempt.url, attempt.fetch, attempt.money, attempt.host) == (INLINE, "wanted", "charged", "")
    assert spool.list_contents() == [attempt.key]
    worker.fetch(attempt)
    assert states(run) == ["DONE"]
    assert bytes_of(Image.objects.get().file) == world.picture(world.till[0].result_url)
    assert list(settings.SPOOL.iterdir()) == []
    assert base64.b64encode(jpeg_of(world))[:40].decode() not in caplog.text
    assert len(world.till) == 1


WRAPPED = [" {url}\r\n", "<{url}>", '"{url}"', "\t{url}\0", "![image]({url})", "\ufeff{url}"]


@pytest.mark.parametrize("text", WRAPPED)
@pytest.mark.parametrize("shape", ['{"data": [{"url": "?"}]}', '{"data": {"url": "?"}}', '{"images": [{"url": "?"}]}'])
def test_an_address_is_read_from_what_stands_around_it(owner, worker, provider_server, world, shape, text):
    run = make_run(owner, seed="7", size="160x96")
    world.script(faults.Shaped(json.loads(shape.replace('"?"', json.dumps(text)))))
    worker.fetch(worker.call())
    assert states(run) == ["DONE"]


def test_other_bytes_within_an_answer_are_held_with_their_file(owner, worker, provider_server, world):
    make_run(owner, seed="7")
    world.script(faults.OddSuccess({"data": [{"b64_json": base64.b64encode(SVG).decode()}]}))
    worker.fetch(worker.call())
    attempt = Attempt.objects.get()
    assert (attempt.fetch, bytes_of(attempt.held_name)) == ("blocked", SVG)
    assert spool.list_contents() == []


def spooled(attempt, content):
    """Leave the spool as a worker does that dies before its answer, with the picture in it, is on the books."""
    outcome = outcomes.outcome_of_answer(provider_answer(content))
    spool.save_content(attempt.key, outcome.as_json(), outcome.content)


@pytest.mark.parametrize("state", ["SENDING", "UNKNOWN"])
def test_a_picture_whose_answer_nobody_recorded_is_taken_in(owner, worker, provider_server, world, state):
    run = make_run(owner, seed="7", size="160x96")
    worker.work()
    content = world.picture(world.till[0].result_url)
    run = make_run(owner, seed="8", size="160x96")
    attempt = worker.claim()
    run.jobs.update(state=state)
    Attempt.objects.filter(pk=attempt.pk).update(money="uncertain", sent_at=attempt.reserved_at)
    spooled(attempt, content)
    recording.replay_contents()
    attempt.refresh_from_db()
    assert (states(run), attempt.money, attempt.url) == (["HAVE_URL"], "charged", INLINE)
    assert attempt.request_id == "r"
    worker.fetch(attempt)
    recording.replay_contents()
    assert states(run) == ["DONE"]
    assert spool.list_contents() == []


def test_bytes_in_the_spool_go_when_the_picture_is_stored_and_not_before(owner, worker, provider_server, world):
    make_run(owner, seed="7", size="160x96")
    world.script(faults.Shaped())
    attempt = worker.call()
    recording.replay_contents()
    assert spool.list_contents() == [attempt.key]
    content = world.picture(world.till[0].result_url)
    worker.fetch(attempt)
    spooled(attempt, content)  # as a kill right after the commit leaves it
    recording.replay_contents()
    assert spool.list_contents() == []


def test_a_picture_in_another_machines_spool_is_waited_for(owner, worker, provider_server, world):
    run = make_run(owner, seed="7", size="160x96")
    world.script(faults.Shaped())
    attempt = worker.call()
    with spool.open_content(attempt.key) as file:
        content = file.read()
    spool.remove_content(attempt.key)
    assert worker.fetch(attempt) == 1
    assert states(run) == ["HAVE_URL"]
    spooled(attempt, content)
    worker.fetch(attempt)
    assert states(run) == ["DONE"]


def test_an_answer_with_a_picture_that_cannot_be_read_is_put_aside(owner, worker, provider_server, settings):
    make_run(owner, seed="7")
    attempt = worker.claim()
    spool.save_content(attempt.key, {"not": "an outcome"}, b"bytes")
    spool.save_content("aaa", {}, b"of another database")
    recording.replay_contents()
    assert {path.name for path in settings.SPOOL.iterdir()} == {f"{attempt.key}.bad", "aaa.content"}


def test_neither_the_books_nor_the_spools_facts_hold_the_picture():
    outcome = outcomes.outcome_of_answer(provider_answer(b"x" * 1000))
    assert "x" * 10 not in json.dumps(outcome.as_json())
    assert "x" * 10 not in repr(outcome)
    assert outcomes.Outcome(**outcome.as_json()).url == INLINE


def provider_answer(content):
    return Answer(url="", request_id="r", created=None, content=content)


def test_the_spool_of_pictures_is_readable_by_us_only():
    spool.save_content("abc", {}, b"bytes")
    [path] = Path(project.SPOOL).iterdir()
    assert path.stat().st_mode & 0o077 == 0
