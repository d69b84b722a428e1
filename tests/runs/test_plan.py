"""One press, one plan: the matrix is expanded once, what is owned is looked up once, and seeds are drawn at the end."""

import pytest
from django.urls import reverse

from gallery.catalogue.problems import InvalidMatrix
from gallery.models import Job, Run
from gallery.models.costs.budgets import Period
from gallery.services.budgets import budgets
from gallery.services.runs import batch, expansion, reuse, submission
from gallery.services.runs.plan import RunSpec, plan_run
from tests.factories import make_run
from tests.sending import sound

pytestmark = pytest.mark.django_db

KLEIN, KLEIN_9 = "flux-2-klein-4b", "flux-2-klein-9b"
ROWS = "prompt;model;seed\na door;;7\na hat;flux-2-pro;2 random\n"


@pytest.fixture
def done(monkeypatch):
    """Count the calls of what is dear; each still does all that it does."""
    counts = {}
    for module, name in ((expansion, "expand_matrix"), (batch, "expand_rows"), (reuse, "find_owned")):
        monkeypatch.setattr(module, name, _counted(getattr(module, name), counts))
    return counts


def _counted(function, counts):
    def call(*args, **kwargs):
        counts[function.__name__] = counts.get(function.__name__, 0) + 1
        return function(*args, **kwargs)

    return call


ONCE = {"expand_matrix": 1, "find_owned": 1}


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, 302), ({"seed": "4 random", "variant_seeds": "own"}, 302), ({"seed": "1..60"}, 200), ({"edit": "1"}, 200)],
    ids=["bought", "drawn", "shown first", "back"],
)
def test_a_press_of_the_studio_expands_and_looks_up_once(owner_client, done, changes, status):
    assert owner_client.post("/", sound(**changes)).status_code == status
    assert done == ONCE


@pytest.mark.parametrize("address", ["/studio/check/", "/studio/review/"])
def test_a_price_of_the_studio_is_one_plan_too(owner_client, done, address):
    owner_client.post(address, sound())
    assert done == ONCE


def test_the_studio_opens_with_one_plan(owner_client, done):
    owner_client.get("/")
    assert done == ONCE


@pytest.mark.parametrize("start", [{}, {"start": "1"}], ids=["shown", "bought"])
def test_a_press_of_a_batch_expands_every_row_once(owner_client, done, start):
    owner_client.post("/batch/", {"rows": ROWS, "model": KLEIN, "seed": "1 random", "shape": "1:1", **start})
    assert done == {"expand_rows": 1, "expand_matrix": 2, "find_owned": 1}
    assert Job.objects.count() == (3 if start else 0)


def test_lines_that_are_left_out_are_not_a_second_expansion(owner_client, done):
    wrong = ROWS + "a lamp;flux-9;1\n"
    owner_client.post("/batch/", {"rows": wrong, "model": KLEIN, "seed": "1", "shape": "1:1", "leave_out": "4"})
    assert done == {"expand_rows": 1, "expand_matrix": 3, "find_owned": 1}


def test_a_press_that_lets_a_run_grow_expands_once(owner, owner_client, done):
    run = make_run(owner, models=[KLEIN], seed="1, 2", buy_again=False)
    done.clear()
    asked = {"model": KLEIN_9, "size": "2", "quoted_micros": "20000"}
    assert owner_client.post(reverse("run-extend", args=[run.key]), asked).status_code == 302
    assert Job.objects.count() == 4
    assert done == ONCE


def test_a_plan_with_a_problem_is_never_submitted(owner):
    plan = plan_run(RunSpec({"prompt": ""}, [KLEIN], "1"), owner=owner)
    with pytest.raises(InvalidMatrix, match="Write what the picture should show"):
        submission.submit_run(plan, submission.NewRun(nonce="press", form={}))
    assert not Run.objects.exists()


@pytest.fixture
def full_after_one(settings, owner, lead):
    """Whatever is bought first leaves room for nothing more: in the line, and in a budget."""
    settings.WAITING_MAX = 1
    budgets.make_budget(by=lead, limit_micros=10_000, period=Period.MONTH)


@pytest.mark.usefixtures("full_after_one")
@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/", sound(seed="7", model=KLEIN)),
        (
            "/batch/",
            {"rows": "prompt\na door\n", "model": KLEIN, "seed": "7", "shape": "1:1", "start": "1", "nonce": "n"},
        ),
    ],
    ids=["studio", "batch"],
)
def test_the_same_press_again_leads_to_its_run_though_that_took_all_the_room(owner_client, address, form):
    first, again = (owner_client.post(address, form) for _ in range(2))
    assert (first.status_code, again.status_code) == (302, 302)
    assert again["Location"] == first["Location"] == reverse("run", args=[Run.objects.get().key])
    assert owner_client.post(address, form | {"nonce": "another"}).status_code == 200


@pytest.mark.usefixtures("full_after_one")
def test_a_run_that_is_there_is_found_before_its_plan_is_judged(owner):
    press = submission.NewRun(nonce="press", form={})
    plans = (plan_run(RunSpec({"prompt": "a door"}, [KLEIN], "7"), owner=owner) for _ in range(2))
    first, again = (submission.submit_run(plan, press) for plan in plans)
    assert first == again


@pytest.mark.parametrize("own", [False, True])
def test_seeds_are_drawn_when_it_is_bought(owner, own):
    values = {"prompt": "a {red|blue} door"} | ({"variant_seeds": "own"} if own else {})
    plan = plan_run(RunSpec(values, [KLEIN], "7, 3 random"), owner=owner)
    assert len({cell.seed for cell in plan.cells if cell.seed < 0}) == (6 if own else 3)
    run = submission.submit_run(plan, submission.NewRun(nonce="press", form=values))
    seeds = list(run.jobs.values_list("seed", flat=True))
    assert min(seeds) >= 0
    assert len(set(seeds)) == (7 if own else 4)
    assert run.jobs.filter(seed=7).count() == 2
