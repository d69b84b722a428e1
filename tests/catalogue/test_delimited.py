"""What parts the cells of a table is found, and its records are read with the lines they begin in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.tables import delimited
from gallery.catalogue.tables.delimited import MARKDOWN, Record, delimiter_of, opened, records


def cells(text, delimiter=None):
    return [record.cells for record in records(text, delimiter or delimiter_of(text))]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|", ","])
def test_the_delimiter_is_what_parts_every_record_alike(delimiter):
    text = f"day{delimiter}usd\n26.11.2026{delimiter}3\n27.11.2026{delimiter}4\n"
    assert delimiter_of(text) == delimiter
    assert cells(text)[1] == ("26.11.2026", "3")


def test_decimal_commas_and_commas_in_quotes_do_not_part_a_table_of_semicolons():
    assert delimiter_of("day;usd\n26.11.2026;0,03\n27.11.2026;0,04\n") == ";"
    assert delimiter_of('what;usd\n"a, b, c";1\n') == ";"
    assert delimiter_of("words\nof one\ncolumn\n") == ""


def test_quoted_cells_hold_delimiters_line_breaks_and_quotes():
    text = 'prompt,seed\n"a door, ""old"",\nin snow",7\na hat,8\n'
    assert [(each.line, each.cells) for each in records(text, ",")][1:] == [
        (2, ('a door, "old",\nin snow', "7")),
        (4, ("a hat", "8")),
    ]


def test_after_a_record_with_stray_quotes_it_goes_on_in_the_next_line():
    text = 'prompt,seed\n"a sign says "OPEN", red",7\na hat,8\n'
    assert list(records(text, ","))[1:] == [Record(2, None), Record(3, ("a hat", "8"))]


def test_a_quote_that_is_never_closed_ends_the_table():
    assert list(records('prompt,seed\n"a door,2\na lamp,3\n', ","))[1:] == [Record(2, None)]


def test_a_table_of_markdown_is_read_without_its_dashes():
    text = "| prompt | model |\n| --- | :---: |\n| a {red\\|blue} door | flux-2-pro |\n| | |\n| a hat | |\n"
    assert delimiter_of(text) == MARKDOWN
    assert [(each.line, each.cells) for each in records(text, MARKDOWN) if not each.is_blank] == [
        (1, ("prompt", "model")), (3, ("a {red|blue} door", "flux-2-pro")), (5, ("a hat", "")),
    ]  # fmt: skip


def test_a_line_of_many_blanks_and_dashes_is_looked_at_once():
    assert not delimited.is_markdown("a | b\n" + " " * 500_000 + "-" + " " * 500_000 + "x")


def test_excels_own_first_line_and_blank_lines_are_skipped_and_counted():
    opening = opened("\ufeffsep=;\r\n\r\nprompt;seed\r\na;1\r\n")
    assert (opening.delimiter, opening.line, opening.text) == (";", 3, "prompt;seed\na;1\n")
    assert opened("a\rb\r").text == "a\nb\n"


MARKS = st.text(alphabet=",;\t\n\r\"|-: ='ax\x00\x0b\u2028")


@given(MARKS, st.sampled_from([*delimited.DELIMITERS, MARKDOWN]))
def test_any_text_gives_records_in_the_order_of_their_lines(text, delimiter):
    text = opened(text).text
    lines = [record.line for record in records(text, delimiter)]
    assert lines == sorted(set(lines))
    assert not lines or 1 <= lines[0] <= lines[-1] <= text.count("\n") + 1
    assert delimiter_of(text) in ("", MARKDOWN, *delimited.DELIMITERS)
