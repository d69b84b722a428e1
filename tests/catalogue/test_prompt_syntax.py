"""Choices, JSON and escapes in one prompt: what is bought, what is asked about first, what is put back as it was."""

import contextlib
import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gallery.catalogue.parameters.validation import clean_request
from gallery.catalogue.problems import InvalidRequest, InvalidValue
from gallery.catalogue.prompts.foreign_syntax import hints
from gallery.catalogue.prompts.prompt_facts import json_prompt
from gallery.catalogue.prompts.prompt_syntax import escaped, read
from gallery.catalogue.prompts.prompt_variants import alternatives, doubts, prompt_lines, typed_lines
from gallery.catalogue.prompts.prompt_variants import hints as variant_hints
from gallery.catalogue.text.typed_text import tidy


def prompts_of(text):
    return [prompt for prompt, _ in alternatives(text)]


@pytest.mark.parametrize(
    "text",
    [
        'Art direction:\n{"scene": "cafe | bar", "mood": "calm"}',
        '```json\n{"scene": "cafe | bar", "mood": "calm"}\n```',
        '{"scene": "a|b"}\n{"scene": "c|d"}',
        '{"scene": "a|b"} on a plinth, seen from above',
        'Use this: {"subjects": [{"description": "a|b", "position": "left|right"}]} and nothing else.',
        '["a|b", {"c": "d|e"}]',
        '{\n  "scene": "cafe | bar",\n  "camera": {"angle": "low | high"}\n}',
        '{"text": "a line\nbreak | in it"}',
        '{"empty": {}, "none": null, "n": 1.5, "s": "x|y"}',
    ],
)
def test_json_is_one_prompt_wherever_it_stands(text):
    assert alternatives(text) == [(text, "")]
    assert doubts(text) == []


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ('{"scene":"{red|blue} cat"}', ['{"scene":"red cat"}', '{"scene":"blue cat"}']),
        ('Art:\n{"s": "{a|b}"}', ['Art:\n{"s": "a"}', 'Art:\n{"s": "b"}']),
        ('{"s": "{a|b}", "t": "c|d"} {x|y}', [f'{{"s": "{s}", "t": "c|d"}} {x}' for s in "ab" for x in "xy"]),
        ('["{a|b} door"]', ['["a door"]', '["b door"]']),
        (r'{"s": "a sign {\"open\"|\"closed\"}"}', [rf'{{"s": "a sign \"{word}\""}}' for word in ("open", "closed")]),
        ('{"{a|b}": 1}', ['{"a": 1}', '{"b": 1}']),
        ('{{"a": 1}|{"a": 2}}', ['{"a": 1}', '{"a": 2}']),
    ],
)  # fmt: skip
def test_choices_work_inside_the_texts_of_json_and_beside_it(text, prompts):
    assert prompts_of(text) == prompts
    assert doubts(text) == []
    assert all(json_prompt(prompt).valid for prompt in prompts)


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        (r"\{open|closed\}", ["{open|closed}"]),
        (r"a \| b", ["a | b"]),
        (r"{a\|b|c}", ["a|b", "c"]),
        (r"{\{a\}|b}", ["{a}", "b"]),
        (r"\\{a|b}", [r"\a", r"\b"]),
        (r"\\\{a", [r"\{a"]),
        (r"C:\new \\server \n", [r"C:\new \\server \n"]),
        (r'{"s": "\{open|closed\}"}', ['{"s": "{open|closed}"}']),
        (r'{"s": "\\{open|closed\\}"}', ['{"s": "{open|closed}"}']),
        (r'\{"s": "a|b"\}', ['{"s": "a|b"}']),
    ],
)
def test_a_backslash_takes_the_meaning_away(text, prompts):
    assert prompts_of(text) == prompts
    assert doubts(text) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a {red|blue cat", "never closed"),
        ("red|blue} cat", "never opened"),
        ("a {red|blue cat, {big|small}", "never closed"),
        ("{} cat", "is empty"),
        ("{|} cat", "is empty"),
        ("a {single} cat", "looks like a choice and is none"),
        ("a {red/blue} cat", "looks like a choice and is none"),
        ("a {red, {blue}} cat", "looks like a choice and is none"),
        ("a {a||b} cat", "an empty choice in its middle"),
        ("a {{product}} on a table", "is a place of a template"),
        ("a {red｜blue} cat", "full-width"),
        ("｛赤｜青｝の猫", "Write {赤|青}"),
        ('{"scene": "cafe | bar", "mood": "calm"', "written like JSON and is not sound"),
        ('{"scene": "cafe | bar", mood: calm}', "written like JSON and is not sound"),
        ('Art:\n{“scene”: “cafe | bar”}', "written like JSON and is not sound"),
        ("{'scene': 'cafe | bar'}", "written like JSON and is not sound"),
        ('{"scene": {red|blue}}', "written like JSON and is not sound"),
        ('{scene: "cafe | bar"}', "written like JSON and is not sound"),
        ("{scene: cafe | bar}", "is a choice of 2, not JSON"),
        ('{"scene" "cafe | bar"}', "cut inside double quotes"),
        ('{"s": "{a|b"}', "never closed"),
        ("__animal__ in fog", "is a wildcard elsewhere"),
        ("a __colors/warm__ cat", "is a wildcard elsewhere"),
        ("a __~color__ cat", "is a wildcard elsewhere"),
        ("a __@color__ cat", "is a wildcard elsewhere"),
        ("a __色__ cat", "is a wildcard elsewhere"),
        ("a __2d-styles__ cat", "is a wildcard elsewhere"),
        ("a __color(tone=warm)__ cat", "is a wildcard elsewhere"),
        ("a {red::2} cat", "looks like a choice and is none"),
        ("a {red|red} cat", "says the same 2 times"),
    ],
)  # fmt: skip
def test_what_looks_like_a_choice_and_is_none_or_the_other_way_round_is_said(text, says):
    assert any(says in doubt for doubt in doubts(text)), doubts(text)


