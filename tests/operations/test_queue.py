"""The line, for everybody: whose jobs wait, why nothing moves, and who may stop and resume it."""

import pytest
from django.urls import reverse

from gallery.models import Gate
from gallery.models.calls import KEY_GATE
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db

QUEUE = "/queue/"
PAGES = ("/", "/runs/", "/gallery/", "/queue/", "/help/")


def test_mine_stand_with_their_prompts_and_others_without(owner, colleague, owner_client):
    make_run(owner, prompt="a heron of mine", seed="7")
    make_run(colleague, prompt="a secret of carl", seed="8", project="Carl’s client")
    page = Page(owner_client.get(QUEUE))
    assert "a heron of mine" in page.text
    assert "carl" in page.text
    assert "a secret of carl" not in page.html
    assert "client" not in page.html
    assert reverse("run", args=[colleague.runs.get().key]) not in page.html


def test_an_admin_sees_no_prompts_of_others_either(owner, admin_client):
    make_run(owner, prompt="a heron of mine")
    page = Page(admin_client.get(QUEUE))
    assert "olga" in page.text
    assert "heron" not in page.html


def test_the_badge_counts_mine_and_everybodys_on_every_page(owner, colleague, owner_client):
    make_run(owner, seed="1..3")
    make_run(colleague, seed="1..4")
    for address in PAGES:
        assert Page(owner_client.get(address)).one("a", id="queue-badge").text == "Queue 3 mine, / 7 everyone’s", (
            address
        )


def test_an_admin_pauses_and_everybody_reads_why_on_every_page(owner_client, admin_client):
    response = admin_client.post(reverse("gate-pause"), {"reason": "The <b>books</b> are open."})
    assert response["Location"] == QUEUE
    gate = Gate.objects.get(name=KEY_GATE)
    assert (gate.paused, gate.reason, gate.paused_by.username) == (True, "The <b>books</b> are open.", "ada")
    for address in PAGES:
        banner = Page(owner_client.get(address)).one(class_="banners").text
        assert "The queue is paused: The <b>books</b> are open." in banner, address


def test_only_an_admin_finds_the_buttons(owner_client, admin_client):
    for client, count in ((owner_client, 0), (admin_client, 1)):
        assert len(Page(client.get(QUEUE)).all("form", action=reverse("gate-pause"))) == count
    admin_client.post(reverse("gate-pause"))
    for client, count in ((owner_client, 0), (admin_client, 1)):
        assert len(Page(client.get(QUEUE)).all("form", action=reverse("gate-resume"))) == count


def test_a_pause_without_a_reason_names_who_did_it(admin_client, owner_client):
    admin_client.post(reverse("gate-pause"), {"reason": "  "})
    assert "ada paused it." in Page(owner_client.get(QUEUE)).one(class_="banners").text


def test_resume_opens_the_gate_and_the_banner_goes(admin_client):
    admin_client.post(reverse("gate-pause"))
    admin_client.post(reverse("gate-resume"))
    assert not Gate.objects.filter(paused=True).exists()
    assert not Page(admin_client.get(QUEUE)).all(class_="banners")


def test_a_paused_model_is_named_and_resumed_alone(admin_client):
    admin_client.post(reverse("gate-pause"), {"gate": "flux-pro", "reason": "gone"})
    admin_client.post(reverse("gate-pause"), {"reason": "all"})
    page = Page(admin_client.get(QUEUE))
    assert "flux-pro is paused: gone" in page.one(class_="banners").text
    admin_client.post(reverse("gate-resume"), {"gate": "flux-pro"})
    assert list(Gate.objects.filter(paused=True).values_list("name", flat=True)) == [KEY_GATE]


@pytest.mark.parametrize("verb", ["gate-pause", "gate-resume"])
@pytest.mark.parametrize("name", ["flux-9", "\x00", ""])
def test_a_gate_that_does_not_exist_is_a_bad_request(admin_client, verb, name):
    assert admin_client.post(reverse(verb), {"gate": name}).status_code == 400


def test_an_absurd_reason_is_cut_and_kept(admin_client):
    admin_client.post(reverse("gate-pause"), {"reason": "é" * 5000})
    assert Gate.objects.get(name=KEY_GATE).reason == "é" * 300


def test_a_reason_with_a_nul_is_no_crash(admin_client):
    assert admin_client.post(reverse("gate-pause"), {"reason": "a\x00b"}).status_code == 302
    assert Gate.objects.get(name=KEY_GATE).reason == "ab"


def test_marks_of_direction_in_a_reason_turn_no_page(admin_client):
    admin_client.post(reverse("gate-pause"), {"reason": "\u202eno credit\u2066"})
    assert Gate.objects.get(name=KEY_GATE).reason == "no credit"


def test_an_empty_queue_says_so(owner_client):
    assert "Nothing waits" in Page(owner_client.get(QUEUE)).text
