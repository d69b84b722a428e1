"""The text of a file, whatever encoding it was saved in, and whether its bytes leave any doubt about that.

charset-normalizer says which encodings a text could have been written in. Of a few words it often cannot say which one:
then the reading wins whose letters all belong to one language that is written in it.
"""

import codecs
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import charset_normalizer

BROKEN = "\ufffd"  # stands where something could not be decoded

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Western European (Windows-1252)",
    "gb18030": "Chinese, simplified (GB18030)",
    "big5hkscs": "Chinese, traditional (Big5)",
    "cp932": "Japanese (Shift_JIS)",
    "euc_jp": "Japanese (EUC-JP)",
    "cp949": "Korean (EUC-KR)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp874": "Thai (Windows-874)",
    "mac_roman": "Western European (Macintosh)",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, big-endian",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32, big-endian",
    "iso2022_jp": "Japanese (ISO-2022-JP)",
    "latin_1": "Western European (ISO-8859-1)",
    "iso8859_15": "Western European with € (ISO-8859-15)",
    "cp850": "Western European (DOS, code page 850)",
    "iso8859_2": "Central European (ISO-8859-2)",
    "cp852": "Central European (DOS, code page 852)",
    "cp1257": "Baltic (Windows-1257)",
    "cp866": "Cyrillic (DOS, code page 866)",
    "iso8859_5": "Cyrillic (ISO-8859-5)",
    "mac_cyrillic": "Cyrillic (Macintosh)",
    "iso8859_6": "Arabic (ISO-8859-6)",
}

