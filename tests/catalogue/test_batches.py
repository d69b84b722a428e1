"""A batch is read from whatever a spreadsheet, an editor or a person makes of it; what is unreadable names its line."""

import contextlib
import csv
import io

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gallery.catalogue.problems import InvalidValue
from gallery.catalogue.tables import batches
from gallery.catalogue.tables.batches import LineProblem, Listing
from gallery.catalogue.text.typed_text import one_line_break


def rows(text):
    return [dict(row.values) for row in batches.read(text).rows]


def lines(text):
    return [row.line for row in batches.read(text).rows]


TABLE = "prompt{0}model{0}seed\na door{0}flux-2-pro{0}42\n"


def test_pasted_lines_never_part_json_and_know_every_line_break():
    pretty = '{\n "scene": "cafe | bar",\n "mood": "calm"\n}'
    found = batches.read(f"Art direction:\n{pretty}\na dog\n").rows
    assert [(row.line, row.values["prompt"]) for row in found] == [(1, "Art direction:"), (2, pretty), (6, "a dog")]
    fenced = batches.read(f"```json\n{pretty}\n```\na dog").rows
    assert [row.line for row in fenced] == [1, 7]
    assert [row.values["prompt"] for row in batches.read("a\u2028b\u0085c\x0bd").rows] == list("abcd")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_by_the_names_of_the_columns(delimiter):
    assert rows(TABLE.format(delimiter)) == [{"prompt": "a door", "model": "flux-2-pro", "seed": "42"}]


def test_without_names_every_line_is_a_prompt():
    text = "a door, a lamp; both old\n\n   \na hat = =1\n"
    assert rows(text) == [{"prompt": "a door, a lamp; both old"}, {"prompt": "a hat = =1"}]
    assert lines(text) == [1, 4]


def test_a_prompt_that_speaks_of_models_and_seeds_is_no_line_of_names():
    assert rows("a portrait of a model, seed pods, size of a house") == [
        {"prompt": "a portrait of a model, seed pods, size of a house"}
    ]


def test_quotes_hold_separators_line_breaks_and_quotes():
    text = 'prompt,seed\r\n"a door, ""old"",\r\nin snow",7\r\n\r\na hat,8\r\n'
    assert rows(text) == [{"prompt": 'a door, "old",\nin snow', "seed": "7"}, {"prompt": "a hat", "seed": "8"}]
    assert lines(text) == [2, 5]


def test_names_are_taken_as_people_write_them():
    text = "Prompt ; Aspect Ratio;FORMAT;safety;prompt-upsampling;Seeds\na door;16:9;png;3;on;1"
    assert list(rows(text)[0]) == [
        "prompt", "aspect_ratio", "output_format", "safety_tolerance", "prompt_upsampling", "seed",
    ]  # fmt: skip


def test_a_table_of_prompts_alone_may_have_commas_in_them():
    assert rows("prompt\na door, old\n") == [{"prompt": "a door, old"}]


def test_what_excel_puts_in_front_and_behind_is_left_out():
    assert rows("\ufeffsep=;\nprompt;seed;;\na door;7;;\n;;;\n") == [{"prompt": "a door", "seed": "7"}]
    assert lines("sep=;\nprompt;seed\n\na door;7\n") == [4]


@pytest.mark.parametrize(
    ("names", "question"),
    [
        ("prompt,model,colour", "“colour” is left out unless you choose what it is."),
        ("id,prompt,notes", "“id” and “notes” are left out unless you choose what they are."),
        ("prompt,project", "“project” is left out unless you choose what it is."),
        ("prompt,seed,seeds", "“seeds” is there twice: the second one is left out."),
        ("model,seed", "There is no column for the prompt."),
        (
            "prompt,negative_prompt",
            "“negative_prompt” is left out unless you choose what it is. FLUX takes no negative",
        ),
    ],
)
def test_columns_that_nobody_knows_are_asked_about(names, question):
    assert batches.read(f"{names}\na,b,c\n").question.startswith(question)


def test_a_cell_too_many_is_a_problem_of_its_line():
    listing = batches.read("prompt,seed\na door, old,7\na hat,8\n")
    assert [(each.line, each.column) for each in listing.problems] == [(2, "")]
    assert "“7” stands in no column" in listing.problems[0].message
    assert [row.line for row in listing.rows] == [3]


def test_quotes_that_do_not_match_are_said_where_they_begin():
    listing = batches.read('prompt,seed\na hat,1\n\n"a door,2\na lamp,3\n')
    assert [row.line for row in listing.rows] == [2]
    assert [(each.line, "double quotes" in each.message) for each in listing.problems] == [(4, True)]


def test_a_formula_is_the_text_that_it_is_and_what_we_write_computes_nothing():
    formulas = [{"prompt": text} for text in ("=1+1", "+49 170", "-5", "@SUM(A1)", "'=x", "it's")]
    written = batches.write(formulas, ("prompt",))
    assert written.splitlines()[1:] == ["'=1+1", "'+49 170", "-5", "'@SUM(A1)", "''=x", "it's"]
    assert rows(written) == formulas
    assert rows("prompt\n=1+1\n") == [{"prompt": "=1+1"}]


