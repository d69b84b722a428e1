"""The syntax of other tools in a prompt: refused by name, doubted, or hinted at where FLUX reads it as plain words."""

import itertools
import re

from ..problems import InvalidValue, shown

# A weight, however the keyboard and the language write it: 2::red, 0,5 :: red, ２：：red, 50%::red. How many blanks and
# digits stand there is bounded: a prompt of nothing else would be gone through again from each of them.
_BLANKS, _DIGIT = r"\s{0,9}", "[0-9０-９]"
_COLONS = rf"{_BLANKS}(?:::|：：)"
_WEIGHT = re.compile(rf"{_BLANKS}[+-]?{_DIGIT}{{0,9}}[.,．]?{_DIGIT}{{1,9}}{_BLANKS}[%％]?{_COLONS}")
_WEIGHT_BEHIND = re.compile(rf"{_COLONS}{_BLANKS}{_DIGIT}{{0,9}}[.,．]?{_DIGIT}{{1,9}}{_BLANKS}[%％]?{_BLANKS}$")
_PICKS = re.compile(
    rf"{_BLANKS}({_DIGIT}{{0,9}}){_BLANKS}([-–]?){_BLANKS}({_DIGIT}{{0,9}}){_BLANKS}[$＄]{{2}}(?:([^|$＄]*)[$＄]{{2}})?"
)
_SAMPLER = re.compile(r"\s*[@~]")
_NAME = re.compile(r"\s*[^\W\d]\w*\s*:(?![/:])")
_MOST_COMBINATIONS = 12  # written out in a sentence

# Perhaps with a sampler in front and parameters behind: __~colors/warm(tone=dark)__.
_WILDCARD = re.compile(r"(?<![\w\\])__[~@&]?(?=[^\W_])[\w/ *.-]{1,60}?(?:\([^()\n]{0,80}\))?__(?!\w)")
_FULL_WIDTH = re.compile(r"(?<!\\)[{｛][^{}｛｝\n]{0,200}?[|｜][^{}｛｝\n]{0,200}[}｝]")
_TO_ASCII = str.maketrans("｛｜｝", "{|}")

_HINTS = (
    (re.compile(r"^[ \t]*(?:```|~~~)[^`~\n]*$", re.MULTILINE), "leave the lines of the code fence out"),
    (re.compile(r"\([^()\n]{1,80}:\s*[0-9]*\.?[0-9]+\)|\(\([^()\n]{1,80}\)\)"), "say in words what counts more"),
    (re.compile(r"\[[^\[\]\n{}\"]{0,80}:[^\[\]\n{}\"]{0,80}:\s*[0-9.]+\]"), "its steps change nothing here"),
    (re.compile(r"\|\|[^|\n]{1,80}(?:\|[^|\n]{1,80})+\|\|"), "a choice is written {red|blue}"),
    (re.compile(r"[(\[<][^()\[\]<>{}\n\"|]{1,80}\|[^()\[\]<>{}\n\"]{1,80}[)\]>]"), "a choice is written {red|blue}"),
    (re.compile(r"(?<![\w-])--(?:ar|aspect)\s+[0-9:.]+"), "choose the shape below"),
    (re.compile(r"(?<![\w-])--seed\s+[0-9]+"), "write the seed in its field"),
    (re.compile(r"(?<![\w-])--no\s+\w[^-\n]{0,40}|^Negative prompt:.{0,40}", re.MULTILINE), "say what should be there"),
    (
        re.compile(
            r"(?<![\w-])--(?:v|niji|s|stylize|c|chaos|q|quality|w|weird|iw|sref|cref|oref|cw|sw|style|tile|raw|p|hd"
            r"|uplight|stop|fast|relax|turbo)\b(?:\s+[\w.:/]+)?"
        ),
        "leave it out",
    ),
    (re.compile(r"(?<=\w)::-?[0-9.]*(?=\s|$)"), "say in words what counts more"),
    (re.compile(r"<(?:lora|lyco|hypernet|embedding)\b[^<>\n]{0,80}>", re.IGNORECASE), "leave it out"),
    (
        re.compile(r"^/imagine(?: prompt:?)?|^Steps: [0-9]+, Sampler:.{0,40}|(?<!\w)BREAK(?!\w)", re.MULTILINE),
        "leave it out",
    ),
)  # fmt: skip


def refuse(written: str, inner: str) -> None:
    """Raise InvalidValue for choices with weights or samplers, and for those of which several are picked at once."""
    options = inner.split("|")
    if picks := _PICKS.match(inner):
        combined = "|".join(_combinations(picks, inner[picks.end() :].split("|")))
        raise InvalidValue(
            f"{shown(written)} picks several at once ($$), which is not read here. Write {_as_choice(combined)}."
        )
    weight = _WEIGHT if any(map(_WEIGHT.match, options)) else _WEIGHT_BEHIND
    if any(map(weight.search, options)) and (len(options) > 1 or weight is _WEIGHT):
        plain = "|".join(weight.sub("", option, count=1) for option in options)
        raise InvalidValue(
            f"{shown(written)} weighs its choices (::), which is not read here: each makes one picture. "
            f"Write {_as_choice(plain)}."
        )
    if len(options) > 1 and _SAMPLER.match(inner) and not any(_SAMPLER.match(option) for option in options[1:]):
        plain = _SAMPLER.sub("", inner, count=1)
        raise InvalidValue(
            f"{shown(written)} names how to draw (@ or ~), which is not read here. Write {{{_short(plain)}}}."
        )


def _combinations(picks: re.Match[str], options: list[str]) -> list[str]:
    low = int(picks[1][:2] or 1)
    high = int(picks[3][:2] or len(options)) if picks[2] else low
    between = picks[4] if picks[4] is not None else ", "
    names = [option.strip() for option in options]
    each = (itertools.combinations(names, count) for count in range(low, min(high, len(names)) + 1))
    found = [
        between.join(chosen) for chosen in itertools.islice(itertools.chain.from_iterable(each), _MOST_COMBINATIONS)
    ]
    return [each for each in found if each] or ["red, blue", "red, green"]


def _as_choice(plain: str) -> str:
    """Write what is to be chosen from in braces; a single one is no choice."""
    return f"{{{_short(plain)}}}" if "|" in plain else _short(plain.strip())


def _short(plain: str) -> str:
    return plain if len(plain) <= 80 else f"{plain[:79]}…"


def has_name(inner: str) -> bool:
    """Say whether what stands in two braces begins as JSON would if its names had their quotes."""
    return bool(_NAME.match(inner))


def doubts(text: str) -> list[str]:
    """Return sentences about what other tools would replace, and what looks like a choice and has other characters."""
    found = []
    for name in dict.fromkeys(_WILDCARD.findall(text)):
        found.append(f"{shown(name)} is a wildcard elsewhere; here nothing takes its place. Write {{cat|dog|owl}}.")
    for written in dict.fromkeys(_FULL_WIDTH.findall(text)):
        if (usual := written.translate(_TO_ASCII)) != written:
            found.append(f"{shown(written)} has full-width braces or bars, so it is no choice. Write {_short(usual)}.")
    return found


def is_full_width(written: str) -> bool:
    """Say whether a group is one of those that `doubts` speaks of."""
    return bool(_FULL_WIDTH.fullmatch(written))


def hints(text: str) -> list[str]:
    """Return sentences about what FLUX takes as plain words. Nothing of it stands in the way."""
    return [
        f"{shown(found[0])} means nothing to FLUX, which reads it as words: {instead}."
        for pattern, instead in _HINTS
        if (found := pattern.search(text))
    ]
