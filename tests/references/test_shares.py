"""A link and what went in: nothing of it by any address while the switch is off, small pictures where it is on."""

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Image, Share
from gallery.models.images import Origin
from gallery.models.shares import Download, Kind
from gallery.services.references.keeping import keep_upload
from gallery.services.shares import shares
from gallery.services.shares.image_keys import key_in
from tests.factories import make_run, make_share
from tests.pages import Page
from tests.references.pictures import BLUE, RED, picture_file

SECRET = "nda-prototype"
FAMILY = ("reference", "went in", "/inputs/", SECRET, "joined", "made from", "image 1")


@pytest.fixture
def run(owner, worker, provider_server):
    """A run in which each of two pictures is edited alone, seen as a matrix."""
    keys = [
        keep_upload(picture_file("PNG", colour, size=(640, 320)), name=f"{SECRET}-{n}.png", owner=owner).key
        for n, colour in enumerate((RED, BLUE))
    ]
    models = ("flux-2-pro", "flux-kontext-pro")
    run = make_run(owner, models=models, seed="1", reference_key=keys, references_as="alone")
    worker.work()
    return run


def opened(share, name="shared", *args):
    return Client().get(reverse(name, args=[shares.token_of(share), *args]))


@pytest.mark.parametrize("kind", [Kind.RUN, Kind.GALLERY])
def test_off_nothing_of_what_went_in_can_be_had(owner, run, kind):
    rules = {"run": run} if kind == Kind.RUN else {}
    share = make_share(owner, kind=kind, live=True, download=Download.RECIPE, show_prompt=False, **rules)
    made = Image.objects.filter(origin=Origin.MADE).order_by("id")
    pages = [opened(share), *(opened(share, "shared-picture", key_in(share, image)) for image in made)]
    for page in pages:
        assert page.status_code == 200
        shown = page.content.decode().lower()
        assert not [word for word in FAMILY if word in shown]
    for image in made:
        assert opened(share, "shared-input", key_in(share, image), 1).status_code == 404
        assert SECRET.encode() not in opened(share, "shared-file", key_in(share, image)).content
    for upload in Image.objects.filter(origin=Origin.UPLOAD):
        for name in ("shared-picture", "shared-thumbnail", "shared-view", "shared-file"):
            assert opened(share, name, key_in(share, upload)).status_code == 404


def test_on_a_guest_sees_them_small(owner, run):
    share = make_share(owner, kind=Kind.RUN, run=run, live=True, show_inputs=True)
    image = Image.objects.filter(origin=Origin.MADE).order_by("id").first()
    page = Page(opened(share, "shared-picture", key_in(share, image)))
    (small,) = [each for each in page.all("img") if each["src"].endswith("/inputs/1")]
    assert small["alt"] == f"{SECRET}-0.png"
    response = opened(share, "shared-input", key_in(share, image), 1)
    assert response.getvalue()[8:12] == b"WEBP"
    assert opened(share, "shared-input", key_in(share, image), 2).status_code == 404
    assert f"1 · {SECRET}-0.png" in opened(share).content.decode()
    assert not Share.objects.get(pk=make_share(owner, kind=Kind.RUN, run=run, live=True).pk).show_inputs
