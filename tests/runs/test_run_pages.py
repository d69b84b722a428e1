"""The run's page: the matrix, the one poll that keeps it live, and what can be done to the rest."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.catalogue.models import flux_models
from gallery.models import Job, Run
from gallery.simulator import faults
from tests.factories import make_run, states
from tests.pages import Page

pytestmark = pytest.mark.django_db(transaction=True)

TWO = ("flux-2-klein-4b", "flux-2-klein-9b")


def show(client, run):
    return Page(client.get(reverse("run", args=[run.key])))


def poll(client, page):
    """Do what the page's one poll does now; return the response, or None if it has stopped."""
    address = page.one("div", id="poll").attrs.get("hx-get")
    return client.get(address, headers={"HX-Request": "true"}) if address else None


def cells(page):
    """Read the kind of every cell that is shown or replaced."""
    return [each["class"].removeprefix("cell ") for each in page.all("div", class_="cell")]


def test_the_matrix_has_a_row_for_each_seed_and_a_column_for_each_model(owner, owner_client):
    page = show(owner_client, make_run(owner, models=TWO, seed="42, 7"))
    assert [each.text for each in page.all("div", class_="rowh")] == ["42seed", "7seed"]
    assert [each.text.split("$")[0] for each in page.all("div", class_="col")] == list(TWO)
    assert cells(page) == ["waiting"] * 4
    assert "4th in line" in page.html


def test_every_cell_has_its_final_shape_before_the_picture_exists(owner, owner_client, worker, provider_server):
    run = make_run(owner, seed="7", size="128x64")
    assert show(owner_client, run).one("svg", class_="shape")["viewbox"] == "0 0 128 64"
    worker.work()
    picture = show(owner_client, run).one("img")
    assert (picture["width"], picture["height"]) == ("128", "64")


def test_the_page_is_the_same_after_a_reload(owner, owner_client, worker, provider_server, world):
    run = make_run(owner, seed="1..4", size="64x64")
    worker.work()
    world.script(faults.Moderated())
    first, second = show(owner_client, run), show(owner_client, run)
    assert first.one("main").text == second.one("main").text
    assert cells(first) == ["done"] * 4


def test_a_poll_answers_nothing_while_nothing_changed(owner, owner_client):
    page = show(owner_client, make_run(owner))
    with CaptureQueriesContext(connection) as queries:
        assert poll(owner_client, page).status_code == 204
    assert len(queries) <= 3


def test_a_poll_brings_only_the_cells_that_changed(owner, owner_client, worker, provider_server):
    run = make_run(owner, seed="1..3", size="64x64")
    page = show(owner_client, run)
    worker.fetch(worker.call())
    changes = Page(poll(owner_client, page))
    assert cells(changes) == ["done"]
    done = changes.one("div", class_="done")
    assert (done["id"], done["hx-swap-oob"]) == (f"job-{run.jobs.first().key}", "true")
    assert [each.text for each in changes.all("b", hx_swap_oob="true")] == ["1st in line", "2nd in line"]
    assert changes.one(id="progress")["hx-swap-oob"] == "true"
    assert changes.one("svg", class_="progress")["aria-valuenow"] == "1"
    assert poll(owner_client, changes).status_code == 204


def test_the_poll_ends_with_the_run_and_announces_it(owner, owner_client, worker, provider_server, world):
    run = make_run(owner, prompt="a red boat", seed="1..2", size="64x64")
    page = show(owner_client, run)
    world.script(faults.Moderated())
    worker.work()
    response = poll(owner_client, page)
    told = json.loads(response["HX-Trigger"])["fluxweb:finished"]
    assert told == {
        "title": "1 of 2 done, 1 need a look", "body": "a red boat", "address": f"/runs/{run.key}/",
    }  # fmt: skip
    assert poll(owner_client, Page(response)) is None
    assert poll(owner_client, show(owner_client, run)) is None


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 40, "%00"])
def test_a_poll_with_an_absurd_version_gets_everything(owner, owner_client, since):
    run = make_run(owner, seed="1..2")
    owner_client.post(reverse("run-cancel", args=[run.key]))
    response = owner_client.get(f"{reverse('run-changes', args=[run.key])}?since={since}")
    assert cells(Page(response)) == ["cancelled"] * 2


