"""Labels of long texts: each its own, and those that begin alike are shown by where they differ."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.prompts import prompt_variants
from gallery.catalogue.text import labels
from gallery.catalogue.text.labels import characters, told_apart

LONG = "A wide photograph of a lonely lighthouse on a rocky cliff at the northern coast of Scotland, "
SAME = ", shot on medium format film with natural light, award winning editorial photography of the year"
FAMILY = "👩‍👩‍👧‍👦"
DIFFERING = {
    "in the middle": (
        [f"{LONG}dawn{SAME}", f"{LONG}dusk{SAME}"],
        ["…of Scotland, dawn, shot on medium…", "…of Scotland, dusk, shot on medium…"],
    ),
    "at the end": ([f"{LONG}dawn", f"{LONG}dusk"], ["…of Scotland, dawn", "…of Scotland, dusk"]),
    "in one of three": (["a cat", f"{LONG}dawn", f"{LONG}dusk"], ["a cat", "…of Scotland, dawn", "…of Scotland, dusk"]),
    "in two places": (
        [f"{LONG}{time}{SAME}, {sky} sky" for time, sky in itertools.product(("dawn", "dusk"), ("red", "blue"))],
        [f"…of Scotland, {time}…{sky} sky" for time, sky in itertools.product(("dawn", "dusk"), ("red", "blue"))],
    ),
    "one goes on": ([LONG, f"{LONG}at dawn"], ["…of Scotland,", "…of Scotland, at dawn"]),
    "without blanks": (["灯台" * 40 + "赤い空" + "海" * 40, "灯台" * 40 + "青い空" + "海" * 40], None),
    "one accent": (["e\u0301" * 80 + " a", "e\u0301" * 80 + " a\u0308"], None),
    "one person of a family": (
        [FAMILY * 70 + "👩‍🚀", FAMILY * 70 + "👨‍🚀"],
        ["…" + FAMILY * 16 + "👩‍🚀", "…" + FAMILY * 16 + "👨‍🚀"],
    ),
    "from right to left": (
        ["منارة وحيدة على جرف صخري " * 5 + "عند الفجر", "منارة وحيدة على جرف صخري " * 5 + "عند الغسق"],
        ["…جرف صخري عند الفجر", "…جرف صخري عند الغسق"],
    ),
    "in blanks only": ([f"{LONG}dawn", f"{LONG} dawn"], [f"{LONG[:59]}…", f"{LONG[:59]}… (2)"]),
    "far away": ([LONG * 40 + each + LONG * 40 for each in "xy"], None),
    "in one endless word": (["a" * 5_000 + "b", "a" * 5_001], ["…" + "a" * 16 + "b", "…" + "a" * 17]),
}  # fmt: skip


@pytest.mark.parametrize("where", DIFFERING)
def test_texts_that_begin_alike_are_shown_by_where_they_differ(where):
    texts, wanted = DIFFERING[where]
    found = told_apart(texts)
    assert len(set(found)) == len(texts)
    assert wanted is None or found == wanted


def test_what_differs_stands_in_the_label_where_no_blank_parts_words():
    red, blue = told_apart(DIFFERING["without blanks"][0])
    assert "赤い空" in red
    assert "青い空" in blue


def test_a_chain_of_texts_is_told_apart_step_by_step():
    texts = [f"{LONG}{'and more ' * n}" for n in range(30)]
    found = told_apart(texts)
    assert len(set(found)) == 30
    assert not any(label.endswith(")") for label in found[:5])


def test_a_label_that_is_taken_by_another_text_is_numbered():
    assert told_apart(["a", "a", "a (2)"]) == ["a", "a (2)", "a (2) (2)"]


@given(
    st.lists(
        st.lists(st.sampled_from([LONG, SAME, "dawn", " ", "e\u0301", FAMILY, "猫", "א", "🇩🇪"]), max_size=12),
        min_size=1,
        max_size=12,
    )
)
def test_every_label_is_its_own_short_and_made_of_whole_characters(parts):
    texts = ["".join(each) for each in parts]
    found = told_apart(texts)
    assert len(found) == len(set(found)) == len(texts)
    known = {each for text in texts for each in characters(" ".join(text.split()))} | set(" …()0123456789")
    for label in found:
        assert len(characters(label)) <= labels.LABEL_CHARACTERS + 6
        assert set(characters(label)) <= known


def test_what_is_short_stays_as_it_is():
    assert labels.shortened("x" * 60) == "x" * 60
    assert labels.shortened("x" * 61) == "x" * 59 + "…"
    assert labels.shortened(FAMILY * 60) == FAMILY * 60
    assert labels.shortened(FAMILY * 61) == FAMILY * 59 + "…"


def test_lines_and_choices_show_where_they_differ():
    lines = prompt_variants.prompt_lines(f"{LONG}dawn{SAME}\n{LONG}dusk{SAME}")
    assert [label for _, label in lines] == [
        "…of Scotland, dawn, shot on medium…",
        "…of Scotland, dusk, shot on medium…",
    ]
    choices = prompt_variants.alternatives(f"a {{{LONG}dawn|{LONG}dusk}} view")
    assert [label for _, label in choices] == ["…of Scotland, dawn", "…of Scotland, dusk"]


def test_more_texts_than_can_be_compared_keep_what_they_have_in_common():
    texts = [f"{n} {'word ' * 20}{n}" for n in range(labels.MOST_ALIGNED + 1)]
    assert len(set(told_apart(texts))) == len(texts)