# UTF-32 first: its mark begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The more usual one first: of two that explain a text equally well it is taken.
_LEGACY = (
    "cp1252", "gb18030", "cp932", "big5hkscs", "cp949", "euc_jp", "cp1250", "cp1251", "cp1254", "cp1253", "cp1255",
    "cp1256", "cp874", "mac_roman", "koi8_r", "latin_1", "cp850", "cp866", "iso8859_2", "cp852", "iso8859_15",
    "cp1257", "mac_cyrillic", "iso8859_5", "iso8859_6",
)  # fmt: skip
_PUNCTUATION = frozenset("“”„‘’‚‹›«»–—…•·€£°©®™§×\u00a0½¼¾²³")
_WESTERN = (
    "äöüß", "àâæçéèêëîïôœùûü", "áéíñóúü¿¡ºª", "áâãàçéêíóôõúºª", "àèéìòù", "åäöéæø", "àçéèíïòóúü", "áéíóúýþæöð",
)  # fmt: skip
_CENTRAL = (
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß",
)  # fmt: skip
_CYRILLIC = (
    "оеаинтсрвлбгджзйкмпуфхцчшщъыьэюяё",
    "оаинвіетрсбгґджзйклмпуфхцчшщьюяєї",
    "аоиенрстувбгдђжзјклљмњпћфхцчџш",
)
_ARABIC = ("اليمنرتبوهءآأؤإئةثجحخدذزسشصضطظعغفقكى،پچژگ",)
# Per encoding the letters beyond ASCII of the languages that are written in it, of other scripts the usual ones first.
_ALPHABETS = {
    **dict.fromkeys(("cp1252", "mac_roman", "latin_1", "iso8859_15", "cp850"), _WESTERN),
    **dict.fromkeys(("cp1250", "iso8859_2", "cp852"), _CENTRAL),
    **dict.fromkeys(("cp1251", "mac_cyrillic", "iso8859_5", "cp866"), _CYRILLIC),
    **dict.fromkeys(("cp1256", "iso8859_6"), _ARABIC),
    "cp1254": ("çğıiöşüâîû", "äöüß"),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    "koi8_r": _CYRILLIC[:1],
    "cp1253": ("αοιετσνηυρβγδζθκλμξπφχψωςάέήίόύώϊϋΐΰ",),
    "cp1255": ("יוהלאתרשמבגדזחטךכםןנסעףפץצק",),
}
_LATIN = (
    "cp1252", "latin_1", "mac_roman", "cp1250", "cp1254", "iso8859_15", "cp850", "iso8859_2", "cp852", "cp1257",
)  # fmt: skip
# The characters in daily use, by the first byte of level 1 of GB 2312, Big5 and JIS, and the syllables of KS X 1001;
# and how rare one of them is, as the cost of finding it (the logarithm of how many are about as usual).
_DAILY = {
    "gb18030": ("gb2312", range(0xB0, 0xD8), 7.2),
    "big5hkscs": ("big5", range(0xA4, 0xC7), 7.4),
    "cp932": ("shift_jis", range(0x88, 0x98), 8.0),
    "euc_jp": ("euc_jp", range(0xB0, 0xD0), 8.0),
    "cp949": ("euc_kr", range(0xB0, 0xC9), 6.4),
}
_JAPANESE = ("cp932", "euc_jp")
_KANA = re.compile("[\u3041-\u30ff]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_LONE_HALF_KANA = re.compile("(?<![\uff61-\uff9f])[\uff61-\uff9f](?![\uff61-\uff9f])")
_WIDE_PUNCTUATION = re.compile("[\u3000-\u3020\uff01-\uff5e]")
_THAI_SYLLABLE = re.compile("[เ-ไ]?[ก-ฮ][ัิ-ฺ็-๎]{0,3}[ะาำๅ]?|[๐-๙ฯๆ]")
_MIXED_WORD = re.compile("[A-Za-z](?=[^\\W\\d_a-zA-Z])|(?<=[^\\W\\d_a-zA-Z])[A-Za-z]")
_SAMPLE = 20_000  # bytes: what a file is judged by
# What finding one character costs: the logarithm of how many others there could be.
_STRANGE, _RARE, _MARK, _KANA_COST, _CAPITAL, _SHOUTED = 9.0, 11.5, 4.0, 4.6, 2.0, 6.0
_USUAL_LETTERS, _USUAL, _UNUSUAL = 10, 2.8, 4.1  # ten letters make two thirds of a text
_PRIOR = 0.5  # cost of being the next more unusual encoding
_MOST_UNUSUAL = 15  # places: the others are as unusual as each other
_EXPECTED = 8.0  # what a word that was to be expected makes up for
_DOUBT = 5.0  # a reading is sure when it is 150 times likelier than the next one
_CHAOS = 7.0


@dataclass(frozen=True)
class Decoded:
    """The text of a file, without its mark. `others`: encodings in which it would say something else, likely first."""

    text: str
    encoding: str
    is_sure: bool
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return ENCODINGS[self.encoding]


def decode(content: bytes, *, expected: Iterable[str] = ()) -> Decoded:
    """Return the text of a file; never fails: what cannot be decoded becomes U+FFFD.

    `expected`: words such as names of columns; what reads as one of them is likelier.
    """
    expected = [word for word in expected if not word.isascii()]
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Decoded(content[len(mark) :].decode(encoding, "replace"), encoding, is_sure=True)
    wide = _without_mark(content)
    if wide:
        return Decoded(content.decode(wide, "replace"), wide, is_sure=True)
    if b"\x1b$" in content or b"\x1b(J" in content:
        return Decoded(content.decode("iso2022_jp", "replace"), "iso2022_jp", is_sure=True)
    return _utf_8(content, expected) or _legacy(content, expected)


def decode_anew(text: str, *, read_as: str, encoding: str) -> str:
    """Return what a text that was read in one encoding says in another; what it cannot say becomes U+FFFD."""
    return text.encode(read_as, "replace").decode(encoding, "replace").removeprefix("\ufeff")


def _without_mark(content: bytes) -> str:
    """Name the UTF-16 or UTF-32 of a file without a mark: an ASCII character leaves zeros beside it in those only."""
    if not content.count(0) or (content.isascii() and content.count(0) * 8 < len(content)):  # a stray one in ASCII
        return ""
    for encoding in ("utf-32-le", "utf-32-be"):  # which hardly any other text could be: no character is so large
        if len(content) % 4 == 0 and _strictly(content, encoding):
            return encoding
    even, odd = content[::2].count(0), content[1::2].count(0)
    return "utf-16-le" if odd > 4 * even else "utf-16-be" if even > 4 * odd else ""


def _utf_8(content: bytes, expected: list[str]) -> Decoded | None:
    """Read it as UTF-8, also where a few characters of a long text are broken; None where it is none."""
    text = content.decode("utf-8", "replace")
    broken = text.count(BROKEN) - content.count(BROKEN.encode())
    strange = sum(1 for character in text if character > "\x7f")
    if broken * 4 > strange:
        return None
    # Two Chinese characters of GB18030 may be three letters of UTF-8, of as many scripts: һֻè is 一只猫.
    if not broken and strange < 12 and not any(character > "\u07ff" for character in text) and _mixes_scripts(text):
        legacy = _legacy(content, expected)
        return Decoded(legacy.text, legacy.encoding, is_sure=False, others=("utf-8", *legacy.others))
    return Decoded(text, "utf-8", is_sure=True)


def _mixes_scripts(text: str) -> bool:
    whole = unicodedata.normalize("NFC", text)  # macOS writes names of files with their accents apart
    letters = (character for character in whole if character > "\x7f" and unicodedata.category(character)[0] in "LM")
    return len({unicodedata.name(letter, "?").split()[0] for letter in letters}) > 1


def _legacy(content: bytes, expected: list[str]) -> Decoded:
    """Read it in the encoding that explains its characters best."""
    sample = _sample(content)
    costs = _costs(sample, expected)
    best, *rest = costs
    said = sample.decode(best, "replace")
    rivals = [name for name in rest if sample.decode(name, "replace") != said]
    text = content.decode(best, "replace")
    is_sure = BROKEN not in text and (not rivals or costs[rivals[0]] - costs[best] >= _DOUBT)
    return Decoded(text, best, is_sure, tuple(rivals))


def _costs(sample: bytes, expected: list[str]) -> dict[str, float]:
    """Return how unlikely each encoding makes the text, the likeliest first."""
    chaos: dict[str, float] = {}
    for match in charset_normalizer.from_bytes(sample, cp_isolation=list(_LEGACY), threshold=1):
        chaos |= dict.fromkeys(match.could_be_from_charset, match.chaos)
    costs = {
        name: _cost(text, name)
        - _hopes(text, expected)
        + _CHAOS * chaos.get(name, 0)
        + _PRIOR * min(place, _MOST_UNUSUAL)
        for place, name in enumerate(_LEGACY)
        if (text := _strictly(sample, name))
    }
    return dict(sorted(costs.items(), key=lambda item: item[1]))


def _sample(content: bytes) -> bytes:
    """The lines that say something beyond ASCII: the first ones of them, whole."""
    lines = [line for line in re.split(rb"[\r\n]+", content) if not line.isascii()]
    return b"\n".join(lines)[:_SAMPLE]


def _strictly(sample: bytes, encoding: str) -> str:
    """Return the text in this encoding; nothing if it cannot be one."""
    try:
        # The last character of a sample may be cut.
        return codecs.getincrementaldecoder(encoding)().decode(sample, final=len(sample) != _SAMPLE)
    except UnicodeDecodeError:
        return ""


def _hopes(text: str, expected: list[str]) -> float:
    return _EXPECTED * sum(1 for word in expected if word in text)


def _cost(text: str, encoding: str) -> float:
    mixed = len(_MIXED_WORD.findall(text))
    if encoding in _DAILY:
        return _cost_of_signs(text, encoding) + 2 * mixed
    if encoding == "cp874":
        thai = sum(map(len, _THAI_SYLLABLE.findall(text)))
        return 3.6 * thai + _STRANGE * (sum(1 for each in text if each > "\x7f") - thai) + 6 * mixed
    return _cost_of_letters(text, encoding) + (0 if encoding in _LATIN else 6 * mixed)


def _cost_of_signs(text: str, encoding: str) -> float:
    """Add up the characters of East Asia: those in daily use where this encoding is are likely ones."""
    counts = Counter(character for character in text if character > "\x7f")
    lone = len(_LONE_HALF_KANA.findall(text)) * (_STRANGE - _KANA_COST)
    return lone + sum(count * _cost_of_sign(character, encoding) for character, count in counts.items())


def _cost_of_sign(character: str, encoding: str) -> float:
    codec, leads, cost = _DAILY[encoding]
    if _WIDE_PUNCTUATION.match(character) or character in _PUNCTUATION:
        return _MARK
    if _KANA.match(character):
        return _KANA_COST if encoding in _JAPANESE else _RARE
    if _HALF_KANA.match(character):
        return _KANA_COST if encoding == "cp932" else _RARE
    try:
        written = character.encode(codec)
    except UnicodeEncodeError:
        return _RARE
    return cost if len(written) == 2 and written[0] in leads else _RARE


def _cost_of_letters(text: str, encoding: str) -> float:
    """Add up letters as the language that explains them best: inside its alphabet, with capitals where words begin."""
    pairs = Counter(pair for pair in zip(f" {text}", text, strict=False) if pair[1] > "\x7f")
    return min(
        sum(count * _cost_of_letter(*pair, alphabet) for pair, count in pairs.items())
        for alphabet in _ALPHABETS[encoding]
    )


def _cost_of_letter(before: str, letter: str, alphabet: str) -> float:
    if letter in _PUNCTUATION:
        return _MARK + (_STRANGE if letter in "²³¼½¾€" and before.isalpha() else 0)
    if letter.lower() not in alphabet:
        return _STRANGE
    is_usual = letter.lower() in alphabet[:_USUAL_LETTERS]
    cost = math.log(len(alphabet)) if len(alphabet) < 2 * _USUAL_LETTERS else _USUAL if is_usual else _UNUSUAL
    if letter != letter.lower():
        cost += _SHOUTED if before.islower() else _CAPITAL
    return cost
