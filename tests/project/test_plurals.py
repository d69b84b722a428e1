"""One image is no “1 images”, wherever it is said."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.catalogue.problems import InvalidMatrix
from gallery.catalogue.text.value_lists import counted
from gallery.services.compare import comparisons
from gallery.services.jobs import queue
from gallery.services.ledger import periods, report_mail
from gallery.services.runs import expansion
from tests.factories import make_run, make_share
from tests.pages import Page
from tests.rows import make_images
from tests.sending import sound

pytestmark = pytest.mark.django_db

WORDS = (
    "answers|budgets|calls|characters|charges|columns|comparisons|days|downloads|files|guests|hours|images|jobs|lines|"
    "links|members|minutes|models|others|pairs|parts|pictures|places|presets|prompts|rows|runs|seconds|seeds|shapes|"
    "sheets|steps|templates|times|values|variants|views|votes|words"
)
MISCOUNTED = re.compile(
    rf"(?<![\w,.:/×–-])1 (?:(?:new|more|older|newest|own) )?(?:{WORDS})\b|\b1 (?:are|were|wait|go)\b"
)


def miscounted(response):
    """Return what is said of one as if it were several, in words and in names that are read aloud."""
    return miscounted_on(Page(response))


def miscounted_on(page):
    named = [each.attrs[name] for each in page.all() for name in ("aria-label", "title", "alt") if each.attrs.get(name)]
    return MISCOUNTED.findall(" | ".join([re.sub(r"<[^>]+>", " ", page.html), *named]))


def test_the_eye_of_this_test_is_sharp():
    assert MISCOUNTED.search("All 1 images")
    assert MISCOUNTED.search("and 1 more rows")
    assert not MISCOUNTED.search("1 image, 11 images, 2,001 images, 0.1 seconds, part 1 of 3 parts")


def test_no_page_of_anybody_says_one_images(pages):
    assert {title: found for title, page in pages.items() if (found := miscounted_on(page))} == {}


def test_where_there_is_one_of_everything_nothing_is_said_of_several(owner, owner_client, visitor):
    (image,) = make_images(owner, 1)
    comparisons.save_comparison([image], owner=owner, name="One")
    share = make_share(owner, [image])
    addresses = [
        "/", reverse("gallery"), reverse("runs"), reverse("run", args=[image.job.run.key]), reverse("compare"),
        reverse("image", args=[image.key]), reverse("shares"), reverse("share", args=[share.key]), reverse("costs"),
        reverse("queue"), f"{reverse('share-new')}?image={image.key}", f"{reverse('compare')}?image={image.key}",
        f"{reverse('compare-pairs')}?image={image.key}", reverse("compare-models"), reverse("prompts"),
    ]  # fmt: skip
    for address in addresses:
        assert miscounted(owner_client.get(address, follow=True)) == [], address


@pytest.mark.parametrize("prompt", ["a lighthouse", "a {red|blue} lighthouse"])
def test_a_review_of_one_image_is_of_one_image(owner_client, prompt):
    skip = {"skip": "prompt=blue"} if "|" in prompt else {}
    response = owner_client.post("/studio/review/", sound(prompt=prompt, seed="7", review="1", **skip))
    page = Page(response)
    assert page.one("h1").text == "Review 1 image"
    assert page.one("title").text.startswith("Review 1 image ")
    assert miscounted(response) == []


def test_refusals_count_right(owner, settings):
    settings.WAITING_MAX = 2
    make_run(owner, seed="1")
    with pytest.raises(InvalidMatrix, match="1 of your images waits, and at most 2 may: 1 more fits"):
        queue.require_queue_capacity(owner, 2)
    fifty = ", ".join(map(str, range(1, 51)))
    with pytest.raises(InvalidMatrix, match="1 seed × 1 model × 2,500 variants are more"):
        expansion.expand_matrix({"prompt": "a", "steps": fifty, "guidance": fifty}, models=["flux-2-flex"], seed="1")


def test_a_report_of_one_picture_is_of_one_picture(owner):
    make_images(owner, 1)
    _, text = report_mail.write_report(owner, periods.period_around("month", timezone.localdate()))
    assert "for 1 picture\n" in text
    assert not MISCOUNTED.search(text)


@pytest.mark.parametrize(("n", "words"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (1200, "1,200 images")])
def test_numbers_are_written_with_the_right_word(n, words):
    assert counted(n, "image") == words
    assert counted(n, "image waits", "images wait").endswith("waits" if n == 1 else "wait")