@pytest.mark.parametrize(
    "text",
    [
        "a red cat", "a {very |}old door", "a {red|blue} cat", "{16:9|4:3} frame", '{"open"|"closed"} sign', "{1|2}",
        "wide | soft | 85mm", "__init__y", "snake_case_word", "[wide shot] a cat", "a -> b", "5 | 3", "{https://a.b|c}",
    ],
)  # fmt: skip
def test_what_is_plain_is_not_asked_about(text):
    assert doubts(text) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a {2::red|1::blue} cat", "which is not read here: each makes one picture. Write {red|blue}."),
        ("a {0.5::red|blue} cat", "Write {red|blue}."),
        ("a {2$$red|blue|green} cat", "Write {red, blue|red, green|blue, green}."),
        ("a {1-2$$ and $$red|blue} cat", "Write {red|blue|red and blue}."),
        ("a {2$$__animal__} cat", "picks several at once"),
        ("a {2$$red|blue} cat", "Write red, blue."),
        ("a { 2 $$ red|blue|green} cat", "Write {red, blue|red, green|blue, green}."),
        ("a {1 - 2$$red|blue} cat", "Write {red|blue|red, blue}."),
        ("a {2＄＄red|blue|green} cat", "picks several at once"),
        ("a { 2 :: red | 1 :: blue } cat", "weighs its choices"),
        ("a {0,5::red|blue} cat", "Write {red|blue}."),
        ("a {２：：red|blue} cat", "Write {red|blue}."),
        ("a {-1::red|50%::blue} cat", "Write {red|blue}."),
        ("a {2::red} cat", "Write red."),
        ("a {@red|blue} cat", "Write {red|blue}."),
        ("a {red|{pale|dark} blue} cat", "Braces inside braces"),
        ("${c={red|blue}} a ${c} cat", "Braces inside braces"),
        ("{{a|b}}", "Braces inside braces"),
        ('{see {"a": "{x|y}"}|b}', "Braces inside braces"),
    ],
)
def test_what_other_tools_do_with_choices_is_refused_by_name(text, says):
    with pytest.raises(InvalidValue) as refused:
        alternatives(text)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("a (red:1.3) cat", "say in words what counts more"),
        ("a ((red)) cat", "say in words what counts more"),
        ("a [cat:dog:10] x", "change nothing here"),
        ("a [cat|dog] x", "a choice is written {red|blue}"),
        ("a cat --ar 16:9", "choose the shape below"),
        ("a cat --v 6 --no text", "leave it out"),
        ("a cat --seed 42", "write the seed in its field"),
        ("hot::2 dog", "say in words what counts more"),
        ("a cat <lora:paper:0.8>", "leave it out"),
        ("a cat\nNegative prompt: blurry\nSteps: 20, Sampler: Euler", "say what should be there"),
    ],
)
def test_what_flux_takes_as_plain_words_is_hinted_at_and_not_in_the_way(text, instead):
    assert any(instead in hint for hint in hints(text))
    assert doubts(text) == []
    assert prompts_of(text) == [text]


