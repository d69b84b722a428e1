"""Tags as they are typed."""

from django import forms
from django.core.exceptions import ValidationError

from gallery.catalogue.text import tags
from gallery.forms.fields import refuse_broken_text

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
