"""What a member has already is not bought again: the same request is answered with the picture that is there."""

import json

import pytest
from django.core.management import call_command

from gallery.models import Attempt
from gallery.models.runs import State, recipe_of
from gallery.services.runs import expansion, reuse
from gallery.simulator import faults
from tests.factories import make_run, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provider_server")]


def again(owner, **values):
    return make_run(owner, buy_again=False, **values)


@pytest.fixture
def three(owner, worker, world):
    """A run of four seeds: three pictures, and one that was refused."""
    run = make_run(owner, seed="1..4")
    for _ in range(3):
        worker.fetch(worker.call())
    world.script(faults.Moderated())
    worker.call()
    return run


def test_the_same_request_again_is_answered_with_what_is_there(owner, three, worker, world):
    posts = len(world.till)
    run = again(owner, seed="1..4")
    assert states(run) == [State.DONE] * 3 + [State.QUEUED]
    assert [job.reused.job.seed for job in run.jobs.order_by("position")[:3]] == [1, 2, 3]
    assert run.quoted_micros == run.jobs.get(seed=4).quoted_micros == three.jobs.get(seed=4).quoted_micros
    worker.fetch(worker.call())
    assert worker.call() is None
    assert len(world.till) == posts + 1
    assert Attempt.objects.filter(job__run=run).count() == 1


def test_a_reused_picture_stays_in_the_gallery_once_and_stands_in_the_books(owner, three, capsys):
    run = again(owner, seed="1..3")
    assert owner.images.count() == 3
    call_command("jobs", format="jsonl")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    mine = {line["seed"]: line for line in lines if line["run"] == run.key}
    first = {line["seed"]: line for line in lines if line["run"] == three.key}
    assert [mine[seed]["image"] for seed in (1, 2, 3)] == [first[seed]["image"] for seed in (1, 2, 3)]
    assert all(line["attempts"] == [] and line["quoted_micros"] == 0 for line in mine.values())


def test_nobody_reuses_what_is_somebody_elses(colleague, three):
    assert states(again(colleague, seed="1..4")) == [State.QUEUED] * 4


def test_a_drawing_of_the_demo_is_no_picture_of_the_provider(owner, three, settings):
    settings.DEMO = True
    assert states(again(owner, seed="1..4")) == [State.QUEUED] * 4


@pytest.mark.parametrize(
    "other",
    [{"prompt": "a lighthouse in fog!"}, {"size": "64x64"}, {"output_format": "png"}, {"safety_tolerance": "3"}],
)
def test_anything_else_about_the_request_is_another_picture(owner, three, other):
    assert states(again(owner, seed="1..4", **other)) == [State.QUEUED] * 4


def test_who_wants_it_again_pays_again(owner, three):
    assert states(make_run(owner, seed="1..4", buy_again=True)) == [State.QUEUED] * 4


def test_the_newest_picture_is_the_one_that_is_shown(owner, three, worker):
    make_run(owner, seed="1")
    worker.fetch(worker.call())
    job = again(owner, seed="1").jobs.get()
    assert job.reused == owner.images.latest("id")


def test_the_same_press_twice_is_one_run_whatever_is_owned_by_then(owner, worker):
    run = again(owner, seed="1", nonce="press")
    worker.fetch(worker.call())
    assert again(owner, seed="1", nonce="press") == run


def test_asking_for_what_is_owned_takes_one_query_for_five_hundred(owner, three, django_assert_num_queries):
    cells = expansion.expand_matrix({"prompt": "a lighthouse in fog"}, models=["flux-2-klein-4b"], seed="1..400").cells
    with django_assert_num_queries(1):
        found = reuse.find_owned(cells, owner=owner)
    assert [cell.request.body["seed"] for cell in found if cell.owned] == [1, 2, 3]
    assert expansion.total_quote(found).ours_micros == 397 * cells[0].quote.ours_micros


def test_the_recipe_of_a_row_is_that_of_the_json_it_sends(owner):
    run = make_run(owner, models=["flux-2-flex"], seed="1", guidance="2", steps="20", prompt="ünï {a|b}")
    for job in run.jobs.all():
        job.refresh_from_db()
        assert job.recipe == recipe_of(job.body())
