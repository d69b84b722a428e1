"""Rows become the cells of one run: cleaned, priced, each once, and every problem said by its line."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gallery.catalogue.models import flux_models
from gallery.catalogue.tables import batches as catalogue
from gallery.services.runs import batch, matrix_layout
from gallery.services.runs.batch import BatchSpec, InvalidBatch

pytestmark = pytest.mark.django_db  # where the prices stand

KLEIN, PRO, FLEX, KONTEXT = "flux-2-klein-4b", "flux-2-pro", "flux-2-flex", "flux-kontext-pro"


def expand(text, *, models=(KLEIN,), seed="1 random", same_seeds=True, **values):
    spec = BatchSpec({"aspect_ratio": "1:1", **values}, list(models), seed, same_seeds)
    return batch.expand_rows(catalogue.read(text), spec)


def problems(text, **options):
    with pytest.raises(InvalidBatch) as refused:
        expand(text, **options)
    return [(each.line, each.column, each.message) for each in refused.value.problems]


def bodies(cells):
    return [cell.request.body for cell in cells]


def test_blank_cells_get_what_is_usual_and_others_what_they_say():
    first, second = expand(
        "prompt;model;shape;seed;steps\na door;;;;\na hat;flux-2-flex;1024x768;7;20\n", output_format="png", seed="5"
    )
    assert first.request.body == {
        "model": KLEIN, "prompt": "a door", "seed": 5, "size": "1024x1024", "output_format": "png",
        "safety_tolerance": 2,
    }  # fmt: skip
    said = {"model": FLEX, "seed": 7, "size": "1024x768", "steps": 20, "output_format": "png"}
    assert said.items() <= second.request.body.items()


def test_a_shape_of_a_row_stands_instead_of_the_usual_one_whatever_its_kind():
    cells = expand("prompt,aspect_ratio,size,width,height\na,16:9,,,\nb,,512x768,,\nc,,,640,480\n", aspect_ratio="1:1")
    assert [(cell.request.width, cell.request.height) for cell in cells] == [(1360, 768), (512, 768), (640, 480)]
    assert expand("prompt,model,shape\na,flux-kontext-pro,21:9")[0].request.body["aspect_ratio"] == "21:9"


def test_a_row_may_ask_for_several_pictures_and_they_are_counted():
    cells = expand("prompt,model,seed\na {red|blue} door,flux-2-pro flux-2-max,1..2\na hat,,3\n")
    assert len(cells) == 9
    assert [cell.labels["picture"] for cell in cells] == ["1", "1", "2", "2", "3", "3", "4", "4", "1"]
    assert {cell.labels["row"] for cell in cells} == {"1 · a {red|blue} door", "2 · a hat"}


def test_rows_with_a_model_each_name_it():
    cells = expand("prompt,model,seed\na door,flux-2-pro,1..2\na hat,flux-2-max,3\n")
    assert [cell.labels["row"] for cell in cells] == ["1 · a door · flux-2-pro"] * 2 + ["2 · a hat · flux-2-max"]
    assert "flux" not in expand("a door\na hat\n")[0].labels["row"]


def test_the_run_page_shows_rows_with_models_across():
    cells = expand("a door\na hat\n", models=[KLEIN, PRO], seed="7")

    class Shown:
        def __init__(self, cell):
            body = cell.request.body
            self.job = type("Job", (), {"model": body["model"], "seed": body["seed"], "axes": cell.labels})
            self.job.quoted_micros = cell.quote.ours_micros

    layout = matrix_layout.lay_out([Shown(cell) for cell in cells])
    assert (layout.across, layout.counts) == ("model", ["2 models", "2 rows"])
    assert [row.heads for row in layout.pages[0].rows] == [[("1 · a door", "row")], [("2 · a hat", "row")]]


def test_rows_without_seeds_get_the_same_or_each_its_own():
    same = [cell.request.body["seed"] for cell in expand("a\nb\nc", seed="2 random")]
    assert (same[0], same[1]) == (same[2], same[3]) == (same[4], same[5])
    own = [cell.request.body["seed"] for cell in expand("a\nb\nc", seed="2 random", same_seeds=False)]
    assert len(set(own)) == 6
    written = expand("prompt,seed\na,1 random\nb,1 random\n")
    assert written[0].request.body["seed"] != written[1].request.body["seed"]


def test_what_two_rows_would_make_alike_is_made_once_and_says_so():
    cells = expand("prompt,seed\na door,7\na hat,7\n a door ,7\na door,007\n")
    assert [cell.request.body["prompt"] for cell in cells] == ["a door", "a hat"]
    assert cells[0].request.notes == ("lines 4 and 5 ask for the same: made once",)


@pytest.mark.parametrize("shows", ["5,0", "4,25", "1,5"])
def test_a_column_with_decimal_commas_has_them_in_every_row(shows):
    cells = expand(f"prompt;model;guidance\na door;{FLEX};4,5\na hat;{FLEX};{shows}\na lamp;{FLEX};2,5\n", seed="1")
    assert [cell.request.body["guidance"] for cell in cells] == [4.5, float(shows.replace(",", ".")), 2.5]


@pytest.mark.parametrize("other", ["4,5", "4.25", "7", ""])
def test_a_comma_that_no_other_row_explains_is_asked_about(other):
    text = f"prompt;model;guidance\na door;{FLEX};4,5\na hat;{FLEX};{other}\n"
    assert problems(text, seed="1")[0][2].endswith("Write 4.5, or 4; 5 for two.")


def test_every_problem_of_every_line_is_said_with_what_would_be_right():
    text = (
        "prompt;model;shape;seed;guidance\n"
        "a door;flux2pro;1000x1000;many;\n"
        ";flux-2-flex;;;4,5\n"
        "\n"
        "a hat;;5:1;;\n"
        "a lamp;;16:9;1;;x\n"
    )
    assert [(line, column) for line, column, _ in problems(text)] == [
        (2, "model"), (2, "shape"), (2, "seed"), (3, "prompt"), (3, "guidance"), (5, "shape"), (6, ""),
    ]  # fmt: skip
    said = [message for *_, message in problems(text)]
    assert said[0].endswith("Use flux-2-pro.")
    assert said[1].endswith("Use 1008x1008.")
    assert said[5] == "5:1 is wider than 7:3. Use 7:3."


def test_a_row_has_one_shape_and_some_model_and_no_broken_character():
    (shape,) = problems("prompt,shape,size\na,1:1,64x64\n")
    assert shape == (2, "shape", "The shape stands in shape and size. Keep one of them.")
    assert problems("a door\na hat\n", models=[])[1] == (2, "model", batch.MISSING_MODEL)
    assert problems("a d\ufffdor\n") == [(1, "prompt", batch.BROKEN)]
    assert problems('[{"prompt": "a \\ud83d door"}, {"prompt": "a \\ud83d\\udeaa"}]') == [(1, "prompt", batch.BROKEN)]
    assert problems('["a door", "a \\udeaa door"]') == [(1, "prompt", batch.BROKEN)]
    assert problems('{"prompt": "a door", "se\\ud800ed": "1"}\n{"prompt": "\\ud800"}') == [(2, "prompt", batch.BROKEN)]


def test_more_images_than_a_run_may_have_are_refused_at_their_line():
    *_, last = problems("\n".join(["a door"] * 6), seed="1..400")
    assert last == (6, "", batch.TOO_MANY)


def test_the_title_is_the_first_prompt_and_how_many_more():
    assert batch.batch_title(catalogue.read("a door\n")) == "a door"
    assert batch.batch_title(catalogue.read("a door\nb\n")) == "a door and 1 more row"
    assert batch.batch_title(catalogue.read("a door\nb\nc\n")) == "a door and 2 more rows"


CELL = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
PLAUSIBLE = st.sampled_from(
    ["", "", "1", "42", "2 random", "16:9", "1024x1024", "1000x9", "on", "png", "4,5", "20", "flux-2-pro, flux-2-max"]
)
RECORD = st.dictionaries(st.sampled_from(catalogue.COLUMNS), CELL | PLAUSIBLE)


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=4), st.sampled_from([(), (KLEIN,), (PRO, KONTEXT)]))
def test_any_cells_make_pictures_or_problems_with_their_lines(records, models):
    listing = catalogue.read(catalogue.write(records) + "a row,,\n")
    cells, wrong = [], []
    try:
        cells = batch.expand_rows(listing, BatchSpec({}, list(models), "1"))
    except InvalidBatch as refused:
        wrong = refused.problems
    assert bool(cells) != bool(wrong)
    assert all(each.line >= 2 and each.message for each in wrong)
    assert {each.column for each in wrong} <= {"", *catalogue.COLUMNS}
    assert all(cell.request.model_id in flux_models.ids() and cell.request.body["prompt"] for cell in cells)
