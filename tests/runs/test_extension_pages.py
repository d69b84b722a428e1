"""Adding to a run from its page: the price first, then one press, and what is wrong beside its field."""

import pytest
from django.urls import reverse

from gallery.models import Job
from tests.factories import make_run, states
from tests.pages import Page
from tests.worker.races import after_statement

pytestmark = pytest.mark.django_db(transaction=True)

KLEIN, KLEIN_9 = "flux-2-klein-4b", "flux-2-klein-9b"


@pytest.fixture
def run(owner):
    return make_run(owner, models=[KLEIN], seed="1, 2", size="64x64")


def press(client, run, **form):
    return client.post(reverse("run-extend", args=[run.key]), form)


def check(client, run, **form):
    return Page(client.post(reverse("run-extend-check", args=[run.key]), form, headers={"HX-Request": "true"}))


def seen(page):
    """Read the hidden fields of the form: what the person saw."""
    return {name: page.value(name) for name in ("size", "quoted_micros")}


def test_the_price_is_said_while_typing_and_nothing_is_bought(run, owner_client):
    page = check(owner_client, run, seed="2, 3", model=KLEIN_9)
    assert page.one("button").text == "Add 4 images · $0.04"
    assert page.one("input", name="quoted_micros")["value"] == "40000"
    assert Job.objects.count() == 2


def test_without_script_the_first_press_shows_the_price_and_the_second_buys(run, owner_client, worker, provider_server):
    first = press(owner_client, run, seed="3, 4", size="2")
    assert first.status_code == 200
    page = Page(first)
    assert page.one("details", id="extend").attrs["open"] == ""
    assert page.one("button", id="extend-button").text == "Add 2 images · $0.02"
    assert page.value("seed") == "3, 4"
    assert Job.objects.count() == 2
    second = press(owner_client, run, seed="3, 4", **seen(page))
    assert (second.status_code, second["Location"]) == (302, f"/runs/{run.key}/")
    assert Page(owner_client.get(second["Location"])).one("div", class_="toast").text == "2 images added for $0.02."
    assert worker.work() == 4
    assert states(run) == ["DONE"] * 4


def test_a_price_that_changed_meanwhile_is_shown_again(run, owner_client):
    response = press(owner_client, run, seed="3", size="2", quoted_micros="9000")
    assert (response.status_code, Job.objects.count()) == (200, 2)
    assert Page(response).one("button", id="extend-button").text == "Add 1 image · $0.01"


def test_a_queue_that_became_full_just_now_takes_nothing_more_and_says_so(owner, run, owner_client, settings):
    settings.WAITING_MAX = 3
    with after_statement('COUNT(*) AS "__count" FROM "gallery_job"', lambda: make_run(owner, seed="9")):
        page = Page(press(owner_client, run, seed="3", size="2", quoted_micros="10000"))
    assert "3 of your images wait, and at most 3 may" in page.text
    assert run.jobs.count() == 2


def test_a_double_press_adds_once(run, owner_client):
    form = {"seed": "2 random", "size": "2", "quoted_micros": "20000"}
    assert [press(owner_client, run, **form).status_code for _ in range(2)] == [302, 302]
    assert Job.objects.count() == 4
    page = Page(owner_client.get(reverse("run", args=[run.key])))
    assert [each.text for each in page.all("div", class_="toast")] == [
        "2 images added for $0.02.", "The run has grown meanwhile: nothing more was added.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"seed": "many"}, "seed", "“many” is no seed. Write 42, a range 100..110, or 4 random."),
        ({"seed": "\x00"}, "seed", "Null characters are not allowed."),
        ({"seed": "1"}, "seed", "The run has these seeds already."),
        ({}, "seed", "Write a seed or choose a model to add."),
        ({"model": "flux-9"}, "model", "That is no model that the run lacks."),
        ({"model": KLEIN}, "model", "That is no model that the run lacks."),
        ({"model": "a\x00b"}, "model", "That is no model that the run lacks."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(run, owner_client, form, field, words):
    for page in (check(owner_client, run, **form), Page(press(owner_client, run, size="2", **form))):
        assert page.one("p", id=f"why-{field}").text == words
        assert page.one("button", id="extend-button").text == "See the price"
    assert page.value("seed") == form.get("seed", "")
    assert Job.objects.count() == 2


@pytest.mark.parametrize("absurd", ["x", "9" * 5_000, "-1", "1e9", "\x00"])
def test_absurd_hidden_fields_buy_nothing(run, owner_client, absurd):
    for hidden in ({"size": absurd, "quoted_micros": "10000"}, {"size": "2", "quoted_micros": absurd}):
        assert press(owner_client, run, seed="3", **hidden).status_code in (200, 302)
    assert Job.objects.count() == 2


def test_an_error_keeps_the_arrangement(run, owner_client):
    shown = f"http://testserver/runs/{run.key}/?size=s"
    response = owner_client.post(reverse("run-extend", args=[run.key]), {"seed": "x"}, headers={"Referer": shown})
    page = Page(response)
    assert page.one("div", id="matrix")["class"] == "size-s"
    assert page.one("form", id="extend-form")["action"] == f"/runs/{run.key}/extend/?size=s"


def test_only_models_that_the_run_lacks_are_offered(run, owner_client):
    page = Page(owner_client.get(reverse("run", args=[run.key])))
    offered = [each["value"] for each in page.all("option")]
    assert KLEIN_9 in offered
    assert KLEIN not in offered


def test_a_run_that_cannot_grow_does_not_ask(owner, owner_client):
    run = make_run(owner, seed="1, 2")
    run.jobs.update(axes={"picture": "1"})
    page = Page(owner_client.get(reverse("run", args=[run.key])))
    assert not page.all("form", id="extend-form")
    assert "cannot grow" in Page(press(owner_client, run, seed="3", size="2")).one("p", id="why-seed").text


def test_an_open_page_of_a_run_that_has_grown_loads_anew(run, owner_client):
    page = Page(owner_client.get(reverse("run", args=[run.key])))
    address = page.one("div", id="poll")["hx-get"]
    assert owner_client.get(address).status_code == 204
    press(owner_client, run, seed="3", size="2", quoted_micros="10000")
    response = owner_client.get(address)
    assert (response.status_code, response["HX-Refresh"]) == (200, "true")


def test_use_these_settings_brings_what_was_added(run, owner_client):
    press(owner_client, run, seed="3", model=KLEIN_9, size="2", quoted_micros="40000")
    studio = Page(owner_client.get(reverse("studio"), {"run": run.key}))
    assert (studio.value("seed"), studio.value("model")) == ("1, 2, 3", [KLEIN_9, KLEIN])


@pytest.mark.parametrize(
    ("text", "says"),
    [("random 4", "Write 4 random, or 4."), ("4x", "Write 4 random, or 4."), ("3,456", "Write 3456, or 3, 456.")],
)
def test_what_can_be_several_seeds_or_one_is_asked_here_too(run, owner_client, text, says):
    assert any(says in each.text for each in check(owner_client, run, seed=text).all("p", class_="why"))


def test_brackets_around_a_list_are_left_out(run, owner_client):
    page = Page(press(owner_client, run, seed="[2, 3, 4]", size="2"))
    press(owner_client, run, seed="[2, 3, 4]", **seen(page))
    run.refresh_from_db()
    assert (run.size, run.form["seed"]) == (4, "1, 2, 2, 3, 4")
