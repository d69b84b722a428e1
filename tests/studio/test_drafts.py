"""What stands in the studio stays: over pages, tabs and presses, until it is emptied; and that can be undone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.models import StudioDraft
from gallery.services.library import drafts
from tests.pages import Page
from tests.rows import make_images

TYPED = {
    "prompt": "a {red|blue} door",
    "prompt_lines": "on",
    "model": ["flux-2-pro", "flux-2-max"],
    "seed": "7, 9",
    "size": "1536x1024",
    "variant_seeds": "own",
    "output_format": "png",
    "project": "Doors",
    "skip": ["seed:9"],
}

pytestmark = pytest.mark.django_db


def type_in(client, **changes):
    """Send what the studio sends while somebody types."""
    assert client.post(reverse("studio-check"), TYPED | changes).status_code == 200


def read_studio(client, query=""):
    return values_of(Page(client.get(reverse("studio") + query)))


def values_of(page):
    form = Page(str(page.soup.select_one("#compose")))
    names = ("prompt", "prompt_lines", "seed", "size", "aspect_ratio", "variant_seeds", "output_format", "project")
    return {name: form.value(name) for name in names} | {"model": sorted(form.value("model"))}


EMPTY = {
    "prompt": "",
    "prompt_lines": [],
    "seed": "4 random",
    "size": "",
    "aspect_ratio": "1:1",
    "variant_seeds": "same",
    "output_format": "jpeg",
    "project": "",
    "model": ["flux-2-klein-9b"],
}
STANDS = (
    EMPTY
    | {name: value for name, value in TYPED.items() if name in EMPTY}
    | {
        "prompt_lines": ["on"],
        "aspect_ratio": "",
        "model": ["flux-2-max", "flux-2-pro"],
    }
)


def undo(client, page):
    """Press Undo in the toast of a page."""
    form = page.soup.select_one("[data-toast] form")
    sent = {}
    for field in form.select("input"):
        sent.setdefault(field["name"], []).append(field["value"])
    assert client.post(form["action"], sent).status_code == 302


def test_what_was_typed_stands_on_every_visit(owner_client):
    type_in(owner_client)
    assert read_studio(owner_client) == STANDS
    type_in(owner_client, seed="")
    assert read_studio(owner_client)["seed"] == ""


def test_nobody_sees_what_stands_in_the_studio_of_another(owner_client, colleague_client):
    type_in(owner_client)
    assert read_studio(colleague_client) == EMPTY


def test_it_stands_after_the_press(owner_client):
    sent = {"prompt": "a door", "model": "flux-2-klein-4b", "seed": "5", "aspect_ratio": "1:1", "nonce": "once"}
    assert owner_client.post(reverse("studio"), sent).status_code == 302
    found = read_studio(owner_client)
    assert (found["prompt"], found["seed"], found["model"]) == ("a door", "5", ["flux-2-klein-4b"])


def test_it_is_emptied_and_comes_back_whole(owner_client):
    type_in(owner_client)
    assert owner_client.post(reverse("studio-new")).status_code == 302
    undo(owner_client, Page(owner_client.get(reverse("studio"))))
    assert read_studio(owner_client) == STANDS
    owner_client.post(reverse("studio-new"), TYPED)
    owner_client.get(reverse("studio"))  # says it, once
    assert read_studio(owner_client) == EMPTY


def test_the_seed_of_a_picture_joins_what_stands(owner_client, owner):
    [image] = make_images(owner, 1)
    type_in(owner_client)
    assert read_studio(owner_client, f"?image={image.key}&use=seed") == STANDS | {"seed": str(image.job.seed)}


def test_what_a_picture_replaces_can_be_brought_back(owner_client, owner):
    [image] = make_images(owner, 1)
    type_in(owner_client)
    page = Page(owner_client.get(f"{reverse('studio')}?image={image.key}"))
    assert values_of(page)["prompt"] == image.prompt
    undo(owner_client, page)
    assert read_studio(owner_client) == STANDS


def test_an_address_with_values_means_the_same_for_everybody(owner_client):
    type_in(owner_client)
    found = read_studio(owner_client, "?prompt=a+boat")
    assert found == EMPTY | {"prompt": "a boat"}


def test_what_a_form_sends_after_its_studio_was_emptied_came_too_late(owner_client):
    type_in(owner_client, nonce="one form")
    owner_client.post(reverse("studio-new"), TYPED | {"nonce": "one form"})
    type_in(owner_client, nonce="one form")
    owner_client.get(reverse("studio"))  # says it, once
    assert read_studio(owner_client) == EMPTY
    type_in(owner_client, nonce="the next")
    assert read_studio(owner_client) == STANDS


def test_a_press_keeps_nothing_older_than_what_was_typed_since(owner):
    drafts.keep_draft(owner, {"prompt": "a door, and more"}, nonce="one form")
    drafts.keep_draft(owner, {"prompt": "a door"}, nonce="one form", pressed=True)
    assert drafts.read_draft(owner) == {"prompt": "a door, and more"}
    drafts.keep_draft(owner, {"prompt": "a gate"}, nonce="another", pressed=True)
    assert drafts.read_draft(owner) == {"prompt": "a gate"}


def test_a_prompt_may_write_how_json_writes_a_nul(owner):
    drafts.keep_draft(owner, {"prompt": r'{"a": "\u0000"}'})
    assert drafts.read_draft(owner) == {"prompt": r'{"a": "\u0000"}'}


@pytest.mark.parametrize("prompt", ["a \x00 door", "a \ud800 door", "x" * 1_000_001])
def test_what_cannot_be_kept_leaves_what_stood(owner, prompt):
    drafts.keep_draft(owner, {"prompt": "a door"})
    drafts.keep_draft(owner, {"prompt": prompt})
    assert drafts.read_draft(owner) == {"prompt": "a door"}


def test_one_statement_keeps_it(owner):
    drafts.keep_draft(owner, {"prompt": "a door"})
    with CaptureQueriesContext(connection) as queries:
        drafts.keep_draft(owner, {"prompt": "a gate"})
    assert sum("studiodraft" in query["sql"] for query in queries) == 1
    assert StudioDraft.objects.get().form == {"prompt": "a gate"}
