"""A word of the prompt is found in every script, and only where it stands as a word."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.problems import InvalidValue
from gallery.catalogue.prompts.prompt_variants import REPLACED, replaced, replacements
from gallery.catalogue.text.word_search import occurrences


def tried(prompt, text):
    pairs = replacements(text, prompts=[prompt])
    return [replaced({"prompt": prompt, REPLACED: pair})["prompt"] for pair in pairs]


APART = unicodedata.normalize("NFD", "고양이가")  # letter by letter, as macOS writes it


@pytest.mark.parametrize(
    ("prompt", "text", "other"),
    [
        ("黒い猫が窓辺に座る", "猫, 犬", "黒い犬が窓辺に座る"),
        ("黒い猫が窓辺に座る", "猫，犬", "黒い犬が窓辺に座る"),
        ("黒い猫が窓辺に座る", "猫、犬", "黒い犬が窓辺に座る"),
        ("黒いネコが", "ネコ；イヌ", "黒いイヌが"),
        ("一只红色的猫坐着", "红色的, 蓝色的", "一只蓝色的猫坐着"),
        ("黒いcatが座る", "cat, dog", "黒いdogが座る"),
        ("แมวดำนั่ง", "แมว, หมา", "หมาดำนั่ง"),
        ("ແມວດຳ", "ແມວ, ໝາ", "ໝາດຳ"),
        ("ឆ្មាខ្មៅ", "ឆ្មា, ឆ្កែ", "ឆ្កែខ្មៅ"),
        ("고양이가 창가에 앉아 있다", "고양이, 강아지", "강아지가 창가에 앉아 있다"),
        ("고양이들에게만", "고양이, 강아지", "강아지들에게만"),
        ("un cafe\u0301 noir", "caf\u00e9, thé", "un thé noir"),
        ("a  red\u00a0cat\nsits", "red cat sits, dog", "a  dog"),
        ("a red cat", "red\u00a0cat, dog", "a dog"),
        ("1\ufe0f\u20e3 first", "1\ufe0f\u20e3, 2", "2 first"),
        ("ｃａｔ on a mat", "cat, dog", "dog on a mat"),
        ("ﾈｺとｶﾞﾗｽ", "ガラス, 木", "ﾈｺと木"),
        ("a \ufb01sh", "fish, bird", "a bird"),
        ("STRASSE am Meer", "straße, weg", "WEG am Meer"),
        ("Straße am Meer", "strasse, weg", "Weg am Meer"),
        ("\u0642\u0650\u0637\u0651\u064e\u0629 سوداء", "قطة, كلب", "كلب سوداء"),
        ("قــطة سوداء", "قطة, كلب", "كلب سوداء"),
        ("القطة السوداء", "قطة, كلب", "الكلب السوداء"),
        ("והחתול השחור", "חתול, כלב", "והכלב השחור"),
        ("un caf\u00e9 noir", "cafe\u0301, thé", "un thé noir"),
        (APART, "고양이, 강아지", f"강아지{APART[-2:]}"),
        ("Cats and a Cat", "cat, dog", "Cats and a Dog"),
        ("a CAT in fog", "cat, dog", "a DOG in fog"),
        ("a Turkey flag, a turkey", "turkey, goose", "a Turkey flag, a goose"),
        ("L'été à Paris", "été, hiver", "L'hiver à Paris"),
        ("AC/DC on stage", "AC/DC, ABBA", "ABBA on stage"),
        ("C++ on a screen", "C++, Rust", "Rust on a screen"),
        ("a 🐈 on a sofa", "🐈, 🐕", "a 🐕 on a sofa"),
        ("a ❤️ shape", "❤, 💙", "a 💙 shape"),
        ("a ❤ shape", "❤️, 💙", "a 💙 shape"),
        ("a red; red door", "red; blue", "a blue; blue door"),
        ("a pale, cold green door", "“pale, cold green”, red", "a red door"),
        ("a “storm” sky", "“storm”, “calm”", "a “calm” sky"),
        ("كتاب أحمر", "أحمر، أزرق", "كتاب أزرق"),
        ('{"scene": "a cat"}', 'cat, "a ""big"" dog"', r'{"scene": "a a \"big\" dog"}'),
        ('5" nail', '5", 7', "7 nail"),
    ],
)  # fmt: skip
def test_a_word_is_replaced_in_its_script(prompt, text, other):
    assert tried(prompt, text)[:2] == [prompt, other]


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("a catalogue of bobcats", "cat"),
        ("개구리가 운다", "개"),
        ("길고양이가", "고양이"),
        ("किताब", "कित"),
        ("👩‍🚀 in space", "👩"),
        ("👍🏽", "👍"),
        ("cafe\u0301", "cafe"),
        ("กำ", "ก\u0e4d"),
        ("мышка", "мыш"),
        ("a door", ""),
    ],
)
def test_a_part_of_a_word_is_not_the_word(prompt, word):
    assert occurrences(word, prompt) == []


def test_what_stands_nowhere_is_said_and_a_choice_of_the_prompt_counts():
    with pytest.raises(InvalidValue, match="does not stand in the prompt"):
        replacements("boat, ship", prompts=["a red door", "a blue door"])
    assert replacements("blue, green", prompts=["a red door", "a blue door"]) == [("blue", "blue"), ("blue", "green")]


def alike(text):
    """Write a text as it is compared in the end."""
    usual = unicodedata.normalize("NFKC", " ".join(text.replace("\ufe0f", "").split())).replace("İ", "i")
    points = re.compile(
        "[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"
    )
    return unicodedata.normalize("NFKC", points.sub("", unicodedata.normalize("NFKD", usual.casefold())))


@given(st.text(max_size=30), st.text(min_size=1, max_size=4))
def test_what_is_found_is_the_word(prompt, word):
    for start, end in occurrences(word, prompt):
        assert alike(prompt[start:end]) == alike(word)


def test_a_long_prompt_that_ends_in_a_blank_is_read_once():
    assert len(occurrences("cat", "the cat " * 10_000)) == 10_000
