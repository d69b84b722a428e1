"""Names that every system takes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.text.file_names import MOST_BYTES, each_once, safe_file_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("001-Straße/der Löwe.png", "001-Straße-der Löwe.png"),
        ("..\\..\\etc\\passwd", "-..-etc-passwd"),
        ("CON.png", "_CON.png"),
        ("lpt1", "_lpt1"),
        ("com¹.txt", "_com¹.txt"),
        ("console.png", "console.png"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("what? <now>: \"a|b\"*.jpg", "what- -now-- -a-b--.jpg"),
        ("dots. . .", "dots"),
        (" .hidden", "hidden"),
        ("\u200f\u0000", "picture"),
        ("e\u0301.png", "é.png"),
        ("👩‍🚀 2.webp", "👩‍🚀 2.webp"),
        ("猫" * 200 + ".jpeg", "猫" * 58 + ".jpeg"),
    ],
)  # fmt: skip
def test_names(name, safe):
    assert safe_file_name(name) == safe


@given(st.text(max_size=300))
def test_whatever_is_typed_is_safe_and_stays_so(name):
    safe = safe_file_name(name)
    assert safe
    assert len(safe.encode()) <= MOST_BYTES + 1
    assert not set(safe) & set('<>:"/\\|?*')
    assert safe.strip(" .") == safe
    assert not {unicodedata.category(each) for each in safe} & {"Cc", "Cs", "Zl", "Zp"}
    assert safe_file_name(safe) == safe


def test_names_that_are_there_already_get_a_number():
    assert list(each_once(["a.png", "A.png", "a.png", "b", "b"])) == ["a.png", "A (2).png", "a (3).png", "b", "b (2)"]
