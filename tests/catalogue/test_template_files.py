"""Templates as a file: what is written is read again; of what is wrong every mistake is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.models import flux_models
from gallery.catalogue.prompts import prompt_variants
from gallery.catalogue.prompts.prompt_facts import json_prompt
from gallery.catalogue.templates import template_files, template_variables
from gallery.catalogue.templates.ready_templates import BY_KEY, READY
from gallery.catalogue.templates.template_files import InvalidFile, Template, read, write

DOOR = Template("Door", "a {{colour}} door", note="Doors.", model="flux-2-pro", aspect_ratio="2:3")


def problems(content):
    with pytest.raises(InvalidFile) as wrong:
        read(content if isinstance(content, bytes) else json.dumps(content).encode())
    return wrong.value.problems


def test_what_was_written_is_read_again():
    assert read(write([DOOR, Template("Tür", "{red|blue}")]).encode()) == [DOOR, Template("Tür", "{red|blue}")]


def test_a_mark_of_the_byte_order_and_a_bare_list_are_read():
    assert read(b"\xef\xbb\xbf" + json.dumps([{"name": "a", "prompt": " b "}]).encode()) == [Template("a", "b")]


def test_every_mistake_is_named_with_its_template():
    rows = [
        {"name": "Door", "prompt": "a {{door", "colour": "red"},
        {"name": " ", "prompt": 7, "model": "flux-9"},
        "a door",
        {"name": "x" * 81, "prompt": "a\x00b", "aspect_ratio": "9:1", "note": "n" * 301},
        {},
    ]
    assert problems({"templates": rows}) == [
        "Template 1 (“Door”): “colour” is no field of a template. There are name, prompt, note, model, aspect_ratio.",
        "Template 1 (“Door”): prompt: A place begins with {{ and ends nowhere. Write it like {{product}}, without "
        "other braces.",
        "Template 2: prompt is no text.",
        "Template 2: name: This must be written.",
        "Template 2: model: “flux-9” is no FLUX model.",
        "Template 3 is no object with a name and a prompt.",
        f"Template 4 (“{'x' * 40}…”): name: 81 characters are too many. At most 80.",
        f"Template 4 (“{'x' * 40}…”): prompt: It holds a control character or half of a character. Remove it.",
        f"Template 4 (“{'x' * 40}…”): note: 301 characters are too many. At most 300.",
        f"Template 4 (“{'x' * 40}…”): aspect_ratio: 9:1 is wider than 7:3.",
        "Template 5: name: This must be written.",
        "Template 5: prompt: This must be written.",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no JSON: line 1, column 1"),
        (b"\xff\xfe{", "not written in UTF-8"),
        (b"{,}", "no JSON: line 1, column 2"),
        (b"[" * 100_000, "no JSON"),
        (b"9" * 5000, "no JSON"),
        (b"7", "no list of templates"),
        (b"{}", "no list of templates"),
        (b"[]", "holds no template"),
        (b'{"version": 2, "templates": [{}]}', "Its version is 2"),
        (b" " * 2_000_001, "more than 2 MB"),
        (json.dumps([{}] * 501).encode(), "501 templates are too many"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_is_no_file_of_templates_is_told_in_one_sentence(content, sentence):
    (told,) = problems(content)
    assert sentence in told


def test_of_hundreds_of_mistakes_the_first_are_named_and_the_rest_counted():
    told = problems([{}] * 100)
    assert (len(told), told[-1]) == (51, "And 150 more.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from([*template_files.NAMES, "templates", "version", "x"]) | st.text(max_size=3), inner, max_size=5
    ),
    max_leaves=20,
)  # fmt: skip


@given(content=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_file_is_read_or_told_why_not(content):
    try:
        found = read(content)
    except InvalidFile as wrong:
        found = wrong.problems
    assert all(isinstance(each, Template) or each.isprintable() for each in found)
    assert found


@given(
    st.lists(
        st.builds(
            Template,
            name=st.text("abé", min_size=1),
            prompt=st.text('ab "\\\n|', min_size=1).map(lambda text: f"a{text}b"),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_exported_is_imported_unchanged(templates):
    assert read(write(templates).encode()) == templates


@pytest.mark.parametrize("template", READY, ids=lambda template: template.key)
def test_every_ready_template_can_be_used(template):
    places = template_variables.places(template.prompt)
    filled = template_variables.fill(
        template.prompt, {place.name: "a vase" for place in places if place.default is None}
    )
    read_as = prompt_variants.prompt_lines if filled.lines else prompt_variants.alternatives
    assert len(read_as(filled.prompt)) == filled.count
    assert sum(place.default is None for place in places) <= 2  # the rest can be left as it is
    assert template.note.endswith(".")
    assert template.model in flux_models.ids()
    structured = json_prompt(filled.prompt)
    assert structured is None or structured.valid


def test_the_ready_templates_have_addresses_of_their_own():
    assert len(BY_KEY) == len(READY) >= 12
    assert "ready-product-photo" in BY_KEY