@pytest.mark.parametrize(
    "text", ["a cat (grey), 4k", "f/1.8, 85 mm -- soft", "well-known e.g. a--b", "[wide shot] x: y"]
)
def test_plain_words_have_no_hints(text):
    assert hints(text) == []


PRETTY = '{\n  "scene": "cafe | bar",\n\n  "mood": "calm"\n}'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (PRETTY, [PRETTY]),
        (f"a cat\n{PRETTY}\na dog\r\n", ["a cat", PRETTY, "a dog"]),
        (f"{PRETTY}\n{PRETTY.replace('calm', 'loud')}", [PRETTY, PRETTY.replace("calm", "loud")]),
        (f"```json\n{PRETTY}\n```\na dog", [f"```json\n{PRETTY}\n```", "a dog"]),
        (f"1. {PRETTY}\n2. a dog", [f"1. {PRETTY}", "2. a dog"]),
        ("a\u2028b\u2029c\u0085d\x0be\x0cf\rg", list("abcdefg")),
        ('{"a": 1,\n"b": 2,\n}\ncat', ['{"a": 1,\n"b": 2,\n}', "cat"]),
        ('{"a": 1,\n"b": 2', ['{"a": 1,\n"b": 2']),
        ("a\n\n  \nb\na", ["a", "b"]),
    ],
)
def test_one_prompt_per_line_never_sells_the_lines_of_json(text, lines):
    assert typed_lines(tidy(text)) == lines
    assert [prompt for prompt, _ in prompt_lines(tidy(text))] == lines


def test_a_choice_that_is_cut_by_a_line_end_is_asked_about_in_each_line():
    assert doubts("a {red|\nblue} cat", lines=True) != []
    assert doubts("a {red|\nblue} cat") == []


def test_json_anywhere_is_made_pretty_and_its_fault_has_its_line():
    assert json_prompt('Art:\n{"a":1}').pretty == 'Art:\n{\n  "a": 1\n}'
    assert json_prompt('```\n{"a":1}\n```').valid
    assert json_prompt('Art:\n{"a":1,}').error.startswith("line 2, column ")
    assert json_prompt(r'{"a": "\{x|y\}"}').valid
    assert json_prompt("a {red|blue} door") is None


NOTHING_IN_BETWEEN = st.text(alphabet='ab {}|\\"[]:,\n1', max_size=24)
JSON_LIKE = st.recursive(
    st.text(alphabet='ab{}|\\" ', max_size=8) | st.integers(0, 9) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab{|}", max_size=3), inner, max_size=3),
    max_leaves=6,
).map(json.dumps)
MIXED = st.lists(NOTHING_IN_BETWEEN | JSON_LIKE, min_size=1, max_size=3).map("".join)


@given(MIXED | st.text(max_size=30))
@example('{"a": "\\{x"}')
@example('["\\{x", {"a": "{b|c}"}]')
@example('[{"a": "\\{"}]')
@example('{"s": "x \\\\| y"}')
@example("\\")
@example("\\{")
@example("{2::a|b}")
def test_a_finished_prompt_that_is_put_back_is_read_as_just_itself(prompt):
    try:
        sent = clean_request("flux-2-pro", {"prompt": prompt, "seed": 1}).body["prompt"]
    except InvalidRequest:
        return
    written = escaped(sent)
    assert alternatives(written) == [(sent, "")]
    assert [doubt for doubt in read(written).doubts if "wildcard" not in doubt and "full-width" not in doubt] == []
    assert clean_request("flux-2-pro", {"prompt": alternatives(written)[0][0], "seed": 1}).body["prompt"] == sent


@given(st.text(alphabet="ab ", max_size=20))
def test_what_has_no_marks_is_put_back_as_it_is(prompt):
    assert escaped(prompt) == prompt


