"""The palette finds pages and what a member may see, by words in any order and case; of each kind five."""

import pytest
from django.urls import reverse

from gallery.models import Collection, Preset
from gallery.models.collections import TeamUse
from gallery.views.library.palette import PAGES
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def find(client, words):
    response = client.get(reverse("palette"), {"q": words}, headers=HTMX)
    return [link["href"] for link in Page(response).all("a")]


def test_every_page_is_there_before_anything_is_typed(owner_client):
    links = {link["href"] for link in Page(owner_client.get(reverse("palette"))).all("a")}
    assert {reverse(page.address) for page in PAGES} <= links


def test_words_find_runs_collections_presets_and_templates(owner, owner_client):
    run = make_run(owner, prompt="A Lighthouse in fog")
    collection = Collection.objects.create(owner=owner, name="Fog and light")
    preset = Preset.objects.create(owner=owner, name="LIGHT fog", form={})
    make_run(owner, prompt="a door")
    found = find(owner_client, "fog light")
    assert found[0] == "/gallery/?q=fog%20light"
    assert found[1:] == [f"/runs/{run.key}/", f"/collections/{collection.key}/", f"/presets/{preset.key}/"]
    assert reverse("costs") in find(owner_client, "cost")


def test_what_others_keep_to_themselves_is_not_found(owner, colleague, owner_client):
    make_run(colleague, prompt="a secret door")
    Collection.objects.create(owner=colleague, name="Secret doors")
    shared = Collection.objects.create(owner=colleague, name="Doors for all", team=TeamUse.LOOK)
    assert find(owner_client, "door")[1:] == [f"/collections/{shared.key}/"]


def test_five_of_each_kind_the_newest_first(owner, owner_client, django_assert_max_num_queries):
    runs = [make_run(owner, prompt=f"door {n}") for n in range(7)]
    with django_assert_max_num_queries(12):
        found = find(owner_client, "door")
    assert found[1:] == [f"/runs/{run.key}/" for run in reversed(runs[2:])]


@pytest.mark.parametrize(
    "words", ["", "  ", "x" * 5000, "<script>alert(1)</script>", "%00\ud800".encode("utf-8", "replace").decode()]
)
def test_odd_words_find_nothing_and_break_nothing(owner_client, words):
    assert owner_client.get(reverse("palette"), {"q": words}, headers=HTMX).status_code == 200
