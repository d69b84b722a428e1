"""The same request once more: bought once per press, byte for byte the same request, and measured."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image as Pillow

from gallery.models import Image, Repeat, Run
from gallery.services.runs import repeats
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def image(owner, worker, provider_server):
    make_run(owner, models=["flux-2-flex"], seed="7", size="64x64", steps="20", project="Docks")
    worker.work()
    return Image.objects.get()


def ask(image, nonce="a press"):
    return repeats.submit_repeat(image, owner=image.owner, nonce=nonce, form={"prompt": image.job.prompt})


def test_the_very_same_request_is_bought_although_the_picture_is_owned(image, worker, world):
    run = ask(image)
    assert run.jobs.get().body() == image.job.body()
    assert (run.jobs.get().reused, run.project) == (None, image.job.run.project)
    assert worker.work() == 1
    assert len(world.till) == 2
    assert run.quoted_micros == repeats.quote_repeat(image) == image.job.quoted_micros


def test_one_press_buys_once(image):
    assert ask(image) == ask(image)
    assert Repeat.objects.count() == 1
    assert Run.objects.count() == 2


def test_a_provider_that_keeps_to_its_seed_gives_identical_bytes(image, worker):
    ask(image)
    assert not repeats.measure_next_repeat()
    worker.work()
    assert repeats.measure_next_repeat()
    repeat = Repeat.objects.get()
    assert (repeat.similarity, repeat.mean_difference, repeat.differing_share) == ("identical", 0, 0)
    assert not repeats.measure_next_repeat()
    twin = Image.objects.exclude(pk=image.pk).get()
    assert repeats.repeat_between(image, twin) == repeats.repeat_between(twin, image) == repeat
    assert list(repeats.repeats_of_image(image)) == list(repeats.repeats_of_image(twin)) == [repeat]
    assert repeats.repeats_of_image(image)[0].twin == twin


@pytest.mark.parametrize(("levels", "said"), [(2, "same"), (90, "different")])
def test_a_file_that_is_not_the_same_is_measured_by_its_pixels(image, worker, owner_client, levels, said):
    ask(image)
    worker.work()
    twin = Image.objects.exclude(pk=image.pk).get()
    repaint(twin, levels)
    repeats.measure_next_repeat()
    repeat = Repeat.objects.get()
    assert repeat.similarity == said
    assert repeat.mean_difference > 0
    shown = Page(owner_client.get(reverse("compare"), {"image": [image.key, twin.key]}))
    assert f"{repeat.mean_difference:.1f} of 255 apart; {100 * repeat.differing_share:.1f}" in shown.text


def repaint(image, levels):
    """Make every pixel of a stored picture so much brighter (or darker), without loss."""
    with default_storage.open(image.file) as file, Pillow.open(file) as picture:
        other = picture.convert("RGB").point(lambda value: value + levels if value < 128 else value - levels)
    with default_storage.open(image.file, "wb") as file:
        other.save(file, "PNG")
    Image.objects.filter(pk=image.pk).update(sha256="f" * 64)


def test_a_picture_that_cannot_be_read_is_given_up_after_three_tries(image, worker):
    ask(image)
    worker.work()
    Image.objects.exclude(pk=image.pk).update(sha256="f" * 64)
    default_storage.delete(image.file)
    assert [repeats.measure_next_repeat() for _ in range(4)] == [True, True, True, False]
    assert Repeat.objects.get().similarity == ""


def test_a_drawing_of_the_demo_is_not_bought(image, settings):
    settings.DEMO = True
    assert repeats.quote_repeat(image) is None
