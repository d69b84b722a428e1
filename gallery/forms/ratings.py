"""What somebody thinks of pictures, as it is sent: a verdict, stars, or both."""

from typing import Any

from django import forms

from gallery.models.ratings import MOST_STARS, Verdict


class RatingForm(forms.Form):
    """`rating_fields` holds only what was said: a verdict that is not named stays as it was."""

    verdict = forms.ChoiceField(choices=Verdict.choices, required=False)
    stars = forms.IntegerField(min_value=0, max_value=MOST_STARS, required=False)

    def clean(self) -> dict[str, Any] | None:
        if not self.errors and not self.rating_fields:
            raise forms.ValidationError("Say a verdict or stars.")
        return super().clean()

    @property
    def rating_fields(self) -> dict[str, Any]:
        said = {name: self.cleaned_data.get(name) for name in ("verdict", "stars") if name in self.data}
        return {name: value for name, value in said.items() if value is not None}
