"""Downloads at an exact size, with real keys and a real mouse: what the frame shows is what the file has."""

import zipfile

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from gallery.models import Image
from gallery.services.operations import stream_slots
from tests.browser.test_every_page import findings
from tests.conftest import signed_in
from tests.factories import make_run
from tests.images.test_decoding import opened

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_focus_moves_by_keys_and_by_dragging_and_the_download_obeys_it(
    page, live_server, owner, owner_client, worker, provider_server, cookie, complaints
):  # fmt: skip
    make_run(owner, seed="7, 8, 9", size="128x64")
    worker.work()
    image = Image.objects.get(seed=8)
    address = reverse("image", args=[image.key])
    page.context.add_cookies([cookie(signed_in(owner))])
    page.goto(live_server.url + address)
    page.get_by_text("Download as").click()
    page.get_by_label("Or any other, in pixels").fill("320x320")
    expect(page.locator("[data-note]")).to_have_text("Enlarged 5.0 times.")
    frame = page.get_by_role("button", name="What the crop keeps: 50 % from the left, 50 % from the top")
    frame.focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    assert page.url.endswith(address)  # no arrow led to a neighbour
    left, top = page.get_by_label("Percent from the left"), page.get_by_label("Percent from the top")
    assert (left.input_value(), top.input_value()) == ("58", "50")  # nothing is cut off at the top
    box = page.locator(".stage[data-stage]").bounding_box()
    kept = page.locator("[data-frame]").bounding_box()
    assert kept["width"] == pytest.approx(box["width"] / 2, abs=1)
    assert kept["x"] - box["x"] == pytest.approx(0.58 * box["width"] / 2, abs=1)
    page.mouse.move(kept["x"] + 20, kept["y"] + 20)
    page.mouse.down()
    page.mouse.move(kept["x"] - 900, kept["y"] + 20, steps=4)
    page.mouse.up()
    assert left.input_value() == "0"
    with page.expect_download() as download:
        page.locator("form.deliver").get_by_role("button", name="Download").click()
    content = download.value.path().read_bytes()
    assert download.value.suggested_filename.endswith(f"{image.key}-320x320.jpg")
    assert opened(content).size == (320, 320)
    plain = {"size": "320x320", "focus": "0,50"}
    assert content == owner_client.get(reverse("image-as", args=[image.key]), plain).content
    assert complaints == []
    assert findings(page) == []


@pytest.fixture
def before(owner):
    """The downloads of this owner that go on already, as many as there may be; they end with the test at the latest."""
    slots = [stream_slots.take_slot(f"member {owner.pk}", f"192.0.2.{n}") for n in range(stream_slots.OF_LINK)]
    yield slots
    stream_slots.taken_slots.clear()
    stream_slots.waiting.clear()


def test_a_download_in_line_starts_by_itself(
    page, live_server, owner, owner_client, worker, provider_server, cookie, monkeypatch, before
):  # fmt: skip
    monkeypatch.setattr(stream_slots, "WAIT_SECONDS", 3600)  # while it is looked at, it does not ask again
    run = make_run(owner, seed="7", size="64x64")
    worker.work()
    page.context.add_cookies([cookie(owner_client)])
    page.goto(f"{live_server.url}/download/pictures.zip?run={run.key}")
    expect(page.get_by_role("heading", level=1)).to_have_text("In line")
    assert findings(page) == []
    monkeypatch.setattr(stream_slots, "WAIT_SECONDS", 1)
    with page.expect_download() as download:
        page.reload(wait_until="commit")
        for slot in before:
            stream_slots.release_slot(slot)
    assert zipfile.is_zipfile(download.value.path())
