"""A run that grows: only what it lacks, behind what it has, once."""

import pytest

from gallery.models import Job, Run
from gallery.services.runs import expansion, extension, submission
from tests.factories import grow, make_run

pytestmark = pytest.mark.django_db(transaction=True)

KLEIN, KLEIN_9, FLEX = "flux-2-klein-4b", "flux-2-klein-9b", "flux-2-flex"


def made(run):
    """Read what the run asks for, in its order."""
    return list(run.jobs.order_by("position").values_list("model", "seed"))


def planned(run, **wish):
    return extension.plan_extension(run, **wish).quote


def again(run):
    return Run.objects.get(pk=run.pk)


def test_seeds_come_with_all_models_and_variants(owner):
    run = make_run(owner, models=[KLEIN, KLEIN_9], prompt="a {red|blue} door", seed="7")
    before = list(run.jobs.order_by("position").values())
    assert grow(run, seed="7..9") == 8
    assert list(run.jobs.filter(position__lt=4).order_by("position").values()) == before
    assert made(run)[4:] == [(model, seed) for seed in (8, 9) for _ in range(2) for model in (KLEIN, KLEIN_9)]
    assert list(run.jobs.order_by("position").values_list("position", flat=True)) == list(range(12))
    assert [job.axes for job in run.jobs.filter(seed=9, model=KLEIN)] == [{"prompt": "red"}, {"prompt": "blue"}]


def test_a_model_comes_with_the_seeds_that_were_drawn(owner):
    run = make_run(owner, models=[KLEIN], seed="3 random")
    drawn = [seed for _, seed in made(run)]
    assert grow(run, model=FLEX) == 3
    assert made(run)[3:] == [(FLEX, seed) for seed in drawn]


def test_both_at_once_fill_the_whole_matrix(owner):
    run = make_run(owner, models=[KLEIN], seed="1, 2")
    assert grow(run, model=KLEIN_9, seed="3") == 4
    assert sorted(made(run)) == [(model, seed) for model in (KLEIN, KLEIN_9) for seed in (1, 2, 3)]


def test_a_model_that_takes_more_gets_every_variant(owner):
    run = make_run(owner, models=[KLEIN], seed="7", steps="20, 30")
    assert run.size == 1
    assert grow(run, model=FLEX) == 2
    assert [job.axes for job in run.jobs.order_by("position")] == [{"steps": "20"}, {"steps": "20"}, {"steps": "30"}]


def test_random_seeds_are_new_ones(owner):
    run = make_run(owner, seed="0..199")
    assert grow(run, seed="100 random") == 100
    assert len(set(made(run))) == 300


def test_size_price_version_and_form_say_what_the_run_is_now(owner):
    run = make_run(owner, models=[KLEIN], seed="1, 2")
    quote = planned(run, seed=" 2 random ", model=FLEX)
    version, quoted = again(run).version, run.quoted_micros
    grow(run, seed=" 2 random ", model=FLEX)
    run = again(run)
    assert (run.size, run.version) == (8, version + 1)
    assert run.quoted_micros == quoted + quote.ours_micros == sum(job.quoted_micros for job in run.jobs.all())
    assert (run.form["model"], run.form["seed"]) == ([KLEIN, FLEX], "1, 2, 2 random")
    values = {"prompt": run.form["prompt"]}
    assert len(expansion.expand_matrix(values, models=run.form["model"], seed=run.form["seed"]).cells) == 8


def test_a_quote_writes_nothing(owner):
    run = make_run(owner, models=[KLEIN], seed="1, 2")
    quote = planned(run, seed="2, 3, 4", model=KLEIN_9)
    assert (quote.count, quote.ours_micros) == (6, 60_000)
    assert (Job.objects.count(), again(run).version, again(run).form) == (2, run.version, run.form)


def test_a_second_press_of_the_same_form_adds_nothing(owner):
    run = make_run(owner, seed="1, 2")
    grow(again(run), seed="2 random", seen=2)
    with pytest.raises(extension.RunHasGrown):
        grow(again(run), seed="2 random", seen=2)
    assert (run.jobs.count(), again(run).size, again(run).version) == (4, 4, 1)


def test_a_press_between_counting_and_writing_wins(owner, monkeypatch):
    run = make_run(owner, seed="1, 2")
    ensure = submission.gates.ensure_gates

    def somebody_else_presses():
        monkeypatch.setattr(submission.gates, "ensure_gates", ensure)
        grow(again(run), seed="3")

    monkeypatch.setattr(submission.gates, "ensure_gates", somebody_else_presses)
    with pytest.raises(extension.RunHasGrown):
        grow(run, seed="3, 4")
    assert [seed for _, seed in made(run)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("wish", "field", "words"),
    [
        ({}, "seed", "Write a seed or choose a model to add."),
        ({"seed": "  "}, "seed", "Write a seed or choose a model to add."),
        ({"seed": "1..2"}, "seed", "The run has these seeds already."),
        ({"seed": "many"}, "seed", "“many” is no seed. Write 42, a range 100..110, or 4 random."),
        ({"seed": "1\x00"}, "seed", "is no seed"),
        ({"seed": "3\ud800"}, "seed", "is no seed"),
        ({"seed": "9" * 9_000}, "seed", "too long"),
        ({"seed": "400 random"}, "seed", "more than 400 seeds"),
        ({"model": KLEIN}, "model", "The run has flux-2-klein-4b already."),
        ({"model": "flux-9"}, "model", "flux-9"),
    ],
)
def test_what_cannot_be_added_is_said_beside_its_field(owner, wish, field, words):
    run = make_run(owner, models=[KLEIN], seed="1, 2")
    with pytest.raises(expansion.InvalidMatrix) as invalid:
        grow(run, **wish)
    assert list(invalid.value.problems) == [field]
    assert words in invalid.value.problems[field].message
    assert Job.objects.count() == 2


def test_a_run_stays_within_what_a_run_may_have(owner, monkeypatch):
    monkeypatch.setattr(expansion, "MAX_CELLS", 5)
    run = make_run(owner, models=[KLEIN, KLEIN_9], seed="1, 2")
    with pytest.raises(expansion.InvalidMatrix, match="more than 5 images"):
        grow(run, seed="3")
    assert run.jobs.count() == 4


def test_runs_whose_pictures_have_seeds_of_their_own_cannot_grow(owner, settings):
    assert extension.can_grow(make_run(owner))
    for axes in ({"picture": "1"}, {"row": "1 · a door"}):
        run = make_run(owner)
        run.jobs.update(axes=axes)
        assert not extension.can_grow(run)
        with pytest.raises(expansion.InvalidMatrix, match="cannot grow"):
            grow(run, seed="9")
    assert not extension.can_grow(Run(owner=owner, form={"batch": "a,b", "prompt": "x"}, demo=settings.DEMO))
    assert not extension.can_grow(Run(owner=owner, form={"model": []}, demo=settings.DEMO))


def test_a_run_of_the_demo_does_not_grow_into_paid_pictures(owner, settings):
    run = make_run(owner)
    settings.DEMO = not settings.DEMO
    assert not extension.can_grow(run)
