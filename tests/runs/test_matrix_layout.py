"""A run as a matrix: every cell once, in the row, column and page that its values say."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.services.runs import matrix_layout


def cell(model="flux-2-pro", seed=1, **axes):
    return SimpleNamespace(job=SimpleNamespace(model=model, seed=seed, axes=axes, quoted_micros=30_000))


def product(**axes):
    """One cell for every combination; `model` and `seed` are the job's own."""
    cells = [{}]
    for name, values in axes.items():
        cells = [{**each, name: value} for each in cells for value in values]
    return [cell(**each) for each in cells]


def columns(layout):
    return [value for value, _, _ in layout.columns]


def pages(layout):
    return [value for page in layout.pages for value, _ in page.heads]


def rows(layout):
    """Read the row heads of the first page."""
    return [" ".join(str(value) for value, _ in row.heads) for row in layout.pages[0].rows]


def choices(listed):
    return [name for name, _ in listed]


def test_seeds_alone_flow():
    layout = matrix_layout.lay_out(product(seed=[7, 8, 9]))
    assert (layout.across, layout.page, layout.page_choices) == ("", "", [])
    assert rows(layout) == ["7", "8", "9"]
    assert layout.counts == ["1 model", "3 seeds"]


def test_two_axes_make_one_matrix_with_prices_over_the_models():
    layout = matrix_layout.lay_out(product(seed=[7, 8], model=["flux-2-max", "flux-2-pro"]))
    assert layout.columns == [("flux-2-max", "model", 30_000), ("flux-2-pro", "model", 30_000)]
    assert (len(layout.pages), pages(layout), rows(layout)) == (1, [], ["7", "8"])


@pytest.mark.parametrize(
    ("third", "page"),
    [
        ({"prompt": ["red", "blue"]}, "prompt"),
        ({"shape": ["16:9", "1:1"]}, "shape"),
        ({"word": ["red", "blue"]}, "word"),
        ({"steps": ["20", "30"]}, "steps"),
        ({"output_format": ["jpeg", "png"], "prompt_upsampling": ["on", "off"]}, "output_format"),
        ({"steps": ["20", "30"], "shape": ["16:9", "1:1"]}, "shape"),
        ({"shape": ["16:9", "1:1"], "prompt": ["red", "blue"]}, "prompt"),
    ],
)
def test_a_third_axis_parts_the_matrix_into_pages(third, page):
    layout = matrix_layout.lay_out(product(model=["flux-2-max", "flux-2-pro"], **third, seed=[7, 8]))
    assert (layout.across, layout.page) == ("model", page)
    assert pages(layout) == third[page]
    assert choices(layout.page_choices) == ["none", *choices(layout.across_choices)]


def test_pages_can_be_refused_and_chosen():
    cells = product(model=["flux-2-max", "flux-2-pro"], prompt=["red", "blue"], seed=[7, 8])
    layout = matrix_layout.lay_out(cells, page="none")
    assert (layout.page, rows(layout)) == ("", ["7 red", "7 blue", "8 red", "8 blue"])
    layout = matrix_layout.lay_out(cells, page="seed")
    assert (layout.across, pages(layout), rows(layout)) == ("model", [7, 8], ["red", "blue"])
    layout = matrix_layout.lay_out(cells, page="model")
    assert (layout.across, pages(layout)) == ("prompt", ["flux-2-max", "flux-2-pro"])


def test_what_goes_across_is_not_the_page_too():
    cells = product(model=["flux-2-max", "flux-2-pro"], prompt=["red", "blue"], seed=[7, 8])
    layout = matrix_layout.lay_out(cells, across="prompt", page="prompt")
    assert (layout.across, layout.page, rows(layout)) == (
        "prompt",
        "",
        ["7 flux-2-max", "7 flux-2-pro", "8 flux-2-max", "8 flux-2-pro"],
    )


@pytest.mark.parametrize("nonsense", ["", "colour", "none", "row", "steps", "\x00", "9" * 5_000])
def test_nonsense_falls_back_to_what_is_usual(nonsense):
    cells = product(model=["flux-2-max", "flux-2-pro"], seed=[7, 8])
    layout = matrix_layout.lay_out(cells, across=nonsense, page=nonsense)
    assert (layout.across, layout.page) == ("model", "")


def test_pictures_of_one_shape_stand_together():
    cells = product(seed=[7, 8], model=["flux-2-max", "flux-2-pro"], shape=["16:9", "1:1"])
    assert rows(matrix_layout.lay_out(cells, page="none")) == ["16:9 7", "16:9 8", "1:1 7", "1:1 8"]


def test_pictures_with_seeds_of_their_own_are_counted_instead():
    cells = [
        cell(seed=10 * n + m, prompt=prompt, picture=str(n))
        for m, prompt in enumerate(["red", "blue"]) for n in (1, 2, 3)
    ]  # fmt: skip
    layout = matrix_layout.lay_out(cells)
    assert (columns(layout), rows(layout)) == (["red", "blue"], ["1", "2", "3"])
    assert choices(layout.across_choices) == ["prompt", "picture"]
    assert layout.counts == ["1 model", "2 prompts", "3 pictures"]


