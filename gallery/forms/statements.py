"""What is sent to reconcile: a file of the provider's charges, the days of its log, and decisions."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from gallery.forms.fields import refuse_broken_text
from gallery.services import periods

MOST_BYTES = 15_000_000


class FileForm(forms.Form):
    """A file as the provider exports it: CSV with any delimiter and encoding."""

    file = forms.FileField(
        label="The provider’s usage as CSV",
        help_text="Columns for when and how much, such as created_at and quota or usd; request_id and model_name help.",
        widget=forms.FileInput(
            attrs={"accept": ".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain", "class": "input"}
        ),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError("The file has more than 15 MB. Split it by month.")
        return file


class LogForm(forms.Form):
    """A month of the provider's log."""

    month = forms.CharField(
        label="Month",
        max_length=7,
        widget=forms.DateInput(attrs={"type": "month", "class": "input num"}),
    )

    def clean_month(self):
        try:
            return periods.read({"month": self.cleaned_data["month"]}, today=timezone.localdate())
        except periods.BadPeriod as bad:
            raise ValidationError(str(bad)) from None


class DecisionForm(forms.Form):
    """What to do about the ticked differences. `do`: as is proposed, or leave them."""

    do = forms.ChoiceField(choices=[("apply", "apply"), ("leave", "leave")])
    note = forms.CharField(required=False, max_length=200, validators=[refuse_broken_text])