def test_cancel_stops_the_rest_for_free_and_resume_goes_on(owner, owner_client, worker, provider_server, world):
    run = make_run(owner, seed="1..3", size="64x64")
    worker.fetch(worker.call())
    assert owner_client.post(reverse("run-cancel", args=[run.key]))["Location"] == f"/runs/{run.key}/"
    assert states(run) == ["DONE", "CANCELLED", "CANCELLED"]
    page = show(owner_client, run)
    assert (
        page.one("div", class_="toast").text == "2 cancelled, free of charge. What is being generated ends and is kept."
    )
    assert page.one("form", action=reverse("run-resume", args=[run.key]))
    assert not page.all("form", action=reverse("run-cancel", args=[run.key]))
    again = Page(owner_client.post(reverse("run-resume", args=[run.key]), follow=True))
    assert again.one("div", class_="toast").text == "2 images wait again."
    assert states(run) == ["DONE", "QUEUED", "QUEUED"]
    assert worker.work() == 2
    assert len(world.till) == 3


def test_resume_and_retry_say_so_when_nothing_was_left(owner, owner_client):
    run = make_run(owner, seed="1")
    for verb in ("run-resume", "run-retry"):
        page = Page(owner_client.post(reverse(verb, args=[run.key]), follow=True))
        assert page.one("div", class_="toast").text == "Nothing was left to ask again; nothing was changed."


def test_only_a_new_picture_is_said_aloud(owner, owner_client, worker, provider_server):
    run = make_run(owner, seed="1..2", size="64x64")
    page = show(owner_client, run)
    assert page.one("p", id="progress-said")["role"] == "status"
    attempt = worker.call()
    assert not Page(poll(owner_client, page)).all("p", id="progress-said")
    worker.fetch(attempt)
    assert Page(poll(owner_client, page)).one("p", id="progress-said").text == "1 of 2 done"


def test_retry_buys_what_was_refused_and_nothing_that_may_be_paid(owner, owner_client, worker, provider_server, world):
    run = make_run(owner, seed="1..4", size="64x64")
    world.script(faults.Moderated(), faults.CutBeforeAnswer(), faults.OddSuccess())
    worker.work()
    assert states(run) == ["FAILED", "UNKNOWN", "NO_RESULT", "DONE"]
    page = show(owner_client, run)
    assert page.one("button", id="retry-refused").text == "Retry 1 refused · $0.01"
    again = Page(owner_client.post(reverse("run-retry", args=[run.key]), follow=True))
    assert again.one("div", class_="toast").text == "1 image waits again."
    assert states(run) == ["QUEUED", "UNKNOWN", "NO_RESULT", "DONE"]
    assert worker.work() == 1
    assert [post.body["seed"] for post in world.till] == [1, 2, 3, 4, 1]


def test_a_failed_cell_says_why_what_it_cost_and_what_to_try(owner, owner_client, worker, provider_server, world):
    run = make_run(owner, seed="1..2", size="64x64")
    world.script(faults.Moderated(), faults.CutBeforeAnswer())
    worker.work()
    page = show(owner_client, run)
    failed, doubt = page.one("div", class_="failed").text, page.one("div", class_="doubt").text
    assert failed.startswith("Refused not charged")
    assert "Reword the prompt" in failed
    assert doubt.startswith("Perhaps paid $0.01 in doubt")
    assert "Ask again ($0.01, perhaps twice)" in doubt
    assert "$0.01 in doubt of $0.02" in page.one("div", id="progress").text


def test_the_words_of_the_provider_are_escaped(owner, owner_client, worker, provider_server, world):
    run = make_run(owner, prompt="<script>alert(1)</script>", seed="7", size="64x64")
    body = {"error": {"message": "<img src=x onerror=alert(2)>", "code": "bad"}}
    world.script(faults.Answer(400, body=body))
    worker.work()
    page = show(owner_client, run)
    assert "The provider says: “<img src=x onerror=alert(2)>”" in page.text
    assert not [each for each in page.all() if "onerror" in each.attrs]
    assert page.one("h1").text == "<script>alert(1)</script>"


