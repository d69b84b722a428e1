"""The pictures of a form: files that come with it, and the keys of those that are kept already, in their order."""

from collections.abc import Mapping
from typing import Any

from django import forms

from gallery.forms.fields import NameField, refuse_broken_text

MOST_KEYS = 200
KEY_CHARACTERS = 20
MOST_PAIRS = 2000


class ReferenceKeys(forms.MultipleHiddenInput):
    """Beside each `reference_key` may stand its `reference_place`, a number by which a page without script orders them.

    `reference_drop` names one that is taken out.
    """

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        if not hasattr(data, "getlist"):
            return list(data.get(name) or [])
        keys, places = data.getlist(name), data.getlist(f"{name[:-4]}_place")
        dropped = set(data.getlist(f"{name[:-4]}_drop"))
        order = sorted(range(len(keys)), key=lambda n: _place(places, n))
        return [keys[n] for n in order if keys[n] not in dropped]


def _place(places: list[str], n: int) -> tuple[int, int]:
    """Who was given the number of another goes before it on the way up and behind it on the way down.

    A number that is no place leaves a picture where it stands.
    """
    text = places[n].strip() if n < len(places) else ""
    place = int(text) if text.isdecimal() and len(text) < 5 else n + 1
    return place, (place > n + 1) - (place < n + 1)


class ReferenceKeysField(forms.Field):
    """Keys of pictures that may go in. Whose they are, the plan asks."""

    widget = ReferenceKeys

    def to_python(self, value: Any) -> list[str]:
        sent = [each for each in value or [] if isinstance(each, str) and each.isalnum()]
        return list(dict.fromkeys(each for each in sent[:MOST_KEYS] if len(each) <= KEY_CHARACTERS))


class KeepForm(forms.Form):
    """What a reference is called, and whether the team may use it."""

    title = NameField(max_length=80, label="Name", validators=[refuse_broken_text])
    shared = forms.BooleanField(required=False, label="Share it with the team")


class PairsInput(forms.MultipleHiddenInput):
    """Beside each `pair`, the keys of its pictures, stand its own words as `pair_prompt`; they may be empty."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        words = data.getlist(f"{name}_prompt")
        return [(keys, words[n] if n < len(words) else "") for n, keys in enumerate(data.getlist(name))]


class PairsField(forms.Field):
    """Pairs that are read already, as (keys with blanks between them, own words)."""

    widget = PairsInput

    def to_python(self, value: Any) -> list[tuple[str, str]]:
        sent = list(value or [])[:MOST_PAIRS]
        return [(keys, words) for keys, words in sent if keys.replace(" ", "").isalnum() and "\ufffd" not in words]
