"""One picture: its page, its bytes, and who may have them."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from gallery.models import Image
from gallery.services.runs import repeats
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def image(owner, worker, provider_server):
    make_run(owner, models=["flux-2-flex"], seed="7", size="64x128", steps="20", project="Docks")
    worker.work()
    return Image.objects.get()


@pytest.fixture
def sent(image, world):
    """The bytes as the provider sent them."""
    return world.picture(world.till[0].result_url)


def bytes_of(response):
    content = response.getvalue()
    response.close()
    return content


def test_the_page_tells_the_recipe_and_the_money(owner_client, image, world):
    page = Page(owner_client.get(reverse("image", args=[image.key])))
    facts = dict(zip((each.text for each in page.all("dt")), (each.text for each in page.all("dd")), strict=True))
    assert page.one("h1").text == facts["Prompt"] == "a lighthouse in fog"
    assert (facts["Model"], facts["Seed"], facts["Size"]) == ("flux-2-flex", "7", "64 × 128")
    assert (facts["Steps"], facts["Guidance"], facts["Project"]) == ("20", "4.5", "Docks")
    assert facts["Prompt upsampling"] == "off"
    money = page.one("ol", class_="money").text
    assert "charged" in money
    assert world.till[0].request_id in money
    assert f"${world.till[0].billed_micros / 1e6:.2f}" in money


def test_use_these_settings_makes_the_same_call_again(owner_client, image):
    page = Page(owner_client.get("/", {"image": image.key}))
    names = ("prompt", "model", "seed", "width", "height", "size", "steps", "guidance", "project")
    again = {name: page.value(name) for name in names}
    assert again == {
        "prompt": "a lighthouse in fog", "model": ["flux-2-flex"], "seed": "7", "width": "64", "height": "128",
        "size": "", "steps": "20", "guidance": "4.5", "project": "Docks",
    }  # fmt: skip
    response = owner_client.post("/", again | {"output_format": "jpeg", "safety_tolerance": "2", "nonce": "x"})
    body = image.job.body()
    assert response.status_code == 302
    assert [job.body() for job in image.owner.jobs.all()] == [body, body]


def test_the_neighbours_are_mine(owner, colleague, owner_client, worker, provider_server):
    for person in (owner, colleague, owner, owner):
        make_run(person, seed="7", size="64x64")
    worker.work()
    first, middle, last = Image.objects.filter(owner=owner).order_by("id")
    page = Page(owner_client.get(reverse("image", args=[middle.key])))
    assert page.one("a", rel="next")["href"] == reverse("image", args=[first.key])
    assert page.one("a", rel="prev")["href"] == reverse("image", args=[last.key])
    assert not Page(owner_client.get(reverse("image", args=[last.key]))).all("a", rel="prev")


def test_the_original_is_byte_for_byte_what_the_provider_sent(owner_client, image, sent):
    response = owner_client.get(reverse("image-original", args=[image.key]))
    with default_storage.open(image.file) as stored:
        assert bytes_of(response) == sent == stored.read()
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Length"] == str(len(sent))
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["Content-Disposition"].startswith("inline")


def test_a_download_comes_with_a_speaking_name(owner_client, image, sent):
    response = owner_client.get(reverse("image-original", args=[image.key]), {"download": "1"})
    assert bytes_of(response) == sent
    assert response["Content-Disposition"] == f'attachment; filename="flux-2-flex-7-{image.key}.jpg"'


def test_a_browser_that_has_it_gets_nothing_again(owner_client, image):
    address = reverse("image-original", args=[image.key])
    tag = owner_client.get(address)
    tag.close()
    again = owner_client.get(address, headers={"If-None-Match": tag["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag["ETag"])
    assert "private" in again["Cache-Control"]
    other = owner_client.get(address, headers={"If-None-Match": '"another"'})
    other.close()
    assert other.status_code == 200


def test_head_tells_the_size_without_the_bytes(owner_client, image, sent):
    response = owner_client.head(reverse("image-original", args=[image.key]))
    assert (response.status_code, response["Content-Length"]) == (200, str(len(sent)))
    assert bytes_of(response) == b""


def test_the_thumbnail_is_webp_and_smaller_than_512(owner_client, image):
    response = owner_client.get(reverse("image-thumbnail", args=[image.key]))
    assert response["Content-Type"] == "image/webp"
    assert bytes_of(response)[8:12] == b"WEBP"


def test_without_a_thumbnail_the_original_stands_in(owner_client, image, sent):
    Image.objects.update(thumbnail="")
    response = owner_client.get(reverse("image-thumbnail", args=[image.key]))
    assert bytes_of(response) == sent
    assert response.headers["Cache-Control"] == "private, no-cache"


def test_a_file_that_is_gone_is_not_found(owner_client, image):
    default_storage.delete(image.file)
    assert owner_client.get(reverse("image-original", args=[image.key])).status_code == 404


def repeat_form(page):
    """Read what the button that makes it again would send."""
    [form] = [each.node for each in page.all("form") if each.attrs.get("action", "").endswith("/repeat/")]
    return {name: form.find("input", attrs={"name": name})["value"] for name in ("nonce", "quoted_micros")}


def test_made_again_for_the_price_on_the_button_once_per_press(owner_client, image, world, worker):
    address = reverse("image", args=[image.key])
    page = Page(owner_client.get(address))
    assert "Make this again · $0.06" in [each.text for each in page.all("button", type="submit")]
    sent = repeat_form(page)
    runs = {owner_client.post(f"{address}repeat/", sent)["Location"] for _ in range(2)}
    assert len(runs) == 1
    assert worker.work() == 1
    bodies = [post.body for post in world.till]
    assert bodies[0] == bodies[1]
    repeats.measure_next_repeat()
    page = Page(owner_client.get(address))
    assert "Identical bytes." in page.text
    compared = Page(owner_client.get(page.one("a", href=_compare_of(image))["href"]))
    assert "These two were made by the same request. Identical bytes." in compared.text


def _compare_of(image):
    twin = Image.objects.exclude(pk=image.pk).get()
    return f"/compare/?image={image.key}&image={twin.key}#view=difference"


@pytest.mark.parametrize("wrong", [{"quoted_micros": "1"}, {"quoted_micros": ""}, {"nonce": ""}])
def test_another_price_than_the_one_on_the_button_buys_nothing(owner_client, image, wrong):
    address = reverse("image", args=[image.key])
    sent = repeat_form(Page(owner_client.get(address))) | wrong
    assert owner_client.post(f"{address}repeat/", sent)["Location"] == address
    assert image.owner.runs.count() == 1
