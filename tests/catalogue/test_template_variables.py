"""Templates: places, their defaults, several values for one, and what goes into the studio."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.prompts import prompt_variants
from gallery.catalogue.templates.template_variables import (
    Filled,
    InvalidRequest,
    InvalidValue,
    Place,
    fill,
    parts,
    places,
)


def test_places_stand_in_two_braces_and_may_have_a_default():
    text = "a {{product}} on {{ the  table = a plinth }}, {red|blue}, {{product}}, {{mood=}}"
    assert places(text) == [Place("product"), Place("the table", "a plinth"), Place("mood", "")]


def test_a_default_counts_wherever_it_stands():
    assert places("{{a}} and {{a=x}}") == [Place("a", "x")]
    assert places("{{a=x}} and {{a}} and {{a=x}}") == [Place("a", "x")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{}}", "is no name of a place"),
        ("{{ = x}}", "is no name of a place"),
        ("{{7}}", "is no name of a place"),
        ("{{a|b}}", "is no name of a place"),
        ("{{" + "x" * 60 + "}}", "is no name of a place"),
        ("a {{product", "ends nowhere"),
        ("{{a{b}}}", "ends nowhere"),
        ("{{a=x}} {{a=y}}", "has two defaults"),
        (" ".join(f"{{{{x{n}}}}}" for n in range(21)), "more than anybody"),
    ],
)
def test_what_is_no_place_is_named(text, words):
    with pytest.raises(InvalidValue, match=words):
        places(text)


def test_values_and_defaults_are_written_in():
    text = "a {{product}} on {{table=a plinth}}{{end=}}"
    assert fill(text, {"product": " a vase "}) == Filled("a a vase on a plinth")
    assert fill(text, {"product": "vase", "table": "", "end": "."}) == Filled("a vase on .")


def test_what_must_be_written_is_asked_for_all_at_once():
    with pytest.raises(InvalidRequest) as wrong:
        fill("{{a}} {{b}} {{c=}}", {"a": " ", "c": "x" * 4001})
    assert {name: each.message for name, each in wrong.value.problems.items()} == {
        "a": "Write what stands for a.",
        "b": "Write what stands for b.",
        "c": "4,001 characters are too many. At most 4,000.",
    }


def test_several_values_become_a_choice():
    assert fill("a {{colour}} door", {"colour": "red | blue|red"}) == Filled("a {red|blue} door", count=2)
    assert fill("a {{colour=red|blue}} {{what=door|gate}}", {}).prompt == "a {red|blue} {door|gate}"


def test_a_place_that_stands_twice_stays_the_same_in_both():
    filled = fill("a {{colour}} door\n in a {{colour}} {wall|fence}", {"colour": "red|blue"})
    assert filled == Filled("a red door in a red {wall|fence}\na blue door in a blue {wall|fence}", lines=True, count=2)


def test_choices_of_the_value_itself_stay_its_own():
    assert fill("a {{colour}} door", {"colour": "{red|blue}"}) == Filled("a {red|blue} door")


def test_json_stays_sound_whatever_is_written_in():
    text = '{\n  "scene": "{{scene}}",\n  "mood": "{{mood=calm}}"\n}'
    quoted = fill(text, {"scene": 'a "door"\nin fog \\'})
    assert json.loads(quoted.prompt) == {"scene": 'a "door"\nin fog \\', "mood": "calm"}
    several = fill(text, {"scene": "a door|a boat"})
    assert (several.lines, several.count) == (False, 2)
    made = [prompt for prompt, _ in prompt_variants.alternatives(several.prompt)]
    assert [json.loads(prompt)["scene"] for prompt in made] == ["a door", "a boat"]


def test_a_place_in_json_behind_a_line_of_text_is_quoted_and_one_in_the_text_is_not():
    filled = fill('For {{who}}:\n{"scene": "{{scene}}"}', {"who": 'the "Bar"', "scene": 'a "door"'})
    assert filled.prompt == 'For the "Bar":\n{"scene": "a \\"door\\""}'


def test_an_escaped_bar_parts_no_values_and_escaped_braces_are_no_place():
    assert fill("{{a}}", {"a": r"x \| y|z"}).prompt == r"{x \| y|z}"
    assert fill(r"\{\{a\}\} {{b}}", {"b": "x"}).prompt == r"\{\{a\}\} x"


def test_too_many_prompts_are_refused_beside_the_longest_list():
    with pytest.raises(InvalidRequest) as wrong:
        fill("{{a}} {{b}}", {"a": "1|2", "b": "|".join(map(str, range(60)))})
    assert list(wrong.value.problems) == ["b"]


def test_the_parts_show_what_is_filled_and_what_is_not():
    shown = parts("a {{colour=red}} {{what}}!", {})
    assert shown == [("a ", ""), ("red", "colour"), (" ", ""), ("{{what}}", "what"), ("!", "")]


TEXT = st.text(alphabet='ab {}|="\n[]:,é', max_size=30)
VALUE = st.text(alphabet="xy |{}\"'\\\n\u2028", max_size=12)
NAMES = ("a", "b", "hex colour")
PIECES = st.lists(st.sampled_from([f"{{{{{name}}}}}" for name in NAMES]) | st.text(alphabet="pq ,.\n", max_size=6))


@given(text=TEXT, values=st.dictionaries(st.sampled_from(NAMES), VALUE))
def test_any_text_is_a_template_or_told_why_not(text, values):
    try:
        filled = fill(text, values)
    except (InvalidValue, InvalidRequest):
        return
    assert filled.prompt == filled.prompt.strip()


SEVERAL = st.lists(st.text("xyz", min_size=1), min_size=1, max_size=3, unique=True)


@given(pieces=PIECES, values=st.fixed_dictionaries(dict.fromkeys(NAMES, SEVERAL)))
def test_the_studio_reads_exactly_the_product_of_the_values(pieces, values):
    text = "".join(pieces)
    filled = fill(text, {name: "|".join(each) for name, each in values.items()})
    expected = [text]
    for place in places(text):
        mark = f"{{{{{place.name}}}}}"
        expected = [each.replace(mark, value) for each in expected for value in values[place.name]]
    read = prompt_variants.prompt_lines if filled.lines else prompt_variants.alternatives
    assert {spaced(prompt) for prompt, _ in read(filled.prompt)} == {spaced(each) for each in expected}


def spaced(text):
    return " ".join(text.split())
