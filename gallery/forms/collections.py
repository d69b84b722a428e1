"""Tags and collections as they are typed."""

from django import forms
from django.core.exceptions import ValidationError

from gallery.catalogue.text import tags
from gallery.forms.fields import LinesField, NameField, refuse_broken_text
from gallery.models.collections import TeamUse
from gallery.services.collections import items

MOST_AT_ONCE = 20


class TagsForm(forms.Form):
    """One tag or several, parted by commas. `names`: each once."""

    tag = forms.CharField(label="Tags", max_length=2000, validators=[refuse_broken_text])

    def clean_tag(self) -> list[str]:
        names = tags.split_tags(self.cleaned_data["tag"])
        if not names:
            raise ValidationError("Write a word that can be seen.")
        if len(names) > MOST_AT_ONCE:
            raise ValidationError(f"At most {MOST_AT_ONCE} tags at once.")
        for name in names:
            _check_length(name)
        return names


class TagForm(forms.Form):
    """One tag, by its name."""

    name = forms.CharField(label="Name", max_length=200, validators=[refuse_broken_text])

    def clean_name(self) -> str:
        names = tags.split_tags(self.cleaned_data["name"])
        if len(names) != 1:
            raise ValidationError("Write one tag, without a comma.")
        _check_length(names[0])
        return names[0]


def _check_length(name: str) -> None:
    if tags.is_too_long(name):
        raise ValidationError(f"“{name[:20]}…” is too long: a tag has at most {tags.TAG_LENGTH} characters.")


class CollectionForm(forms.Form):
    """What is said about a collection, and what the team may do with it."""

    name = NameField(max_length=80, label="Name", validators=[refuse_broken_text])
    note = LinesField(
        required=False, max_length=2000, label="Note, on top of it", validators=[refuse_broken_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    team = forms.ChoiceField(
        required=False, label="The team", widget=forms.RadioSelect, initial=TeamUse.NOTHING,
        choices=[
            (TeamUse.NOTHING, "sees nothing of it"),
            (TeamUse.LOOK, "may look: pictures and recipes, no costs"),
            (TeamUse.ADD, "may look, and put in pictures of their own"),
        ],
    )  # fmt: skip


class NewCollectionForm(CollectionForm):
    """A new one: filled by hand, or by searches."""

    fills = forms.BooleanField(required=False, label="It fills itself from searches of my gallery")


class PutForm(forms.Form):
    """Into which collection: one that is there, or a new one of this name."""

    collection = forms.CharField(required=False)
    name = NameField(required=False, max_length=80, label="A new one", validators=[refuse_broken_text])

    def clean(self) -> dict[str, str]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("collection") and not cleaned.get("name"):
            raise ValidationError("Choose a collection, or write the name of a new one.")
        return cleaned


class MoveForm(forms.Form):
    """Where a picture goes within a collection: `to`, or in front of another."""

    image = forms.CharField()
    to = forms.ChoiceField(required=False, choices=[(each, each) for each in items.WAYS])
    before = forms.CharField(required=False)