@given(MIXED)
def test_any_text_is_read_or_refused_in_words(text):
    with contextlib.suppress(InvalidValue):
        found = alternatives(text)
        assert len({prompt for prompt, _ in found}) == len(found)
        assert len({label for _, label in found}) == len(found)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), st.text(max_size=12), min_size=1, max_size=4))
def test_json_without_braces_in_it_is_never_cut(values):
    whole = {name: value.translate(dict.fromkeys(map(ord, "{}\\"), "")) for name, value in values.items()}
    text = json.dumps(whole, ensure_ascii=False)
    assert prompts_of(text) == [text]


BRACKETS = ("[", '["', '{"a":', "{", "{a|", "\\", '["a", ', "{}", "{a}", "{'a': ")


@pytest.mark.parametrize("bracket", BRACKETS)
def test_a_text_of_brackets_only_is_read_to_its_end(bracket):
    text = bracket * (160_000 // len(bracket))  # the longest prompt; what is quadratic would never come back
    assert doubts(text, lines=True) == []
    if "{" in bracket and not bracket.startswith(('{"', "{'")):
        with pytest.raises(InvalidValue, match="More than 20,000 braces and bars"):
            read(text)
    else:
        assert read(text).pieces == [text]


@pytest.mark.parametrize("fence", ["```json", "~~~", "  ```", "````"])
def test_a_fenced_block_is_one_prompt_among_lines(fence):
    end = fence.removesuffix("json")
    block = f'{fence}\n{{\n"scene": "a | b"\n}}\nof paper\n{end}'
    assert typed_lines(f"a cat\n{block}\na dog") == ["a cat", block.strip(), "a dog"]
    assert any("code fence" in hint for hint in hints(block)) or fence == "````"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("---", "has no word in it"),
        ("|---|", "has no word in it"),
        ("┌──┐", "has no word in it"),
        ("(", "has no word in it"),
        ("<scene>", "is a mark of a document"),
        ('<?xml version="1.0"?>', "is a mark of a document"),
        ("</rows>", "is a mark of a document"),
        ("model: flux-2-pro", "names a value and no picture"),
        ('"seed": 42,', "names a value and no picture"),
        ("Art direction:", "ends with a colon"),
        ("~~~\na cat\n~~~", "opens a code fence"),
    ],
)
def test_lines_that_are_no_pictures_are_asked_about(line, says):
    assert any(says in doubt for doubt in doubts(f"a cat\n{line}\na dog", lines=True))
    assert not any(says in doubt for doubt in doubts(line))


@pytest.mark.parametrize(
    "line", ["🐈", "a <red> cat", "model: a woman in a red dress, seen from far away, oil on canvas", "7"]
)
def test_lines_that_are_pictures_are_not(line):
    assert doubts(f"a cat\n{line}\na dog", lines=True) == []


@pytest.mark.parametrize(
    "front", [("1.", "2."), ("①", "②"), ("a)", "b)"), ("１．", "２．"), ("#1 ", "#2 "), ("•", "•")]
)
def test_numbers_in_front_of_every_line_are_hinted_at(front):
    assert any("numbers or bullets" in hint for hint in variant_hints(f"{front[0]} cat\n{front[1]} dog", lines=True))


@pytest.mark.parametrize(
    "text",
    [
        "{" + "1" * 50_000 + "|a}", "{a" + " " * 50_000 + "b|a}", "{1" + " " * 50_000 + "$|a}", "```a\n" * 10_000,
        "~~~a\n```b\n" * 5_000,
    ],
    ids=["digits", "blanks", "picks", "fences", "both fences"],
)  # fmt: skip
def test_long_prompts_are_gone_through_once(text):
    """Each took minutes: nobody is to stop the team by a prompt."""
    began = time.process_time()
    doubts(text, lines=True)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("prompt", ['{"p": "{a|b}" ', 'x {"a": 1 "b": "{c|d}"} y {e|f}'])
def test_choices_in_what_is_only_written_like_json_are_escaped_too(prompt):
    assert read(escaped(prompt)).write(()) == prompt


@pytest.mark.parametrize(("text", "says"), [("{" + "word " * 40, "l…”"), ("word " * 40 + "}", "“…")])
def test_a_long_piece_around_a_lonely_brace_is_cut(text, says):
    assert says.replace("l…", "…") in read(text).doubts[0]
