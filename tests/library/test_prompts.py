"""Past prompts: a list without gaps or doubles, a search, and the way back into the studio."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.models import PastPrompt
from gallery.services.runs import prompt_history
from tests.factories import make_run
from tests.pages import Page
from tests.sending import sound

pytestmark = pytest.mark.django_db

PROMPTS = "/prompts/"
HTMX = {"HX-Request": "true"}
QUERIES = 6


def listed(page):
    return [each.text for each in page.all("a", class_="text")]


def test_who_has_sent_nothing_is_told_what_will_be_here(owner_client):
    page = Page(owner_client.get(PROMPTS))
    assert page.one("h1").text == "Past prompts"
    assert page.one("div", class_="empty").text.startswith("No prompts yet")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["pages", "fragments"])
def test_every_prompt_stands_on_exactly_one_page(owner, owner_client, headers):
    many = [f"boat {n}" for n in range(90)]
    prompt_history.remember_prompts(many, owner=owner, at=timezone.now())
    seen, address = [], PROMPTS
    while address:
        with CaptureQueriesContext(connection) as asked:
            page = Page(owner_client.get(address, headers=headers))
        assert len(asked) <= QUERIES
        about = [each["sql"] for each in asked if "pastprompt" in each["sql"]]
        assert not [sql for sql in about if "COUNT(" in sql or "OFFSET" in sql]
        seen.append(listed(page))
        address = page.next_address
    assert [len(each) for each in seen] == [40, 40, 10]
    assert [each for some in seen for each in some] == many


def test_a_prompt_that_is_used_while_one_pages_comes_not_twice(owner, owner_client):
    prompt_history.remember_prompts([f"boat {n}" for n in range(41)], owner=owner, at=timezone.now())
    address = Page(owner_client.get(PROMPTS)).next_address
    make_run(owner, prompt="boat 39")
    assert listed(Page(owner_client.get(address))) == ["boat 40"]


def test_a_search_is_kept_on_the_next_page(owner, owner_client):
    prompt_history.remember_prompts(
        [f"{'red' if n % 2 else 'blue'} boat {n}" for n in range(90)], owner=owner, at=timezone.now()
    )
    first = Page(owner_client.get(PROMPTS, {"q": "red"}))
    assert first.value("q") == "red"
    second = Page(owner_client.get(first.next_address))
    assert len(listed(first) + listed(second)) == 45
    assert all("red" in each for each in listed(second))


def test_a_search_that_finds_nothing_says_so(owner, owner_client):
    make_run(owner, prompt="a door")
    assert "“boat”" in Page(owner_client.get(PROMPTS, {"q": "boat"})).one("div", class_="empty").text


def test_nobody_sees_or_uses_what_others_wrote(owner, colleague_client):
    make_run(owner, prompt="a door")
    assert not listed(Page(colleague_client.get(PROMPTS)))
    assert colleague_client.get("/", {"past": PastPrompt.objects.get().key}).status_code == 404


def test_a_prompt_is_used_again_whole(owner, owner_client):
    prompt = "a lighthouse in fog, " * 100
    make_run(owner, prompt=prompt)
    page = Page(owner_client.get(PROMPTS))
    studio = Page(owner_client.get(page.one("a", class_="text")["href"]))
    assert studio.value("prompt") == prompt.strip()
    assert studio.errors() == {}


def test_in_the_studio_only_the_prompt_is_replaced(owner, owner_client):
    make_run(owner, prompt="a door")
    page = Page(owner_client.get(PROMPTS, {"picker": "1"}, headers=HTMX))
    link = page.one("a", class_="text")
    assert (link["hx-post"], link["hx-target"], link["hx-include"]) == ("/studio/fill/", "#compose", "#compose")
    typed = sound(prompt="a boat\na ship", prompt_lines="on", seed="7, 9", model=["flux-2-flex"], steps="20")
    response = owner_client.post("/studio/fill/", {**typed, "past": PastPrompt.objects.get().key}, headers=HTMX)
    filled = Page(response)
    assert response["HX-Trigger-After-Swap"] == '{"fluxweb:filled": {}}'
    assert not filled.all("html")
    assert (filled.value("prompt"), filled.value("prompt_lines")) == ("a door", [])
    assert (filled.value("seed"), filled.value("model"), filled.value("steps")) == ("7, 9", ["flux-2-flex"], "20")


@pytest.mark.parametrize(
    "query",
    ["before=%00", "before=x-", "before=" + "9" * 40 + "-a", "before=1", "q=%00", "q=%ED%A0%80", "q=" + "x" * 9000],
)
def test_an_absurd_address_is_answered(owner, owner_client, query):
    make_run(owner)
    assert owner_client.get(f"{PROMPTS}?{query}").status_code == 200
