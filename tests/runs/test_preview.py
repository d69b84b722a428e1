"""What stands on the page before a large run: prices that add up, and what leaving a value out would save."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gallery.catalogue.models import flux_models
from gallery.catalogue.parameters import axes as catalogue
from gallery.services.prices.quotes import FREE
from gallery.services.runs import expansion, preview

pytestmark = pytest.mark.django_db  # where the prices stand

FLEX, KLEIN = "flux-2-flex", "flux-2-klein-4b"


def laid(models=(FLEX,), seed="1", **values):
    return expansion.expand_matrix({"prompt": "a door", **values}, models=list(models), seed=seed)


def review_of(plan, skipped=()):
    return preview.preview_cells(plan.cells, axes=plan.axes, skipped=skipped)


def axis(review, name):
    return next(each for each in review.axes if each.name == name)


def test_only_what_varies_is_an_axis_and_drawn_seeds_cannot_be_left_out():
    review = review_of(laid(models=[FLEX, KLEIN], seed="7, 8, 2 random", steps="20, 30"))
    assert [each.name for each in review.axes] == ["model", "steps", "seed"]
    assert [value.key for value in axis(review, "seed").values] == ["seed=7", "seed=8"]


def test_a_value_saves_what_no_other_value_would_bring():
    review = review_of(laid(models=[FLEX, KLEIN], seed="1", steps="20, 30"))
    flex, klein = (next(line.each_micros for line in review.models if line.model == name) for name in (FLEX, KLEIN))
    assert [value.saves_micros for value in axis(review, "steps").values] == [flex, flex]  # klein's one stays
    assert [value.saves_micros for value in axis(review, "model").values] == [2 * flex, klein]


def test_what_is_skipped_is_still_shown():
    skipped = [catalogue.value_of("steps", "30")]
    review = review_of(laid(steps="20, 30, 40", skip=skipped), skipped)
    assert [(value.label, value.skipped) for value in axis(review, "steps").values] == [
        ("20", False), ("30", True), ("40", False),
    ]  # fmt: skip
    assert axis(review, "steps").kept == 2
    assert review.quote.count == 2


def test_the_lines_of_the_models_are_the_whole_price():
    plan = laid(models=[FLEX, KLEIN], seed="1..5", steps="20, 30")
    cells = [replace(cell, owned=object(), quote=FREE) if n % 3 == 0 else cell for n, cell in enumerate(plan.cells)]
    review = preview.preview_cells(cells, axes=plan.axes, skipped=())
    assert sum(line.micros for line in review.models) == review.quote.ours_micros
    assert review.bought + review.owned == review.quote.count == len(cells)
    assert all(line.micros == line.bought * line.each_micros for line in review.models)


def test_a_long_list_shows_its_beginning():
    review = review_of(laid(seed="1..250"))
    assert len(review.shown) == 100
    assert review.more == 150


CHOICES = {
    "steps": ["20, 30", "10, 20, .., 40"],
    "guidance": ["2, 3"],
    "prompt_upsampling": ["on", "on, off"],
    "output_format": ["png", "jpeg, png"],
    "safety_tolerance": ["2", "0, 2, 5"],
    "aspect_ratio": ["16:9", "1:1, 16:9"],
    "replace": ["door, boat"],
    "prompt": ["a {red|blue} door"],
}
ONE = st.sampled_from([(name, text) for name, texts in CHOICES.items() for text in texts])
TYPED = st.lists(ONE, max_size=3, unique_by=lambda each: each[0]).map(dict)
MODELS = st.lists(st.sampled_from(flux_models.ids()), min_size=1, max_size=3, unique=True)


@settings(max_examples=80, deadline=None)
@given(typed=TYPED, models=MODELS, seed=st.sampled_from(["1", "1..3", "1, 2 random"]), data=st.data())
def test_leaving_a_value_out_saves_what_was_said(typed, models, seed, data):
    plan = laid(models=models, seed=seed, **typed)
    review = review_of(plan)
    values = [value for each in review.axes for value in each.values if each.kept > 1]
    assume(values)
    value = data.draw(st.sampled_from(values))
    if value.axis == "seed" and "random" in seed:
        value = values[0]
    fewer = laid(models=models, seed=seed, skip=[value.key], **typed)
    saved = review.quote.ours_micros - expansion.total_quote(fewer.cells).ours_micros
    assert saved == value.saves_micros
    assert len(plan.cells) - len(fewer.cells) == value.images


@settings(max_examples=80, deadline=None)
@given(typed=TYPED, seed=st.sampled_from(["1", "1..3"]), data=st.data())
def test_cells_are_the_product_of_the_axes_less_the_skipped(typed, seed, data):
    """Of a model that takes everything: what another does not take is made once."""
    plan = laid(seed=seed, **typed)
    keys = [
        catalogue.value_of(name, label) for name, labels in plan.axes.items() if len(labels) > 1 for label in labels
    ]
    skipped = data.draw(st.lists(st.sampled_from(keys), unique=True, max_size=3)) if keys else []
    kept = {
        name: [label for label in labels if catalogue.value_of(name, label) not in skipped]
        for name, labels in plan.axes.items()
    }
    if not all(kept.values()):
        with pytest.raises(expansion.InvalidMatrix, match="Keep at least one"):
            laid(seed=seed, skip=skipped, **typed)
        return
    product = 1
    for labels in kept.values():
        product *= len(labels)
    cells = laid(seed=seed, skip=skipped, **typed).cells
    assert len(cells) == product
    again = laid(seed=seed, skip=skipped, **typed).cells
    assert [cell.request.body for cell in cells] == [cell.request.body for cell in again]
    assert len({cell.recipe for cell in cells}) == product
