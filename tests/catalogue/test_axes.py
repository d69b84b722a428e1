"""Several values in one field: choices in a prompt, lists and progressions of numbers."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.parameters.axes import Variant, read_axes, value_of, variants, without
from gallery.catalogue.parameters.validation import clean_request
from gallery.catalogue.problems import InvalidRequest, InvalidValue


def values_of(name, text):
    return [option.values[name] for option in read_axes({name: text})[name]]


def labels_of(name, text):
    return [option.label for option in read_axes({name: text})[name]]


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
        ('{"scene": "a|b"}', ['{"scene": "a|b"}'], [""]),
        (r'{"mood": "{\"x\" |y}"}', [r'{"mood": "\"x\""}', '{"mood": "y"}'], ['"x"', "y"]),
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
        ("20,30", ["20", "30"]),
        ("20, 30,", ["20", "30"]),
        (", 20,, 30 ;", ["20", "30"]),
        ("20、30，４０", ["20", "30", "40"]),
        ("٢٠، ٣٠", ["20", "30"]),
        ("20,\u00a030", ["20", "30"]),
        ("20.0, 30.00", ["20", "30"]),
        ("42.0", ["42"]),
        ("10..13", ["10", "11", "12", "13"]),
        ("10–12, 20 - 21", ["10", "11", "12", "20", "21"]),
        ("10～12", ["10", "11", "12"]),
        ("", [""]),
    ],
)
def test_lists_of_numbers(text, values):
    assert values_of("steps", text) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("4.5", ["4.5"]),
        ("4,5", ["4,5"]),  # 4.5, or 4 and 5: cleaning says both
        ("4,5; 5,5", ["4.5", "5.5"]),
        ("4, 5", ["4", "5"]),
        ("3,4,5", ["3", "4", "5"]),
        ("4.5,", ["4.5"]),
        ("４．５、５", ["4.5", "5"]),
        ("3.5,4.5", ["3.5", "4.5"]),  # beside a point the comma can only part
        ("[3.5, 4.5]", ["3.5", "4.5"]),
        ("４．５、 ５", ["4.5", "5"]),
        ("2, 2.5, …, 4", ["2", "2.5", "3", "3.5", "4"]),
    ],
)
def test_lists_of_numbers_with_decimals(text, values):
    assert values_of("guidance", text) == values


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("steps", ".., 5", "after two values"),
        ("steps", "30..10", "Write 10..30."),
        ("steps", "1..900", "more than 100 values"),
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
        ("  \n", [""], [""]),
        (f"{'x' * 80}\ny", ["x" * 80, "y"], ["x" * 59 + "…", "y"]),
        (f"{'x' * 80}a\n{'x' * 80}b", ["x" * 80 + "a", "x" * 80 + "b"], ["…" + "x" * 16 + "a", "…" + "x" * 16 + "b"]),
    ],
)
def test_every_line_can_be_a_prompt_of_its_own(text, prompts, labels):
    options = read_axes({"prompt": text, "prompt_lines": True})["prompt"]
    found = [(option.values["prompt"], option.label) for option in options]
    assert found == list(zip(prompts, labels, strict=True))


def test_too_many_lines_are_refused():
    with pytest.raises(InvalidRequest, match="more than 100 prompts"):
        read_axes({"prompt": "\n".join(map(str, range(101))), "prompt_lines": True})


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ({"aspect_ratio": "16:9"}, [""]),
        ({"aspect_ratio": "16:9, 1:1"}, ["16:9", "1:1"]),
        ({"aspect_ratio": "16 : 9; 16:9, 16/9"}, ["16:9"]),
        ({"aspect_ratio": "16 : 9, "}, [""]),
        ({"aspect_ratio": "7：3、16/9,1,85:1 , 4x3"}, ["7:3", "16:9", "37:20", "4:3"]),
        ({"size": "1024 x 1024 px, 512*768，640✕640"}, ["1024 × 1024", "512 × 768", "640 × 640"]),
        ({"size": "1024x1024, 512 × 768"}, ["1024 × 1024", "512 × 768"]),
        ({"aspect_ratio": "4:5", "size": "64X64"}, ["4:5", "64 × 64"]),
        ({"size": "64x64", "width": "128", "height": "256"}, [""]),
        ({"shapes_several": True, "width": "128", "height": "256"}, [""]),
        ({"shapes_several": True, "width": "\x01"}, [""]),
        (
            {"shapes_several": True, "size": "64x64", "width": "128", "height": "256"},
            ["64 × 64", "128 × 256"],
        ),
    ],
)
def test_several_shapes(typed, labels):
    assert [option.label for option in read_axes(typed)["shape"]] == labels


def test_each_shape_stands_alone():
    typed = {"aspect_ratio": "4:5, 1:1", "size": "64x64"}
    found = [{k: v for k, v in each.values.items() if v} for each in variants(typed, read_axes(typed))]
    assert found == [{"aspect_ratio": "4:5"}, {"aspect_ratio": "1:1"}, {"size": "64x64"}]


@pytest.mark.parametrize(
    ("prompt", "text", "prompts"),
    [
        ("a red door, hundred", "red, blue", ["a red door, hundred", "a blue door, hundred"]),
        (
            "a red, red door",
            'red, "pale, cold green"',
            ["a red, red door", "a pale, cold green, pale, cold green door"],
        ),
        ("a red door", "red\nblue\n", ["a red door", "a blue door"]),
        ("a {red|blue} door", "door, boat", ["a red door", "a red boat", "a blue door", "a blue boat"]),
        ("a red door", r"red, \1", ["a red door", r"a \1 door"]),
        ("a red door", "", ["a red door"]),
    ],
)
def test_a_word_is_replaced_along_an_axis(prompt, text, prompts):
    typed = {"prompt": prompt, "replace": text}
    assert [each.values["prompt"] for each in variants(typed, read_axes(typed))] == prompts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("boat, ship", "“boat” does not stand in the prompt"),
        ("doo, ship", "“doo” does not stand"),
        ("door", "write after a comma what else"),
        (", ".join(f"w{n}" for n in range(101)), "more than 100 words"),
    ],
)
def test_a_word_that_cannot_be_replaced_says_why(text, says):
    with pytest.raises(InvalidRequest) as invalid:
        read_axes({"prompt": "a red door", "replace": text})
    assert says in invalid.value.problems["replace"].message


def test_skipped_values_are_left_out_and_one_must_stay():
    axes = read_axes({"steps": "10, 20, 30", "guidance": "4.5"})
    kept = without(axes, frozenset({value_of("steps", "20"), value_of("guidance", ""), "nothing=1"}))
    assert [option.label for option in kept["steps"]] == ["10", "30"]
    assert len(kept["guidance"]) == 1
    with pytest.raises(InvalidRequest, match="Keep at least one"):
        without(axes, frozenset(value_of("steps", label) for label in ("10", "20", "30")))


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
            assert len({option.values[name] for option in options}) == len(options)
            assert len({option.label for option in options}) == len(options)


def test_a_value_that_is_no_text_is_left_alone():
    values = {"steps": 20, "guidance": None}
    assert list(variants(values, read_axes(values))) == [Variant(values)]
    assert issubclass(InvalidRequest, ValueError)
    assert issubclass(InvalidValue, ValueError)


@pytest.mark.parametrize(
    "text", ["20 .. 22", "20 … 22", "[20, 21, 22]", "(20, 21, 22)", "{20, 21, 22}", "[20.0 21.0 22.0]"]
)
def test_lists_as_programs_write_them_and_ranges_with_spaces(text):
    assert values_of("steps", text) == ["20", "21", "22"]


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("aspect_ratio", "16:9 1:1", ["16:9", "1:1"]),
        ("aspect_ratio", "[16:9, 1:1]", ["16:9", "1:1"]),
        ("size", "1024x768 768x1024", ["1024x768", "768x1024"]),
    ],
)
def test_shapes_with_spaces_between_them(name, text, values):
    assert [option.values[name] for option in read_axes({name: text})["shape"]] == values


def test_words_as_long_as_prompts_are_labelled_by_where_they_differ():
    long = "a wide shot of an old lighthouse on a cliff above a stormy sea at first light with "
    options = read_axes({"prompt": "a cat", "replace": f"cat\n{long}fog\n{long}rain"})["word"]
    assert [option.label for option in options] == ["cat", "…light with fog", "…light with rain"]


@pytest.mark.parametrize(
    ("name", "text"), [("steps", "1" + " " * 50_000 + "x"), ("guidance", ", " * 50_000), ("size", " " * 50_000 + "x")]
)
def test_a_list_that_nobody_writes_is_refused_before_it_is_read(name, text):
    with pytest.raises(InvalidRequest) as refused:
        read_axes({name: text})
    assert "too long: at most 12,000 characters" in refused.value.problems[name].message


@pytest.mark.parametrize("field", ["size", "width", "aspect_ratio"])
def test_a_shape_of_many_blanks_is_gone_through_once(field):
    began = time.process_time()
    with pytest.raises(InvalidRequest):
        clean_request("flux-2-pro", {"prompt": "a", "seed": 1, "height": "64", field: "1" + " " * 100_000 + "x"})
    assert time.process_time() - began < 5


def test_nothing_but_commas_replaces_no_word_and_a_broken_prompt_is_searched_as_typed():
    assert read_axes({"prompt": "a red door", "replace": " , "}) == read_axes({"prompt": "a red door"})
    with pytest.raises(InvalidRequest) as wrong:
        read_axes({"prompt": "a {red {deep|pale}} door", "replace": "door, gate"})
    assert set(wrong.value.problems) == {"prompt"}
