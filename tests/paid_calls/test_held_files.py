"""What came and is not shown: its owner looks at it and downloads it, and no browser ever gets its bytes to run."""

import io

import pytest
from django.urls import reverse
from PIL import Image as Pillow

from gallery.models import Attempt
from gallery.services.paid_calls import resolution
from gallery.services.storage import files
from gallery.simulator import faults
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db(transaction=True)

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def hold(owner, worker, world, fault):
    make_run(owner, seed="7", size="64x64")
    world.script_download(fault)
    worker.fetch(worker.call())
    return Attempt.objects.select_related("job__run").get()


@pytest.fixture
def drawing(owner, worker, provider_server, world):
    return hold(owner, worker, world, faults.WrongType(SVG, "image/svg+xml"))


@pytest.fixture
def gif(owner, worker, provider_server, world):
    return hold(owner, worker, world, faults.OddPicture("gif"))


def ask(client, door, held, **query):
    return client.get(reverse(f"job-{door}", args=[held.job.key]), query)


def content_of(response):
    content = response.getvalue()
    response.close()
    return content


def test_the_file_comes_as_it_came_and_no_browser_shows_it(drawing, owner_client):
    response = ask(owner_client, "file", drawing, attempt=drawing.key)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Disposition"] == f'attachment; filename="flux-2-klein-4b-7-{drawing.key}.svg"'
    assert content_of(response) == SVG


def test_the_look_is_drawn_anew(gif, owner_client):
    for _ in range(2):  # the second time it is there already
        response = ask(owner_client, "look", gif)
        assert response["Content-Type"] == "image/webp"
        with Pillow.open(io.BytesIO(content_of(response))) as look:
            assert (look.format, look.size) == ("WEBP", (64, 64))
    assert Attempt.objects.get().decode_attempts == 0


def test_of_a_file_without_pixels_the_look_is_a_tile(drawing, owner_client):
    content = content_of(ask(owner_client, "look", drawing))
    assert content[8:12] == b"WEBP"
    assert b"svg" not in content


def test_a_file_in_whose_decoding_workers_died_is_not_decoded_for_a_look(gif, owner_client):
    Attempt.objects.update(decode_attempts=2)
    with Pillow.open(io.BytesIO(content_of(ask(owner_client, "look", gif)))) as look:
        assert look.size == (192, 192)
    assert Attempt.objects.get().decode_attempts == 2


@pytest.mark.parametrize("door", ["file", "look"])
def test_others_learn_nothing_of_it(drawing, colleague_client, admin_client, owner_client, door):
    assert ask(colleague_client, door, drawing).status_code == 404
    assert ask(admin_client, door, drawing).status_code == 404
    assert ask(owner_client, door, drawing, attempt="nothing").status_code == 404
    assert ask(owner_client, door, drawing, attempt="\x00").status_code == 404


@pytest.mark.parametrize("door", ["file", "look"])
def test_a_job_without_a_kept_file_has_none(owner, owner_client, worker, provider_server, world, door):
    make_run(owner, seed="7", size="64x64")
    worker.work()
    assert ask(owner_client, door, Attempt.objects.select_related("job").get()).status_code == 404


@pytest.mark.parametrize("door", ["file", "look"])
def test_a_file_that_is_gone_is_not_there(gif, owner_client, door):
    files.remove_file(gif.held_name)
    assert ask(owner_client, door, gif).status_code == 404


def test_a_file_that_was_held_before_there_were_looks_has_one(gif, owner_client):
    Attempt.objects.update(fetch_error="Neither JPEG nor PNG nor WebP.")
    assert ask(owner_client, "look", gif).status_code == 200


def test_what_was_held_before_files_were_kept_promises_none(gif, owner_client):
    files.remove_file(gif.held_name)
    Attempt.objects.update(held_name="")
    for address in (reverse("queue"), reverse("losses") + "?kind=held", reverse("run", args=[gif.job.run.key])):
        page = Page(owner_client.get(address))
        assert "there is no file" in page.text
        assert "Download the file" not in page.text


def test_its_owner_finds_it_in_the_queue_among_the_losses_and_in_its_run(gif, owner_client, admin_client):
    for address in (reverse("queue"), reverse("losses") + "?kind=held", reverse("run", args=[gif.job.run.key])):
        page = Page(owner_client.get(address))
        assert "Download the file" in page.text
        assert page.one("img", class_="look")["src"].startswith(reverse("job-look", args=[gif.job.key]))
        assert "A GIF, not a JPEG, PNG or WebP." in page.text or address == reverse("run", args=[gif.job.run.key])
    page = Page(admin_client.get(reverse("queue")))
    assert "Download the file" not in page.text
    assert "Release it" in page.text


def test_a_picture_that_was_drawn_from_a_file_leads_to_the_file(gif, admin, owner_client):
    came = content_of(ask(owner_client, "file", gif))
    image = resolution.release_held(gif, by=admin)
    page = Page(owner_client.get(reverse("image", args=[image.key])))
    [link] = [each for each in page.all("a") if each.text == "the file as it came"]
    assert content_of(owner_client.get(link["href"])) == came


def test_dropping_it_removes_the_file_and_its_look(gif, admin, owner_client):
    content_of(ask(owner_client, "look", gif))
    resolution.drop_held(gif, by=admin)
    assert list(files.list_files("held")) == list(files.list_files("looks")) == []
    assert ask(owner_client, "file", gif).status_code == 404