def test_the_page_costs_the_same_queries_whatever_the_size(owner, owner_client):
    counts = []
    for seeds in ("1..4", "1..200"):
        run = make_run(owner, models=TWO, seed=seeds)
        with CaptureQueriesContext(connection) as queries:
            show(owner_client, run)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_of_runs_pages_by_key(owner, owner_client):
    made = [make_run(owner, prompt=f"run number {n}", seed="1") for n in range(19)]
    seen, address = [], "/runs/"
    while address:
        page = Page(owner_client.get(address, headers={"HX-Request": "true"}))
        seen += [each.text for each in page.all("a") if each.text.startswith("run number")]
        address = page.next_address
    assert seen == [run.prompt for run in reversed(made)]


def test_the_list_of_runs_costs_the_same_queries_whatever_the_size(owner, owner_client):
    counts = []
    for _ in range(2):
        for n in range(4):
            make_run(owner, prompt=f"{n}", seed="1..3")
        with CaptureQueriesContext(connection) as queries:
            owner_client.get("/runs/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert (Run.objects.count(), Job.objects.count()) == (8, 24)


FLEX_AND_KLEIN = ("flux-2-flex", "flux-2-klein-4b")


@pytest.fixture
def cube(owner):
    """A run with three axes."""
    return make_run(owner, models=FLEX_AND_KLEIN, seed="7, 8", prompt="a {red|blue} door", size="64x64")


def show_as(client, run, **query):
    return Page(client.get(reverse("run", args=[run.key]), query))


def grid(page):
    """Read the heads of the columns and of the rows."""
    return [each.text for each in page.all("div", class_="col")], [each.text for each in page.all("div", class_="rowh")]


def links(page, control):
    """Read the links of a control: what it is called to where it leads."""
    return {each.text: each["href"] for each in page.all("a") if each.attrs.get("id", "").startswith(f"{control}-")}


def test_whatever_varies_goes_down_and_one_axis_across(owner, owner_client):
    run = make_run(owner, models=FLEX_AND_KLEIN, seed="7, 8", prompt="a {red|blue} door", steps="20, 30", size="64x64")
    page = show_as(owner_client, run, page="none")
    columns, rows = grid(page)
    assert columns == ["flux-2-flex$0.06", "flux-2-klein-4b$0.01"]
    assert rows[:4] == [
        "7seedredprompt20steps",
        "7seedredprompt30steps",
        "7seedblueprompt20steps",
        "7seedblueprompt30steps",
    ]
    assert len(cells(page)) == run.size == 12
    assert len(page.all("div", class_="gap")) == 4  # klein takes no steps: made once
    assert "2 models × 2 prompts × 2 step counts × 2 seeds" in page.html
    assert "does not take steps: made once" in page.html


def test_three_axes_make_a_page_for_each_prompt(cube, owner_client):
    page = show(owner_client, cube)
    columns, rows = grid(page)
    assert [each.text for each in page.all("h2")] == ["red prompt", "blue prompt"]
    assert columns == ["flux-2-flex$0.06", "flux-2-klein-4b$0.01"] * 2
    assert rows == ["7seed", "8seed"] * 2
    assert len(cells(page)) == 8


@pytest.mark.parametrize(
    ("across", "page", "heads", "columns", "rows"),
    [
        ("prompt", "none", [], ["redprompt", "blueprompt"], ["7seedflux-2-flexmodel", "7seedflux-2-klein-4bmodel"]),
        (
            "seed", "model", ["flux-2-flex model", "flux-2-klein-4b model"],
            ["7seed", "8seed"], ["redprompt", "blueprompt"],
        ),
        (
            "nonsense", "\x00", ["red prompt", "blue prompt"],
            ["flux-2-flex$0.06", "flux-2-klein-4b$0.01"], ["7seed", "8seed"],
        ),
    ],
)  # fmt: skip
def test_the_address_says_what_goes_across_and_what_parts_it(cube, owner_client, across, page, heads, columns, rows):
    shown = show_as(owner_client, cube, across=across, page=page)
    found_columns, found_rows = grid(shown)
    assert [each.text for each in shown.all("h2")] == heads
    assert (found_columns[:2], found_rows[:2]) == (columns, rows)
    assert len(cells(shown)) == 8


def test_every_control_keeps_what_the_others_say(cube, owner_client):
    page = show_as(owner_client, cube, across="seed", page="none", size="l")
    base = f"/runs/{cube.key}/"
    assert links(page, "across") == {
        "models": f"{base}?across=model&page=none&size=l",
        "prompts": f"{base}?across=prompt&page=none&size=l",
        "seeds": f"{base}?across=seed&page=none&size=l",
    }
    assert links(page, "size")["S"] == f"{base}?across=seed&page=none&size=s"
    assert [each["id"] for each in page.all("a", aria_current="true") if "hx-get" in each.attrs] == [
        "across-seed", "page-none", "size-l",
    ]  # fmt: skip
    assert page.one("div", id="matrix")["class"] == "size-l"
    assert page.one("form", id="extend-form")["action"].endswith("?across=seed&page=none&size=l")


def test_two_axes_trade_their_places(cube, owner_client):
    page = show_as(owner_client, cube, across="model", page="prompt")
    assert links(page, "across")["prompts"] == f"/runs/{cube.key}/?across=prompt&page=model"
    assert links(page, "page")["models"] == f"/runs/{cube.key}/?across=prompt&page=model"


def test_a_press_leads_back_to_the_same_arrangement(cube, owner_client):
    shown = f"http://testserver/runs/{cube.key}/?across=seed&size=s&next=//evil.example"
    response = owner_client.post(reverse("run-cancel", args=[cube.key]), headers={"Referer": shown})
    assert response["Location"] == f"/runs/{cube.key}/?across=seed&size=s"


@pytest.mark.parametrize(
    ("count", "size", "fits"), [(2, "m", "360"), (3, "m", "480"), (2, "l", "960"), (11, "l", "none")]
)
def test_a_matrix_says_from_which_width_on_a_window_holds_it(owner, owner_client, count, size, fits):
    run = make_run(owner, models=flux_models.ids()[:count], seed="7", aspect_ratio="1:1")
    page = show_as(owner_client, run, size=size)
    assert page.one("div", id="sheets")["class"] == f"sheets fits-{fits}"


def test_one_axis_alone_goes_across_over_its_seeds(owner, owner_client):
    run = make_run(owner, models=["flux-2-flex"], seed="7, 8, 9", guidance="2, 3.5, 5", size="64x64")
    columns, rows = grid(show(owner_client, run))
    assert (columns, rows) == (["2guidance", "3.5guidance", "5guidance"], ["7seed", "8seed", "9seed"])


def test_a_long_axis_alone_flows_with_its_names_below(owner, owner_client):
    run = make_run(owner, models=["flux-2-flex"], seed="7", steps="1, 2, .., 20", size="64x64")
    page = show(owner_client, run)
    assert [each.text for each in page.all("figcaption")][:2] == ["steps 1", "steps 2"]
    assert len(cells(page)) == 20


def test_a_picture_with_a_seed_of_its_own_says_it(owner, owner_client, worker, provider_server):
    run = make_run(owner, seed="7, 8", prompt="a {red|blue} door", size="64x64")
    for job in run.jobs.all():
        Job.objects.filter(pk=job.pk).update(axes={**job.axes, "picture": str(job.seed - 6)})
    worker.fetch(worker.call())
    page = show(owner_client, run)
    assert [each.text for each in page.all("span", class_="own-seed")] == ["seed 7", "seed 7", "seed 8", "seed 8"]
    assert grid(page) == (["redprompt", "blueprompt"], ["1picture", "2picture"])
    assert page.one("img")["alt"].startswith("flux-2-klein-4b, seed 7, prompt red, picture 1: a red door")


def test_the_number_of_queries_does_not_grow_with_the_axes(owner, owner_client):
    counts = []
    for steps in ("20", "1, 2, .., 40"):
        run = make_run(owner, models=["flux-2-flex"], seed="1..10", steps=steps, size="64x64")
        with CaptureQueriesContext(connection) as queries:
            show(owner_client, run)
        counts.append(len(queries))
    assert counts[0] == counts[1]
