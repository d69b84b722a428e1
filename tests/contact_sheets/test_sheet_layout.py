"""Where everything stands on a sheet: every picture once, beside and below its labels, in parts of a bounded size."""

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.services.contact_sheets import sheet_layout
from gallery.services.contact_sheets.sheet_layout import STRONG, plan_parts
from gallery.services.media.text_rendering import line_height, measure_text
from gallery.services.runs import matrix_layout

SHAPES = [(1024, 1024), (1408, 792), (832, 1248), (64, 2048), (2048, 64)]


def cell(n, *, shape=(1024, 1024), model="flux-2-pro", seed=7, **axes):
    job = SimpleNamespace(
        model=model, seed=seed, axes=axes, width=shape[0], height=shape[1], quoted_micros=10_000, position=n
    )  # fmt: skip
    return SimpleNamespace(job=job, image=None)


def product(shapes=((1024, 1024),), **axes):
    found = [{}]
    for name, values in axes.items():
        found = [{**each, name: value} for each in found for value in values]
    return [cell(n, shape=shapes[n % len(shapes)], **each) for n, each in enumerate(found)]


def planned(cells, *, edge=256, most_pixels=sheet_layout.MOST_PIXELS, **asked):
    layout = matrix_layout.lay_out(cells, **asked)
    return plan_parts(layout, edge=edge, title="a door", facts=["12 images"], most_pixels=most_pixels)


MODELS = ["flux-2-max", "flux-2-pro", "flux-2-klein-9b"]


def labels(part):
    return {" ".join(label.lines): label for label in part.labels}


def test_models_stand_over_their_columns_and_seeds_beside_their_rows():
    (part,) = planned(product(seed=[42, 43], model=MODELS))
    shown = labels(part)
    columns = sorted({box.x for box in part.boxes})
    rows = sorted({box.y for box in part.boxes})
    assert [shown[name].x for name in MODELS] == columns
    assert {shown[name].y for name in MODELS} == {shown["flux-2-max"].y}
    assert shown["flux-2-max"].y < rows[0]
    assert [shown[seed].y for seed in ("42", "43")] == rows
    assert shown["42"].x < columns[0]
    assert [(box.cell.job.seed, box.cell.job.model) for box in part.boxes] == [
        (seed, model) for seed in (42, 43) for model in MODELS
    ]


def test_pictures_keep_their_shapes_within_the_edge():
    (part,) = planned(product(SHAPES, seed=list(range(5))), edge=512)
    assert [(box.width, box.height) for box in part.boxes] == [
        (512, 512), (512, 288), (341, 512), (16, 512), (512, 16)
    ]  # fmt: skip


def test_seeds_alone_flow_with_their_names_below():
    (part,) = planned(product(seed=list(range(1, 10))))
    assert len({box.x for box in part.boxes}) == 3
    first, caption = part.boxes[0], labels(part)["seed 1"]
    assert caption.x == first.x
    assert first.y + first.height <= caption.y < part.boxes[3].y


def test_rows_of_a_batch_name_their_seed():
    cells = [cell(n, seed=n, row=f"{n} · a door") for n in range(3)]
    (part,) = planned(cells, edge=512)
    assert "1 · a door · seed 1" in labels(part)


def test_a_large_sheet_comes_in_parts_that_repeat_its_heads():
    parts = planned(product(seed=list(range(12)), model=MODELS), most_pixels=1_200_000)
    assert len(parts) > 1
    assert [box.cell.job.position for part in parts for box in part.boxes] == list(range(36))
    for number, part in enumerate(parts, 1):
        assert {*MODELS, "a door", f"12 images · part {number} of {len(parts)}"} <= labels(part).keys()


def test_pages_have_heads_that_are_repeated_where_a_part_begins():
    cells = product(model=MODELS, prompt=["red", "blue"], seed=list(range(6)))
    parts = planned(cells, most_pixels=1_200_000)
    reds = [part for part in parts if any(box.cell.job.axes["prompt"] == "red" for box in part.boxes)]
    assert len(reds) > 1
    assert all("prompt red" in labels(part) for part in reds)


def test_the_widest_matrix_still_fits_with_smaller_pictures():
    cells = product(seed=list(range(3)), steps=[str(n) for n in range(24)])
    for part in planned(cells, edge=1024, across="steps"):
        assert part.width * part.height <= sheet_layout.MOST_PIXELS
        assert max(box.width for box in part.boxes) < 1024


def test_a_combination_that_was_not_asked_for_has_an_empty_place():
    cells = product(seed=[1, 2], model=MODELS)[:-1]
    (part,) = planned(cells)
    assert [box.cell is None for box in part.boxes] == [False] * 5 + [True]
    assert part.boxes[-1].width > 0 < part.boxes[-1].height


def test_long_words_are_broken_and_long_titles_cut():
    layout = matrix_layout.lay_out(product(seed=[1, 2], model=["m" * 60, "n"]))
    (part,) = plan_parts(layout, edge=256, title="word " * 400, facts=["x" * 900])
    title = part.labels[0]
    assert len(title.lines) == sheet_layout.TITLE_LINES
    assert title.lines[-1].endswith("…")
    assert all(within(part, label) for label in part.labels)


def right_of(label):
    bold = label.ink == STRONG
    return label.x + max((measure_text(line, label.size, bold=bold) for line in label.lines), default=0)


def bottom_of(label):
    return label.y + len(label.lines) * line_height(label.size)


def within(part, label):
    return label.x >= 0 <= label.y and right_of(label) <= part.width and bottom_of(label) <= part.height


def apart(one, other):
    return (
        one.x + one.width <= other.x or other.x + other.width <= one.x
        or one.y + one.height <= other.y or other.y + other.height <= one.y
    )  # fmt: skip


def clear(label, box):
    return (
        right_of(label) <= box.x or box.x + box.width <= label.x
        or bottom_of(label) <= box.y or box.y + box.height <= label.y
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    axes=st.fixed_dictionaries(
        {"seed": st.integers(1, 9).map(lambda n: list(range(n)))},
        optional={
            "model": st.integers(2, 4).map(lambda n: [f"flux-{each}" for each in range(n)]),
            "prompt": st.lists(st.text("ab é中", min_size=1, max_size=50), min_size=2, max_size=3, unique=True),
            "row": st.integers(2, 4).map(lambda n: [f"{each} · a door" for each in range(n)]),
        },
    ),
    shapes=st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3),
    edge=st.sampled_from(list(sheet_layout.EDGES)),
    most=st.sampled_from([1_500_000, sheet_layout.MOST_PIXELS]),
    asked=st.fixed_dictionaries({}, optional={name: st.sampled_from(["seed", "model"]) for name in ("across", "page")}),
)
def test_every_picture_stands_once_and_nothing_covers_anything(axes, shapes, edge, most, asked):
    cells = product(shapes, **axes)
    parts = planned(cells, edge=edge, most_pixels=most, **asked)
    seen = [box.cell.job.position for part in parts for box in part.boxes if box.cell]
    assert sorted(seen) == list(range(len(cells)))
    for part in parts:
        assert part.width * part.height <= most
        for n, box in enumerate(part.boxes):
            assert box.x >= 0 <= box.y
            assert box.x + box.width <= part.width
            assert box.y + box.height <= part.height
            assert all(apart(box, other) for other in part.boxes[:n])
            assert all(clear(label, box) for label in part.labels)
        assert all(within(part, label) for label in part.labels)