def test_two_thousand_rows_are_taken_and_one_more_is_refused_before_anything_else():
    for head, line in (("", "a door"), ("prompt,colour\n", "a door,")):
        with pytest.raises(InvalidValue, match="more than 2,000 rows"):
            batches.read(head + f"{line}\n" * 2_001)
    assert len(batches.read("a door\n" * 2_000).rows) == 2_000


@pytest.mark.parametrize("text", ["", " \n\t\n", "prompt,seed\n\n", "\ufeff"])
def test_nothing_is_no_batch(text):
    with pytest.raises(InvalidValue, match="at least one row"):
        batches.read(text)


WORDS = "prompt;seed\nein Käfer, ñandú – “groß”;7\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_usual_encoding_is_read(encoding):
    assert batches.decode(WORDS.encode(encoding)).text == WORDS


def test_latin_1_is_read_also_where_windows_has_no_letter():
    assert batches.decode("Grüße\x81".encode("latin-1")).text == "Grüße\x81"


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest"])
def test_a_workbook_says_what_to_do(content):
    with pytest.raises(InvalidValue, match="Save it as CSV"):
        batches.decode(content)


def test_too_large_a_file_is_refused_with_the_limit():
    with pytest.raises(InvalidValue, match="larger than 2 MB"):
        batches.decode(b"a" * (batches.MAX_BYTES + 1))


def test_the_template_is_read_as_it_was_written():
    written = batches.write(batches.TEMPLATE, batches.TEMPLATE_COLUMNS)
    assert rows(written) == [dict(row) for row in batches.TEMPLATE]
    assert rows(batches.decode(written.encode()).text) == [dict(row) for row in batches.TEMPLATE]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("16:9", {"aspect_ratio": "16:9"}),
        ("1024 x 768", {"size": "1024 x 768"}),
        ("1:1, 16:9, 64×64", {"aspect_ratio": "1:1, 16:9", "size": "64×64"}),
        ("", {}),
    ],
)
def test_a_shape_is_a_ratio_or_a_size(text, shape):
    assert batches.read_shape(text) == shape


def test_what_is_no_shape_and_no_model_says_what_would_be_right():
    with pytest.raises(InvalidValue, match="16:9 or a size like 1024x1024"):
        batches.read_shape("square")
    with pytest.raises(InvalidValue, match="Use flux-2-pro"):
        batches.read_models("flux2-pro")
    assert batches.read_models("FLUX-2-Pro, flux-2-max flux-2-pro") == ["flux-2-pro", "flux-2-max"]


# Surrogates cannot come out of a request or a file.
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
MARKS = st.text(alphabet=',;\t\n\r"=\'" ax\ufeff\x00')
HEADS = st.sampled_from(
    ["", "prompt,seed\n", "prompt;model;shape\r\n", "prompt\tsize\n", "sep=,\nprompt,seed\n", "sep="]
)
CELL = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\",;=+-@'"), max_size=30)
CELLS = CELL.map(str.strip).filter(lambda cell: cell and not cell.isspace())


@given(HEADS, TEXT | MARKS | st.lists(MARKS).map("\n".join))
@example("prompt,seed\n", "'\t0")
def test_any_text_gives_rows_or_problems_with_the_number_of_their_line(head, text):
    whole = head + text
    try:
        listing = batches.read(whole)
    except InvalidValue:
        return
    assert isinstance(listing, Listing)
    last = one_line_break(whole).count("\n") + 1
    for row in listing.rows:
        assert 1 <= row.line <= last
        assert row.values.keys() <= {*batches.COLUMNS}
        assert all(value and value == value.strip() for value in row.values.values())
    for problem in listing.problems:
        assert isinstance(problem, LineProblem)
        assert 1 <= problem.line <= last
        assert problem.message
    numbers = [row.line for row in listing.rows]
    assert numbers == sorted(set(numbers))


@given(st.binary(max_size=200))
def test_any_file_is_decoded_or_refused_in_words(content):
    with contextlib.suppress(InvalidValue):
        assert isinstance(batches.decode(content).text, str)


@given(st.lists(st.dictionaries(st.sampled_from(batches.COLUMNS), CELLS, min_size=1), min_size=1, max_size=8))
def test_what_is_written_is_read_again(written):
    assume(not any(batches.is_empty_cell(row.get("prompt", "")) for row in written))
    text = batches.write(written)
    assert rows(text) == [{name: row[name] for name in batches.COLUMNS if name in row} for row in written]
    computed = [cell for record in csv.reader(io.StringIO(text)) for cell in record if cell[:1] in "=+-@"]
    assert [cell for cell in computed if cell] == []


def test_a_list_that_is_too_long_is_refused():
    with pytest.raises(InvalidValue, match="longer than 2 MB"):
        batches.read("x" * (batches.MAX_BYTES + 1))