def test_a_list_has_rows_and_nothing_of_what_differs_between_them():
    cells = [
        cell(model=model, seed=seed, row=row, shape=shape, steps=shape)
        for row, model, shape, seed in (("1 · a door", "flux-2-pro", "1:1", 4), ("2 · a hat", "flux-2-max", "16:9", 5))
    ]  # fmt: skip
    layout = matrix_layout.lay_out(cells)
    assert (layout.across, layout.counts, rows(layout)) == ("", ["2 rows"], ["1 · a door", "2 · a hat"])


def test_several_models_within_a_row_are_an_axis():
    cells = product(row=["1", "2"], model=["flux-2-max", "flux-2-pro"], picture=["1", "2"])
    layout = matrix_layout.lay_out(cells)
    assert (layout.across, pages(layout), rows(layout)) == ("model", ["1", "2"], ["1", "2"])
    layout = matrix_layout.lay_out(cells, page="none")
    assert rows(layout) == ["1 1", "1 2", "2 1", "2 2"]


def test_seeds_of_a_row_that_are_not_numbered_all_stand_in_it():
    layout = matrix_layout.lay_out([cell(seed=n, row="1") for n in (4, 5)] + [cell(seed=6, row="2")])
    assert (rows(layout), len(layout.columns)) == (["1", "1", "2"], 1)


def test_a_long_axis_alone_flows_and_may_go_across_if_a_screen_holds_it():
    twenty = product(steps=[str(n) for n in range(20)])
    assert matrix_layout.lay_out(twenty).across == ""
    assert len(matrix_layout.lay_out(twenty, across="steps").columns) == 20
    thirty = product(steps=[str(n) for n in range(30)])
    layout = matrix_layout.lay_out(thirty, across="steps")
    assert (layout.across, layout.across_choices, len(layout.pages[0].rows)) == ("", [], 30)


def test_of_two_axes_the_shorter_goes_across_if_the_first_is_too_long():
    layout = matrix_layout.lay_out(product(prompt=[str(n) for n in range(12)], seed=[7, 8]))
    assert (layout.across, len(layout.pages[0].rows)) == ("seed", 12)
    layout = matrix_layout.lay_out(product(prompt=[str(n) for n in range(12)], seed=range(30)))
    assert (layout.across, len(layout.columns)) == ("prompt", 12)


def test_where_every_axis_is_too_long_pictures_flow_with_all_their_names():
    layout = matrix_layout.lay_out(product(steps=[str(n) for n in range(25)], seed=range(25)))
    assert (layout.across, rows(layout)[1], len(layout.pages[0].rows)) == ("", "0 1", 625)


NAMED = [name for name in matrix_layout.AXES if name not in matrix_layout.SEEDLIKE]
ASKED = st.sampled_from(["", "none", "nonsense", *matrix_layout.AXES])


@st.composite
def runs(draw):
    """Draw a run: up to four axes, some combinations left out, in any order."""
    names = draw(st.lists(st.sampled_from(NAMED), unique=True, max_size=3))
    names.append(draw(st.sampled_from(["seed", "picture"])))
    sizes = {name: [f"{name}{n}" for n in range(draw(st.integers(1, 5)))] for name in names}
    whole = draw(st.permutations(product(**sizes)))
    return whole[: draw(st.integers(1, len(whole)))]


def value(each, name):
    own = {"model": each.job.model, "seed": each.job.seed}
    return own[name] if name in own else each.job.axes[name]


@given(runs(), ASKED, ASKED)
def test_every_cell_stands_once_where_its_values_say(cells, across, page):
    layout = matrix_layout.lay_out(cells, across=across, page=page)
    name_of = {words[0]: name for name, words in matrix_layout.AXES.items()}
    seen = []
    for part in layout.pages:
        for row in part.rows:
            assert len(row.cells) == len(layout.columns)
            for (column, _, _), each in zip(layout.columns, row.cells, strict=True):
                if each is None:
                    continue
                seen.append(id(each))
                for said, axis in [*part.heads, *row.heads]:
                    assert value(each, name_of[axis]) == said
                if layout.across:
                    assert value(each, layout.across) == column
    assert sorted(seen) == sorted(map(id, cells))
    assert len({name for name in (layout.across, layout.page) if name}) == bool(layout.across) + bool(layout.page)


@given(runs(), st.data())
def test_every_choice_that_is_offered_can_be_had(cells, data):
    offered = matrix_layout.lay_out(cells)
    if offered.across_choices:
        across = data.draw(st.sampled_from(choices(offered.across_choices)))
        assert matrix_layout.lay_out(cells, across=across).across == across
    if offered.page_choices:
        page = data.draw(st.sampled_from(choices(offered.page_choices)))
        assert matrix_layout.lay_out(cells, page=page).page_asked == page
