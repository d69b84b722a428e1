"""The page of quality for money: honest, and nobody's prompts in the team's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.compare.test_model_quality import CHEAP, DEAR, pictures, vote_all
from tests.pages import Page

pytestmark = pytest.mark.django_db

PAGE = "/compare/models/"


def test_without_votes_it_says_how_to_come_by_some(owner_client):
    assert "No votes yet" in Page(owner_client.get(PAGE)).text


def test_few_votes_are_shown_as_few(owner, owner_client):
    cheap, dear = pictures(owner, seed="1..3")
    vote_all(owner, dear, cheap)
    page = Page(owner_client.get(PAGE))
    assert "Too few votes to tell" in page.text
    assert not page.all("svg", class_="chart")
    assert [each.text for each in page.all("th", scope="row")] == [DEAR, CHEAP]


def test_enough_votes_make_a_table_and_a_chart(owner, owner_client):
    cheap, dear = pictures(owner)
    vote_all(owner, dear, cheap)
    page = Page(owner_client.get(PAGE))
    assert "Too few votes" not in page.text
    assert [each.text for each in page.all("th", scope="row")] == [
        f"{DEAR} best for its price",
        f"{CHEAP} best for its price",
    ]
    assert len(page.one("svg", class_="chart").node.find_all("circle")) == 2


def test_the_teams_page_takes_no_word(owner, colleague, colleague_client):
    vote_all(owner, *pictures(owner, prompt="a vermilion heron")[::-1])
    asked = {"votes": "team", "prompt": "heron"}
    found = [Page(colleague_client.get(PAGE, asked | more)) for more in ({}, {"prompt": "no such word"})]
    assert found[0].text == found[1].text
    assert found[0].all("table")
    assert "No votes yet" in Page(colleague_client.get(PAGE, {"prompt": "heron"})).text


@pytest.mark.parametrize("word", ["\x00", "x" * 5000, "%_\\"])
def test_an_absurd_word_finds_nothing(owner, owner_client, word):
    vote_all(owner, *pictures(owner))
    assert owner_client.get(PAGE, {"prompt": word}).status_code == 200


def test_more_votes_cost_no_more_queries(owner, owner_client):
    vote_all(owner, *pictures(owner))
    with CaptureQueriesContext(connection) as queries:
        owner_client.get(PAGE)
    assert len(queries) <= 9
