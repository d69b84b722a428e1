"""XMP: the packet that says what made a picture, put into one that is there; and our recipe read out of one.

It is never parsed as XML: what somebody else wrote there may be a trap.
"""

import json
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, unescape

from gallery.catalogue.recipes.own import write_own

OPENING = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
)  # fmt: skip
CLOSING = "</rdf:RDF></x:xmpmeta>"
DESCRIPTION = '<rdf:Description rdf:about="" {}>{}</rdf:Description>'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
IPTC = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
OURS = 'xmlns:fluxweb="urn:fluxweb:recipe#"'
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
MARK = DESCRIPTION.format(IPTC, f"<Iptc4xmpExt:DigitalSourceType>{TRAINED}</Iptc4xmpExt:DigitalSourceType>")
# What the IPTC calls a picture that a trained model made: who looks for it finds it here, and nothing else.
MADE_BY_MODEL = f"{OPENING}{MARK}{CLOSING}".encode()

_END = b"</rdf:RDF>"
_RECIPE = re.compile(rb"<fluxweb:recipe>([^<]*)</fluxweb:recipe>")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def describe(facts: Mapping[str, object], *, marked: bool, words: bool = True) -> str:
    """Write facts, and that a model made the picture, as parts of a packet; "" if there is nothing to say.

    `words`: the prompt and the model also where programs for pictures show them, beside our own JSON.
    """
    told = MARK if marked else ""
    if facts:
        told += DESCRIPTION.format(OURS, f"<fluxweb:recipe>{_json(facts)}</fluxweb:recipe>")
    if words and "prompt" in facts:
        caption = f'<rdf:li xml:lang="x-default">{_text(facts["prompt"])}</rdf:li>'
        told += DESCRIPTION.format(DC, f"<dc:description><rdf:Alt>{caption}</rdf:Alt></dc:description>")
    if words and "model" in facts:
        system = f"<Iptc4xmpExt:AISystemUsed>{_text(facts['model'])}</Iptc4xmpExt:AISystemUsed>"
        told += DESCRIPTION.format(IPTC, system)
    return told


def packet(described: str) -> bytes:
    return f"{OPENING}{described}{CLOSING}".encode()


def merged(existing: bytes, described: str) -> bytes | None:
    """Return a packet with these parts put to what it says; None if it is written in another way than usual."""
    at = existing.rfind(_END)
    if at < 0 or b"\0" in existing[:200]:
        return None
    return existing[:at] + described.encode() + existing[at:]


def read_own(packet: bytes) -> bytes | None:
    """Return our JSON as it stands in a packet, None if it is not there."""
    found = _RECIPE.search(packet)
    return unescape(found[1].decode("utf-8", "replace")).encode() if found else None


def _text(value: object) -> str:
    return escape(_NO_XML.sub("", str(value)))


def _json(facts: Mapping[str, object]) -> str:
    """What XML cannot hold is written as JSON writes it."""
    return escape(_NO_XML.sub(lambda found: json.dumps(found[0])[1:-1], write_own(facts)))
