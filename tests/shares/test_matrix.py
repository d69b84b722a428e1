"""A run behind a link keeps its rows and columns; their heads say only what the link shows."""

import pytest

from gallery.models import Image
from tests.factories import make_run, make_share
from tests.pages import Page
from tests.rows import finish
from tests.shares.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(owner):
    run = make_run(
        owner, models=["flux-2-klein-4b", "flux-2-pro"], seed="7, 8", prompt="a {vermilion|blue} door", size="64x64"
    )
    finish(run)
    return run


def heads(response):
    page = Page(response)
    found = page.all("h2") + page.all("div", class_="col") + page.all("div", class_="rowh")
    return [each.text for each in found]


def test_rows_and_columns_stand_as_in_the_run(visitor, owner, run):
    share = make_share(owner, kind="run", run=run, show_prompt=True, show_seed=True)
    page = Page(visitor.get(at("shared", share)))
    assert len(page.all("div", class_="tile")) == 8
    text = " ".join(heads(visitor.get(at("shared", share))))
    for words in ("flux-2-klein-4b", "flux-2-pro", "7 seed", "8 seed", "vermilion", "blue"):
        assert words in text


@pytest.mark.parametrize(
    ("switch", "words"),
    [("show_model", "flux-2-pro"), ("show_seed", "7 seed"), ("show_prompt", "vermilion")],
)
def test_heads_that_are_hidden_are_blank_and_places_stay(visitor, owner, run, switch, words):
    rules = {"show_prompt": True, "show_seed": True, "show_model": True, switch: False}
    response = visitor.get(at("shared", make_share(owner, kind="run", run=run, **rules)))
    assert len(Page(response).all("div", class_="tile")) == 8
    assert words not in " ".join(heads(response))
    assert words not in response.content.decode()


def test_a_snapshot_of_a_run_leaves_holes_where_pictures_went(visitor, owner, run):
    share = make_share(owner, kind="run", run=run)
    gone = Image.objects.filter(job__run=run).first()
    key = gone.key
    gone.delete()
    page = Page(visitor.get(at("shared", share)))
    assert len(page.all("div", class_="tile")) == 7
    assert key not in page.html


def test_pictures_chosen_one_by_one_flow(visitor, owner, run):
    share = make_share(owner, list(Image.objects.filter(job__run=run)))
    page = Page(visitor.get(at("shared", share)))
    assert page.one("div", class_="gallery")
    assert not page.all("div", class_="matrix")
