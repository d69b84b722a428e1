"""What was paid and brought no picture: counted and listed by kind, with what can be done about it."""

import pytest
from django.urls import reverse

from gallery.models import Attempt
from gallery.services.paid_calls import resolution
from gallery.simulator import faults
from gallery.views.operations import unresolved
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "a vermilion heron"


def lose(owner, worker, world, kind):
    """Make a call that ends as this kind of loss; return its attempt."""
    make_run(owner, prompt=SECRET, seed="7", size="64x64")
    match kind:
        case "unknown":
            world.script(faults.CutBeforeAnswer())
            return worker.call()
        case "no_result":
            world.script(faults.OddSuccess({"data": []}))
            return worker.call()
        case "held":
            world.script_download(faults.WrongType(b"<svg/>", "image/png"))
    attempt = worker.call()
    if kind == "lost":
        Attempt.objects.filter(pk=attempt.pk).update(url_dies_at="2026-01-01T00:00Z")
        world.script_download(faults.Status(404))
    worker.fetch(attempt)
    return attempt


@pytest.fixture
def of_each_kind(owner, worker, provider_server, world):
    return {kind: lose(owner, worker, world, kind) for kind in ("unknown", "no_result", "held", "lost")}


def look(client, **query):
    return Page(client.get(reverse("losses"), query))


def chips(page):
    return [chip.text for chip in page.all("a", class_="chip") if chip["href"].startswith(reverse("losses"))]


def test_every_kind_is_counted_with_its_money(of_each_kind, owner_client, admin_client):
    words = ["Perhaps paid", "No picture, perhaps paid", "Held aside", "Paid and lost"]
    for client in (owner_client, admin_client):
        assert chips(look(client)) == [f"{word} 1 · $0.01" for word in words]
        assert chips(Page(client.get(reverse("queue")))) == [f"{word} 1 · $0.01" for word in words]


@pytest.mark.parametrize(
    ("kind", "offers", "admin_offers"),
    [
        ("unknown", ["Ask again ($0.01, perhaps twice)"], ["Settle as charged", "Settle as not charged"]),
        ("no_result", ["Ask again ($0.01, perhaps twice)"], ["Settle as charged", "Settle as not charged"]),
        ("held", [], ["Drop it"]),
        ("lost", ["Ask again ($0.01)"], []),
    ],
)
def test_each_kind_offers_what_can_be_done(of_each_kind, owner_client, admin_client, kind, offers, admin_offers):
    for client, expected in ((owner_client, offers), (admin_client, admin_offers)):
        page = look(client, kind=kind)
        listed = [button.text for button in page.all("button", type="submit") if button.text in offers + admin_offers]
        assert listed == expected


def test_an_admin_reads_no_prompt_and_a_colleague_sees_nothing(of_each_kind, admin_client, colleague_client):
    for kind in of_each_kind:
        assert SECRET not in look(admin_client, kind=kind).html
        page = look(colleague_client, kind=kind)
        assert chips(page) == []
        assert "None of these" in page.html


def test_each_tells_its_money_trail_to_an_admin_without_the_providers_words(of_each_kind, owner_client, admin_client):
    attempt = of_each_kind["unknown"]
    type(attempt).objects.filter(pk=attempt.pk).update(words="because of a heron")
    for client, reads in ((owner_client, True), (admin_client, False)):
        trail = look(client, kind="unknown").one("ol", class_="money").text
        assert trail.startswith("$0.01 estimate official price $0.014 $0.01 in doubt reserved")
        assert ("because of a heron" in trail) is reads


def test_what_was_settled_as_charged_is_among_the_lost(of_each_kind, admin, owner_client):
    resolution.settle_charge(of_each_kind["unknown"], charged=True, by=admin)
    page = look(owner_client, kind="lost")
    assert "Paid and lost 2 · $0.02" in chips(page)
    assert f"Decided by {admin.username}." in page.text


def test_a_loss_stays_on_the_list_after_it_was_bought_again(of_each_kind, owner, owner_client, worker, world):
    job = of_each_kind["lost"].job
    resolution.ask_again(job, attempt=of_each_kind["lost"], by=owner)
    world.forget_script()
    worker.work()
    assert "Paid and lost 1 · $0.01" in chips(look(owner_client, kind="lost"))
    assert "Ask again ($0.01)" not in look(owner_client, kind="lost").html


def test_pages_follow_one_another(owner, owner_client, colleague_client, worker, provider_server, world, monkeypatch):
    monkeypatch.setattr(unresolved, "PAGE", 2)
    newest_first = [lose(owner, worker, world, "unknown").key for _ in range(3)][::-1]
    first = look(owner_client)
    [older] = [link["href"] for link in first.all("a", class_="btn") if link.text == "Older ones"]
    assert older == f"{reverse('losses')}?kind=unknown&before={newest_first[1]}"
    assert len(first.all("li", class_="note")) == 2
    assert len(Page(owner_client.get(older)).all("li", class_="note")) == 1
    assert colleague_client.get(older).status_code == 404


def test_the_number_of_queries_does_not_grow(
    owner, owner_client, worker, provider_server, world, django_assert_max_num_queries
):
    for _ in range(3):
        lose(owner, worker, world, "unknown")
    with django_assert_max_num_queries(8):
        look(owner_client)


def test_nothing_lost_says_so(owner_client):
    page = look(owner_client, kind="nonsense")
    assert "None of these" in page.html
