"""Several values in one field: choices in a prompt, lists and progressions of numbers."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.axes import read_axes, variants
from gallery.catalogue.problems import InvalidRequest, InvalidValue


def values_of(name, text):
    return [value for value, _ in read_axes({name: text})[name]]


def labels_of(name, text):
    return [label for _, label in read_axes({name: text})[name]]


@pytest.mark.parametrize(
    ("text", "prompts", "labels"),
    [
        ("a door", ["a door"], [""]),
        ("a {red|blue} door", ["a red door", "a blue door"], ["red", "blue"]),
        ("{red|blue} door", ["red door", "blue door"], ["red", "blue"]),
        ("a {red| pale blue } door", ["a red door", "a pale blue door"], ["red", "pale blue"]),
        ("{a|b} {1|2}", ["a 1", "a 2", "b 1", "b 2"], ["a · 1", "a · 2", "b · 1", "b · 2"]),
        ("a {very |}old door", ["a veryold door", "a old door"], ["very", "—"]),
        ("a {red|red} door", ["a red door"], [""]),
        ("a {plain} brace", ["a {plain} brace"], [""]),
        ('{"scene": "a|b", "mood": "{x|y}"}', ['{"scene": "a|b", "mood": "{x|y}"}'], [""]),
    ],
)
def test_choices_in_a_prompt(text, prompts, labels):
    assert values_of("prompt", text) == prompts
    assert labels_of("prompt", text) == labels


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("50", ["50"]),
        ("10, 20", ["10", "20"]),
        ("10 20;30", ["10", "20", "30"]),
        ("20,30,40", ["20", "30", "40"]),
        ("10, 20, .., 50", ["10", "20", "30", "40", "50"]),
        ("10, 20, ..., 45", ["10", "20", "30", "40", "45"]),
        ("50, 40, …, 10", ["50", "40", "30", "20", "10"]),
        ("2, 2.5, .., 4", ["2", "2.5", "3", "3.5", "4"]),
        ("1, 2, .., 4, 8, 12, .., 20", ["1", "2", "3", "4", "8", "12", "16", "20"]),
        ("10, 10, 20", ["10", "20"]),
        ("4,5", ["4,5"]),  # perhaps a decimal comma: cleaning asks
        ("", [""]),
    ],
)
def test_lists_of_numbers(text, values):
    assert values_of("steps", text) == values


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("steps", ".., 5", "after two values"),
        ("steps", "1, 2, ..", "before the last one"),
        ("steps", "1, .., 5", "after two values"),
        ("steps", "5, 4, .., 9", "no steps lead to 9"),
        ("steps", "5, 5, .., 9", "no steps lead to 9"),
        ("steps", "a, b, .., c", "“a” is no number"),
        ("steps", "1, 2, .., NaN", "“NaN” is no number"),
        ("steps", "1, 2, .., 1e999999999", "“1e999999999” is no number"),
        ("steps", "1, 2, .., 2000000000", "more than 100 values"),
        ("prompt", "{a|b}" * 7, "more than 100 prompts"),
        ("prompt", "{a|{b|c}}", "Braces inside braces"),
    ],
)
def test_what_cannot_be_read_says_why(name, text, says):
    with pytest.raises(InvalidRequest) as invalid:
        read_axes({name: text})
    assert says in invalid.value.problems[name].message


@pytest.mark.parametrize(
    ("text", "prompts", "labels"),
    [
        ("a door\n\n  a boat \r\na door", ["a door", "a boat"], ["a door", "a boat"]),
        ("a {red|blue} door\na boat", ["a red door", "a blue door", "a boat"], ["a red door", "a blue door", "a boat"]),
        ("a door", ["a door"], [""]),
        ("  \n", ["  \n"], [""]),
        (f"{'x' * 80}\ny", ["x" * 80, "y"], ["x" * 59 + "…", "y"]),
    ],
)
def test_every_line_can_be_a_prompt_of_its_own(text, prompts, labels):
    options = read_axes({"prompt": text, "prompt_lines": True})["prompt"]
    assert options == list(zip(prompts, labels, strict=True))


def test_too_many_lines_are_refused():
    with pytest.raises(InvalidRequest, match="more than 100 prompts"):
        read_axes({"prompt": "\n".join(map(str, range(101))), "prompt_lines": True})


WORDS = st.lists(st.text(alphabet="abc", min_size=1, max_size=3), min_size=2, max_size=4, unique=True)
NUMBERS = st.lists(st.integers(1, 50), min_size=2, max_size=4, unique=True)


@given(words=WORDS, steps=NUMBERS, guidance=NUMBERS)
def test_variants_are_the_product_of_their_axes_in_order(words, steps, guidance):
    typed = {
        "prompt": f"a {{{'|'.join(words)}}} door",
        "steps": ", ".join(map(str, steps)),
        "guidance": "; ".join(map(str, guidance)),
        "size": "64x64",
    }
    found = list(variants(typed, read_axes(typed)))
    expected = [(f"a {word} door", str(step), str(guide)) for word in words for step in steps for guide in guidance]
    assert [(each.values["prompt"], each.values["steps"], each.values["guidance"]) for each in found] == expected
    assert all(each.values["size"] == "64x64" for each in found)
    assert [tuple(each.labels.values()) for each in found] == [(p[2:-5], s, g) for p, s, g in expected]
    assert list(variants(typed, read_axes(typed))) == found


@given(st.text(alphabet="ab{}|.,; 0123…-", max_size=30))
def test_any_text_gives_values_or_a_sentence(text):
    for name in ("prompt", "steps"):
        with contextlib.suppress(InvalidRequest):
            options = read_axes({name: text})[name]
            assert 1 <= len(options) <= 100
            assert len({value for value, _ in options}) == len(options)


def test_a_value_that_is_no_text_is_left_alone():
    assert read_axes({"steps": 20, "guidance": None}) == {}
    assert issubclass(InvalidRequest, ValueError)
    assert issubclass(InvalidValue, ValueError)
