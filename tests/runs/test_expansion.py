"""From a form to its cells: every combination once, cleaned, quoted, in the same order each time."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.catalogue.models import flux_models
from gallery.services.runs import expansion
from gallery.simulator import checks
from tests.factories import make_run

pytestmark = pytest.mark.django_db  # where the prices stand

FLEX, KLEIN = "flux-2-flex", "flux-2-klein-4b"


def expand(models=(FLEX,), seed="1", **values):
    return expansion.expand_matrix({"prompt": "a door", **values}, models=list(models), seed=seed, draw=range).cells


def bodies(cells, *names):
    return [tuple(cell.request.body.get(name) for name in names) for cell in cells]


def test_every_combination_is_a_cell_seed_by_seed():
    cells = expand(seed="7, 8", prompt="a {red|blue} door", steps="20, 30")
    variants = [("a red door", 20), ("a red door", 30), ("a blue door", 20), ("a blue door", 30)]
    expected = [(seed, *variant) for seed, variant in itertools.product((7, 8), variants)]
    assert bodies(cells, "seed", "prompt", "steps") == expected
    assert cells[1].labels == {"prompt": "red", "steps": "30"}


def test_what_a_model_does_not_take_is_made_once_and_it_says_so():
    cells = expand(models=[FLEX, KLEIN], steps="20, 30, .., 50")
    assert bodies(cells, "model", "steps") == [(FLEX, 20), (KLEIN, None), (FLEX, 30), (FLEX, 40), (FLEX, 50)]
    assert cells[1].request.notes == ("does not take steps: made once",)
    assert cells[0].request.notes == ()


def test_lines_are_prompts_of_their_own_only_if_asked_for():
    assert bodies(expand(prompt="a door\na boat"), "prompt") == [("a door\na boat",)]
    assert bodies(expand(prompt="a door\na boat", prompt_lines=True), "prompt") == [("a door",), ("a boat",)]


def test_the_total_is_the_sum_of_the_cells():
    cells = expand(models=[FLEX, KLEIN], seed="1..3", steps="20, 30")
    assert expansion.total_quote(cells).ours_micros == sum(cell.quote.ours_micros for cell in cells)
    assert expansion.total_quote(cells).count == len(cells) == 9


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"steps": "20, 70"}, "steps", "70 is above 50. Use 1 to 50."),
        ({"guidance": "2, 11"}, "guidance", "11.0 is above 10. Use 1.5 to 10."),
        ({"prompt": "{a|{b|c}}"}, "prompt", "Braces inside braces"),
        ({"seed": "1..100", "steps": "1, 2, .., 30"}, "seed", "100 seeds × 1 model × 30 variants are more than 2,000"),
    ],
)
def test_a_wrong_value_is_named_beside_its_field(values, field, says):
    with pytest.raises(expansion.InvalidMatrix) as invalid:
        expand(**values)
    assert says in invalid.value.problems[field].message
    assert not invalid.value.problems[field].offer  # it would replace the whole list


def test_a_single_wrong_value_still_offers_the_right_one():
    with pytest.raises(expansion.InvalidMatrix) as invalid:
        expand(steps="70")
    assert invalid.value.problems["steps"].offer == {"steps": "50"}


@settings(max_examples=60, deadline=None)
@given(
    models=st.lists(st.sampled_from(flux_models.ids()), min_size=1, max_size=4, unique=True),
    steps=st.lists(st.integers(1, 50), min_size=1, max_size=3, unique=True),
    guidance=st.lists(st.sampled_from(["1.5", "2", "3.25", "10"]), min_size=1, max_size=3, unique=True),
    words=st.lists(st.sampled_from(["red", "blue", "très pâle", ""]), min_size=1, max_size=3, unique=True),
    ratio=st.sampled_from(["1:1", "16:9", "3:7"]),
)
def test_every_cell_passes_the_provider_and_none_is_made_twice(models, steps, guidance, words, ratio):
    typed = {
        "prompt": f"a {{{'|'.join(words)}}} door",
        "steps": ", ".join(map(str, steps)),
        "guidance": ", ".join(guidance),
        "aspect_ratio": ratio,
    }
    cells = expand(models=models, seed="1, 2", **typed)
    for cell in cells:
        checks.check(cell.request.body)
    assert len({str(cell.request.body) for cell in cells}) == len(cells)
    assert bodies(cells, "seed", "model", "prompt") == bodies(
        expand(models=models, seed="1, 2", **typed), "seed", "model", "prompt"
    )


def test_the_price_shown_is_the_sum_booked(owner):
    run = make_run(owner, models=[FLEX, KLEIN], seed="1..3", prompt="a {red|blue} door", steps="20, 30")
    assert run.quoted_micros == sum(run.jobs.values_list("quoted_micros", flat=True))
    assert run.size == run.jobs.count() == 18
    assert run.prompt == "a {red|blue} door"
    assert set(run.jobs.values_list("prompt", flat=True)) == {"a red door", "a blue door"}
