import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.models.advice import ADVICE, TEMPLATES
from gallery.catalogue.parameters.validation import clean_request
from gallery.catalogue.prompts.prompt_facts import KNOWN_KEYS, JsonPrompt, hex_colours, json_prompt

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "colours"),
    [
        ("a wall in color #c4622d, lamp #ABC", ("#C4622D", "#AABBCC")),
        ("#fff and #FFFFFF and #ffffff", ("#FFFFFF",)),
        ('{"color_palette": ["#112233","#445566"]}', ("#112233", "#445566")),
        ("#12 #1234 #12345 #1234567 #ggg x#fff ##fff &#123; #fffx", ()),
        ("", ()),
    ],
)
def test_colours_are_found(text, colours):
    assert hex_colours(text) == colours


def test_at_most_twelve_colours():
    assert len(hex_colours(" ".join(f"#0000{number:02x}" for number in range(40)))) == 12


@pytest.mark.parametrize("text", ["a cat", "", " ", "“{}”", '"{"'])
def test_a_plain_prompt_is_no_json(text):
    assert json_prompt(text) is None


def test_sound_json_is_made_pretty():
    assert json_prompt(' {"scene":"Küste","subjects":[{"action":"fährt"}]}') == JsonPrompt(
        valid=True,
        pretty='{\n  "scene": "Küste",\n  "subjects": [\n    {\n      "action": "fährt"\n    }\n  ]\n}',
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"scene": "a"\n "style": "b"}', "line 2, column 2: a comma is missing"),
        ("{scene: 1}", "line 1, column 2: a name in double quotes is expected"),
        ('{"scene"\n  "a"}', "line 2, column 3: a colon is missing after the name"),
        ('{"a": cat}', "line 1, column 7: a value is missing or not in double quotes"),
        ('{"a": "b', "line 1, column 7: this text has no closing quote"),
        ("{} and a cat", "line 1, column 4: there is text after the end of the JSON"),
        ('{"a": "b\nc"}', "line 1, column 9: a line break or tab inside a text must be written as \\n or \\t"),
        ('{"a": 1, "a": 2}', 'The name "a" stands twice in one object.'),
        ("[NaN]", "NaN is no JSON number."),
        ("[-Infinity]", "-Infinity is no JSON number."),
        ("[1e999]", "A number is too large."),
        ("[" + "9" * 5000 + "]", "A number has too many digits."),
        ("[" * 100_000, "The brackets are nested too deeply."),
        ("[" * 33 + "]" * 33, "The brackets are nested too deeply."),
        ('{"a":' * 50_000, "The brackets are nested too deeply."),
    ],
)
def test_a_fault_is_told_with_its_place(text, error):
    assert json_prompt(text) == JsonPrompt(valid=False, error=error)


def test_32_levels_of_brackets_are_allowed():
    assert json_prompt("[" * 32 + "]" * 32).valid


def test_escapes_no_prompt_can_hold_as_characters_stay_escapes():
    found = json_prompt(r'["\ud800", "\u007f", "\u0000", "\u00e9"]')
    assert json.loads(found.pretty) == ["\ud800", "\x7f", "\x00", "é"]
    assert clean_request("flux-2-pro", {"prompt": found.pretty, "seed": 1}).body["prompt"] == found.pretty


@given(st.text() | st.text(alphabet='{}[]":,0123456789.eE-\\u \n') | st.text().map(lambda text: "{" + text))
def test_any_text_is_judged(text):
    found = json_prompt(text)
    if found is not None:
        assert found.valid is not bool(found.error)
    hex_colours(text)


@given(st.lists(JSON_VALUES) | st.dictionaries(st.text(), JSON_VALUES))
def test_pretty_json_says_the_same(value):
    found = json_prompt(json.dumps(value))
    assert found.valid
    assert json.loads(found.pretty) == value
    assert json_prompt(found.pretty) == found


def test_the_usual_keys_are_known():
    assert KNOWN_KEYS["camera"] == ("angle", "lens", "depth_of_field")
    assert KNOWN_KEYS["subjects"] == ("description", "position", "action")
    assert len(KNOWN_KEYS) == 9


def test_the_advice_is_complete_and_its_anchors_distinct():
    keys = [advice.key for advice in ADVICE]
    assert len(set(keys)) == len(keys)
    assert {"prompts", "upsampling", "colours", "json", "reproducing", "batches", "safety", "shapes"} <= set(keys)
    assert all(advice.title and all(advice.paragraphs) for advice in ADVICE)


def test_the_two_picture_templates_are_shipped_and_can_be_sent():
    assert [template.key for template in TEMPLATES] == ["pattern-transfer", "style-fusion", "before-after"]
    for template in TEMPLATES:
        assert template.pictures == 2
        assert (
            clean_request("flux-kontext-max", {"prompt": template.prompt, "seed": 1}).body["prompt"] == template.prompt
        )


def test_a_fault_without_words_of_ours_is_said_in_pythons():
    assert json_prompt('{"a": "\\ud"}').error == "line 1, column 9: invalid \\uXXXX escape"
