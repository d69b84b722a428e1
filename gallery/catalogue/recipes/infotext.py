"""The recipe as AUTOMATIC1111 and Forge write it, which most programs read: prompt, negative prompt, one line of pairs.

Gone through once from the front: whatever stands in it, reading takes a time in proportion to its length.
"""

import json
import re
from collections.abc import Iterator, Mapping

from .recipe import Recipe, number_of, size_of, text_of, whole_of

PROGRAM = "AUTOMATIC1111 or Forge"
NEGATIVE = "Negative prompt:"
NO_SAMPLER = "FLUX"  # written where others have to find one
FEWEST_PAIRS = 3  # in a last line that is one of pairs and not of the prompt
_KEY = re.compile(r"\s*([^\W_][\w /-]{0,40}):\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SIZE = re.compile(r"\s*([0-9]{1,6})\s*[x×]\s*([0-9]{1,6})\s*")
_USED = frozenset({"Steps", "Seed", "Size", "Model", "CFG scale", "Distilled CFG Scale"})
_ABOUT = frozenset({"Version", "Model hash", "VAE hash", "Lora hashes", "TI hashes", "Hashes", "Schedule type"})


def write_infotext(facts: Mapping[str, object]) -> str:
    """Write facts by API name as others read them; nothing if there is neither prompt, model nor seed among them.

    Readers look for `Steps` and `Sampler`: of most models nobody tells the steps, which is written 0.
    """
    if not {"prompt", "model", "seed"} & facts.keys():
        return ""
    told = {
        "Steps": facts.get("steps", 0),
        "Sampler": NO_SAMPLER,
        "Schedule type": NO_SAMPLER,
        "CFG scale": facts.get("guidance"),
        "Seed": facts.get("seed"),
        "Size": f"{facts['width']}x{facts['height']}" if "width" in facts else None,
        "Model": facts.get("model"),
        "Version": "fluxweb",
    }
    line = ", ".join(f"{name}: {_value(value)}" for name, value in told.items() if value is not None)
    prompt = str(facts.get("prompt", ""))
    return f"{prompt}\n{line}" if prompt else line


def _value(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r"[,:\n]", text) else text


def read_infotext(text: str) -> Recipe | None:
    """Return the recipe that a text of this form tells, None if it has no line of pairs."""
    lines = text.strip().split("\n")
    pairs = dict(_pairs(lines[-1]))
    if len(pairs) < FEWEST_PAIRS:
        return None
    prompt, _, negative = "\n".join(["", *lines[:-1]]).partition(f"\n{NEGATIVE}")
    told = {name: each for name, each in pairs.items() if name not in _USED | _ABOUT and each != NO_SAMPLER}
    sides = _SIZE.fullmatch(pairs.get("Size", ""))
    guidance = pairs.get("Distilled CFG Scale") or pairs.get("CFG scale")  # FLUX is guided by the first of them
    return Recipe(
        PROGRAM,
        prompt=text_of(prompt.strip()),
        negative=text_of(negative.strip()),
        model=text_of(pairs.get("Model", "")),
        seed=whole_of(pairs.get("Seed")),
        size=size_of(sides[1], sides[2]) if sides else None,
        steps=whole_of(pairs.get("Steps")) or None,
        guidance=number_of(guidance),
        others=tuple((text_of(name), text_of(each)) for name, each in told.items()),
    )


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    at, unclosed = 0, False
    while found := _KEY.match(line, at):
        at, quoted = found.end(), None
        if line.startswith('"', at) and not unclosed:
            quoted = _QUOTED.match(line, at)
            unclosed = quoted is None  # it is none further on either: nobody looks for its end again
        comma = line.find(",", quoted.end() if quoted else at)
        end = comma if comma >= 0 else len(line)
        yield found[1].strip(), (quoted[1] if quoted else line[at:end]).strip()
        at = end + 1
