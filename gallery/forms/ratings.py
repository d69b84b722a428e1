"""What somebody thinks of pictures, as it is sent: a verdict, stars, a heart, or several of them."""

from typing import Any

from django import forms

from gallery.models.ratings import MOST_STARS, Verdict

YES_NO = [("0", "no"), ("1", "yes")]


class RatingForm(forms.Form):
    """`rating_fields` holds only what was said: a verdict that is not named stays as it was."""

    verdict = forms.ChoiceField(choices=Verdict.choices, required=False)
    stars = forms.IntegerField(min_value=0, max_value=MOST_STARS, required=False)
    favourite = forms.TypedChoiceField(choices=YES_NO, coerce="1".__eq__, empty_value=None, required=False)

    def clean(self) -> dict[str, Any] | None:
        if not self.errors and not self.rating_fields:
            raise forms.ValidationError("Say a verdict, stars or a heart.")
        return super().clean()

    @property
    def rating_fields(self) -> dict[str, Any]:
        said = {name: self.cleaned_data.get(name) for name in self.fields if name in self.data}
        return {name: value for name, value in said.items() if value is not None}


def read_earlier(texts: list[str]) -> dict[str, dict[str, Any]] | None:
    """Read what pictures are to be rated again, each as `key:verdict:stars:favourite`: {key: fields}, or None."""
    read: dict[str, dict[str, Any]] = {}
    for text in texts:
        key, _, rest = text.partition(":")
        form = RatingForm(dict(zip(("verdict", "stars", "favourite"), rest.split(":"), strict=False)))
        if not form.is_valid() or len(form.rating_fields) < len(form.fields):
            return None
        read[key] = form.rating_fields
    return read
