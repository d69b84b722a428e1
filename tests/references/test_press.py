"""A press with pictures: from the files of the form to the body on the wire, the row, the picture and its lineage."""

import base64
import io

import pytest
from PIL import Image as Pillow

from gallery.models import Image, Reference, Run
from gallery.models.images import Origin
from tests.api.loopback import Loopback, answer
from tests.pages import Page
from tests.references.pictures import BLUE, GREEN, RED, picture_bytes, upload

FORM = {"prompt": "image 1 beside image 2", "model": "flux-2-pro", "seed": "7", "aspect_ratio": "16:9", "nonce": "n"}


def sent_pictures(body):
    """Return the colour of each picture of a body, by its field."""
    found = {}
    for name, value in body.items():
        if name.startswith("input_image"):
            head, _, content = value.partition(",")
            assert head in ("data:image/png;base64", "data:image/jpeg;base64")
            with Pillow.open(io.BytesIO(base64.b64decode(content))) as picture:
                found[name] = picture.convert("RGB").getpixel((5, 5))
    return found


@pytest.mark.usefixtures("provider_server")
def test_files_of_a_form_go_onto_the_wire_in_their_order(owner_client, worker, world):
    response = owner_client.post("/", {**FORM, "reference": [upload(), upload("vase.png", BLUE)]})
    run = Run.objects.get()
    assert response.url == f"/runs/{run.key}/"
    job = run.jobs.get()
    red, blue = Reference.objects.order_by("id")
    assert job.parameters["input_image"] == f"sha256:{red.digest}"
    assert "base64" not in str(job.parameters)
    worker.work()
    (post,) = world.till
    body = post.body
    assert sent_pictures(body) == {"input_image": RED, "input_image_2": BLUE}
    assert body["aspect_ratio"] == "16:9"
    assert not {"size", "width", "height"} & body.keys()
    made = job.images.get()
    assert [row.reference for row in job.inputs.order_by("position")] == [red, blue]
    page = owner_client.get(f"/images/{made.key}/").content.decode()
    assert "Made from" in page
    assert "cup.png" in page
    upload_row = Image.objects.filter(origin=Origin.UPLOAD).order_by("id").first()
    assert "Used in" in owner_client.get(f"/images/{upload_row.key}/").content.decode()
    family = owner_client.get(f"/images/{made.key}/family/").content.decode()
    assert family.count("see above") == 1  # under the vase, where it stands for the second time
    compared = owner_client.get(f"/compare/?image={upload_row.key}&image={made.key}")
    assert compared.status_code == 200
    for page in (
        f"/compare/?image={upload_row.key}",
        "/gallery/",
        f"/images/{upload_row.key}/",
        f"/?image={made.key}&use=reference",
    ):
        assert owner_client.get(page).status_code == 200
    studio = Page(owner_client.get(f"/?image={made.key}")).soup
    assert len(studio.select("#compose [name=reference_key]")) == 2  # beside them the toast, with what stood there


def test_an_address_is_fetched_and_one_of_our_own_network_is_not(owner_client, settings):
    with Loopback(answer("200 OK", picture_bytes(GREEN))) as server:
        settings.REFERENCE_ORIGINS = [server.origin]
        page = owner_client.post("/references/", {"reference_address": f"{server.origin}/hat.png"})
    assert [each.name for each in page.context["references"]] == ["hat.png"]
    page = owner_client.post("/references/", {"reference_address": "http://127.0.0.1:1/x.png"})
    assert "x.png: It was not fetched" in page.content.decode()
    assert not page.context["references"]
