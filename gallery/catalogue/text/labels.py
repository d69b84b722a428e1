"""Short labels for long texts, each its own: texts that begin alike are shown by where they differ.

Counted and cut in what people call characters (grapheme clusters): no accent, flag or family falls apart.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher

import regex

LABEL_CHARACTERS = 60
CUT = "…"
AROUND = 16  # characters that stand before and behind a difference, at most
WINDOW = 1_200  # code points of a text that are read for one difference; a later one is found in the next round
SLACK = 400  # code points before and behind what differs: more than AROUND, whatever a character is made of
MOST_ALIGNED, MOST_TOKENS = 40, 200  # texts and tokens up to which several differences are looked for at once
LONGEST_TOKEN = 24

_CHARACTER = regex.compile(r"\X")
# A word where words are parted by blanks, with its accents and joiners; one character in other scripts.
_TOKEN = regex.compile(
    r"(?:(?![\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])[\p{L}\p{N}][\p{M}\u200c\u200d]*)+|\X"
)


def characters(text: str) -> list[str]:
    """Part a text into what a reader calls its characters."""
    found: list[str] = _CHARACTER.findall(text)
    return found


def shortened(text: str, most: int = LABEL_CHARACTERS) -> str:
    """Cut a text to so many characters, an ellipsis for the rest."""
    if len(text) <= most:
        return text
    found = _first(text, most + 1)
    return text if len(found) <= most and "".join(found) == text else "".join(found[: most - 1]).rstrip() + CUT


def _first(text: str, most: int) -> list[str]:
    return [match[0] for match in itertools.islice(_CHARACTER.finditer(text), most)]


def told_apart(texts: Iterable[str]) -> list[str]:
    """Return a label for each text, no two the same; what differs in nothing that is seen gets a number."""
    lines = [" ".join(text.split()) for text in texts]
    return _numbered(_labelled(lines, _by_opening))


def _by_opening(texts: Sequence[str]) -> list[str]:
    return [shortened(text) for text in texts]


def _labelled(texts: Sequence[str], label: Callable[[Sequence[str]], list[str]]) -> list[str]:
    """Label the texts; those that come out alike once more among themselves, by where they differ."""
    labels = label(texts)
    alike: dict[str, list[int]] = {}
    for place, each in enumerate(labels):
        alike.setdefault(each, []).append(place)
    for places in alike.values():
        group = [texts[place] for place in places]
        if len(set(group)) > 1 and (len(group) < len(texts) or label is _by_opening):
            for place, own in zip(places, _labelled(group, _by_difference), strict=True):
                labels[place] = own
    return labels


def _numbered(labels: Iterable[str]) -> list[str]:
    """Number what is still the same: each value of an axis has a label of its own."""
    used: dict[str, None] = {}
    for label in labels:
        numbered = (f"{label} ({n})" for n in itertools.count(2))
        used[next(name for name in itertools.chain([label], numbered) if name not in used)] = None
    return list(used)


# -- where they differ ------------------------------------------------------------------------------------------------


def _by_difference(texts: Sequence[str]) -> list[str]:
    """Return what differs of each text, with a little of what stands around it."""
    parts = [_tokens(text) for text in _windows(texts)]
    start = _common(parts)
    end = _common([part[start:][::-1] for part in parts])
    bodies = [part[start : len(part) - end] for part in parts]
    before, behind = parts[0][:start], parts[0][len(parts[0]) - end :]
    return [_label(before, body, behind) for body in _without_what_all_have(bodies)]


def _windows(texts: Sequence[str]) -> list[str]:
    """Return of each text what may differ, and SLACK around it: a prompt can have 160,000 characters."""
    start = max(0, _alike(texts) - SLACK)
    end = max(0, _alike([text[start:][::-1] for text in texts]) - SLACK)
    return [text[start : len(text) - end][:WINDOW] for text in texts]


def _alike(texts: Sequence[str]) -> int:
    """Return with how many code points all begin: as many as the first and the last of them in their order."""
    first, last = min(texts), max(texts)
    return next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))


def _tokens(text: str) -> list[str]:
    found = _TOKEN.findall(text)
    return [each for token in found for each in (characters(token) if len(token) > LONGEST_TOKEN else [token])]


def _common(parts: list[list[str]]) -> int:
    """Return how many tokens all begin with."""
    return sum(1 for _ in itertools.takewhile(lambda column: len(set(column)) == 1, zip(*parts, strict=False)))


def _without_what_all_have(bodies: list[list[str]]) -> list[list[str]]:
    """Leave out what stands in all texts between their differences, where that is little enough to be looked for."""
    longest = max(map(len, bodies))
    if max(len("".join(body)) for body in bodies) <= LABEL_CHARACTERS or longest > MOST_TOKENS:
        return bodies
    if len(bodies) > MOST_ALIGNED:
        return bodies
    common = bodies[0]
    for body in bodies[1:]:
        matched = SequenceMatcher(None, common, body, autojunk=False).get_matching_blocks()
        common = [token for block in matched for token in common[block.a : block.a + block.size]]
    return [_elided(body, common) for body in bodies]


def _elided(body: list[str], common: list[str]) -> list[str]:
    """Write an ellipsis for each run of tokens that all texts have, and the blanks beside it."""
    found: list[str] = []
    wanted = iter(common)
    awaited = next(wanted, None)
    for token in body:
        if token == awaited:
            awaited = next(wanted, None)
            if not found or found[-1] != CUT:
                found.append(CUT)
        else:
            found.append(token)
    return found


def _label(before: list[str], body: list[str], behind: list[str]) -> str:
    shown = shortened("".join(body).strip(" "))
    left = LABEL_CHARACTERS - len(characters(shown))
    lead, from_start = _fitting([*before, *itertools.takewhile(str.isspace, body)][::-1], min(AROUND, left // 2))
    blanks = itertools.takewhile(str.isspace, reversed(body))
    trail, to_end = _fitting([*blanks, *behind], 0 if shown.endswith(CUT) else min(AROUND, left - left // 2))
    opening, ending = "".join(reversed(lead)).lstrip(), "".join(trail).rstrip()
    cut_before = not from_start and (opening or not shown.startswith(CUT))
    cut_behind = not to_end and (ending or not shown.endswith(CUT))
    return f"{CUT if cut_before else ''}{opening}{shown}{ending}{CUT if cut_behind else ''}".strip()


def _fitting(tokens: list[str], most: int) -> tuple[list[str], bool]:
    """Return the first tokens that fit, and whether these are all."""
    found: list[str] = []
    length = 0
    for token in tokens:
        length += len(characters(token))
        if length > most:
            return found, False
        found.append(token)
    return found, True
