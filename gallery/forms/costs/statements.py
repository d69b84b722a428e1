"""What is sent to reconcile: a file of the provider's charges, the days of its log, and decisions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from gallery.forms.fields import NameField, refuse_broken_text
from gallery.services.ledger import periods

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

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        assert file.size is not None  # it was sent
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

    def clean_month(self) -> periods.Period:
        try:
            return periods.read_period({"month": self.cleaned_data["month"]}, today=timezone.localdate())
        except periods.InvalidPeriod as bad:
            raise ValidationError(str(bad)) from None


class DecisionForm(forms.Form):
    """What to do about the ticked differences. `do`: as is proposed, leave them, or book them as an adjustment.

    The note is the reason of an adjustment, which has one; `day` is when it counts, else the day of the difference.
    """

    do = forms.ChoiceField(choices=[("apply", "apply"), ("leave", "leave"), ("adjust", "adjust")])
    note = NameField(required=False, max_length=200, validators=[refuse_broken_text])
    day = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("do") == "adjust" and not (self.cleaned_data.get("note") or "").split():
            self.add_error("note", "Say why: an adjustment has a reason, which stands in every report.")
        return self.cleaned_data


class SettleForm(forms.Form):
    """What to do about the ticked rows of a remainder: calls were charged or not, or lines are nobody's here."""

    do = forms.ChoiceField(choices=[("charged", ""), ("not_charged", ""), ("outside", "")])
    note = NameField(required=False, max_length=200, validators=[refuse_broken_text])


class TakeBackForm(forms.Form):
    """Why an adjustment is taken back."""

    reason = NameField(label="Reason", max_length=200, validators=[refuse_broken_text])
