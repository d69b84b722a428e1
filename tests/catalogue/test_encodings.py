"""A file says the same whatever encoding it was saved in; where its bytes leave a doubt, that is said."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gallery.catalogue.tables import encodings
from gallery.catalogue.tables.encodings import ENCODINGS, decode, decode_anew

TABLES = {
    "gb18030": "描述;模型\n一只红色的猫坐在窗台上;flux-2-pro\n",
    "big5": "描述;模型\n一隻紅色的貓坐在窗台上;flux-2-pro\n",
    "euc_kr": "프롬프트;모델\n빨간 고양이;flux-2-pro\n",
    "shift_jis": "プロンプト;モデル\n窓辺に座る赤い猫;flux-2-pro\n",
    "euc_jp": "プロンプト;モデル\n窓辺に座る赤い猫;flux-2-pro\n",
    "iso2022_jp": "プロンプト;モデル\n窓辺に座る赤い猫;flux-2-pro\n",
    "cp1252": "Beschreibung;Modell\nein roter Käfer – “groß”;flux-2-pro\n",
    "cp1251": "описание;модель\nкрасный кот;flux-2-pro\n",
    "koi8_r": "описание;модель\nкрасный кот сидит у окна;flux-2-pro\n",
    "cp1250": "opis;model\nczerwony kot siedzi w oknie, światło świtu;flux-2-pro\n",
    "cp850": "Beschreibung;Modell\nein roter Käfer auf grüner Straße;flux-2-pro\n",
    "iso8859_2": "opis;model\nżółty kot na łące, źrebię w śniegu;flux-2-pro\n",
    "cp852": "opis;model\nżółty kot na łące, źrebię w śniegu;flux-2-pro\n",
    "cp866": "описание;модель\nрыжий кот на окне;flux-2-pro\n",
    "iso8859_5": "описание;модель\nрыжий кот на окне;flux-2-pro\n",
    "iso8859_6": "وصف;model\nقطة حمراء على النافذة;flux-2-pro\n",
    "cp1253": "περιγραφή;model\nκόκκινη γάτα;flux-2-pro\n",
}
UTF = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")


@pytest.mark.parametrize("encoding", TABLES)
def test_a_table_in_the_encoding_of_its_country_is_read_and_sure(encoding):
    decoded = decode(TABLES[encoding].encode(encoding))
    assert (decoded.text, decoded.is_sure) == (TABLES[encoding], True)
    assert decoded.encoding in ENCODINGS


@pytest.mark.parametrize("encoding", UTF)
@pytest.mark.parametrize("words", ["a red cat;flux\n", *TABLES.values(), "🙂\n"])
def test_unicode_is_read_with_its_mark_and_without(encoding, words):
    decoded = decode(words.encode(encoding))
    assert (decoded.text, decoded.is_sure) == (words, True)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "Une fenêtre éclairée, à l’aube\n"),
        ("cp1252", "preço em São Paulo, manhã\n"),
        ("cp1252", "Ærø på Fyn, blå himmel\n"),
        ("cp1252", "città, perché, più\n"),
        ("cp1252", "Vinyl “retro” – 50’s\n"),
        ("cp1250", "piros autó, hűvös őszi erdő\n"),
        ("gb18030", "夜市里的老人🙂\n"),
        ("big5", "夜市裡的老人,霓虹燈\n"),
        ("shift_jis", "東京の夜景、ネオン\n"),
        ("euc_kr", "빨간 고양이\n눈 속의 오두막\n"),
    ],
)
def test_a_line_or_two_are_enough(encoding, words):
    assert decode(words.encode(encoding)).text == words


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("big5", "貓\n"),
        ("gb18030", "霓虹灯\n"),
        ("gb18030", "一只猫\n"),
        ("shift_jis", "猫\n"),
        ("cp1252", "mañana\n"),
        ("mac_roman", "Käfer\n"),
    ],
)
def test_what_could_be_two_things_is_not_sure_and_offers_the_right_one(encoding, words):
    content = words.encode(encoding)
    decoded = decode(content)
    assert not decoded.is_sure
    assert words in [decoded.text, *(content.decode(other) for other in decoded.others)]


def test_words_that_were_expected_make_sure():
    content = "提示词\n猫\n".encode("gb18030")
    assert decode(content, expected=["提示词"]).is_sure


def test_one_broken_character_does_not_make_utf_8_another_encoding():
    content = "窓辺に座る赤い猫、黒い猫、朝の光\n".encode()
    decoded = decode(content[:4] + b"\xff" + content[4:])
    assert decoded.encoding == "utf-8"
    assert encodings.BROKEN in decoded.text


def test_letters_with_their_accents_apart_are_no_mixture_of_scripts():
    assert decode("left,right\nGro\u0308ße.png,b.png\n".encode()).encoding == "utf-8"


def test_latin_1_is_read_also_where_no_encoding_has_a_letter():
    assert decode("Grüße\x81\x8d\xff\xff\x90".encode("latin-1")).text.startswith("Gr")


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "euc_kr", "shift_jis", "cp1252"])
def test_what_was_read_wrongly_can_be_read_anew(encoding):
    words = TABLES[encoding]
    content = words.encode(encoding)
    for other in decode(content).others:
        assert decode_anew(content.decode(other), read_as=other, encoding=encoding) == words


@given(st.binary(max_size=300))
@example(b"\x00")
@example(b"\xff\xfe\x00")
def test_any_bytes_become_text_in_an_encoding_with_a_name(content):
    decoded = decode(content)
    assert isinstance(decoded.text, str)
    assert decoded.name
    for other in decoded.others:
        assert isinstance(decode_anew(decoded.text, read_as=decoded.encoding, encoding=other), str)


def test_a_stray_zero_in_ascii_makes_it_no_utf_16():
    assert decode(b"prompt\na\0cat on a mat\n").encoding == "utf-8"


@pytest.mark.parametrize(
    ("encoding", "words"), [("mac_cyrillic", "рыжий кот на окне, маяк\n"), ("iso8859_15", "l'œuvre à 5 €\n")]
)
def test_what_differs_in_a_letter_or_two_from_the_usual_one_is_read_or_asked(encoding, words):
    assert decode(words.encode(encoding)).text == words
