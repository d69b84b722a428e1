"""The forms of a budget: whose it is and how much, and how much more for a while."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from gallery.forms.costs.amounts import DollarsField
from gallery.models import Budget, Project, User
from gallery.models.costs.budgets import Period

TEAM = "team"
MOST_CHOICES = 500  # of members and of projects
PERIODS = [(Period.MONTH, "a month"), (Period.WEEK, "a week"), (Period.DAY, "a day"), (Period.ONCE, "once, in all")]


def _date(**options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "input num"}, format="%Y-%m-%d")
    return forms.DateField(required=False, widget=widget, **options)


class BudgetForm(forms.Form):
    """A new budget."""

    whose = forms.ChoiceField(label="For")
    limit_micros = DollarsField(label="Dollars", help_text="What is charged, in doubt or being generated counts.")
    period = forms.ChoiceField(
        label="Each", choices=PERIODS, help_text="Begins anew at midnight, on Mondays, on the 1st."
    )
    starts = _date(label="From", help_text="Empty: from the start of the running period.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = User.objects.filter(is_active=True).order_by("username").values_list("pk", "username")
        projects = Project.objects.order_by("name").values_list("pk", "name")
        cast("forms.ChoiceField", self.fields["whose"]).choices = [
            (TEAM, "The whole team"),
            ("A member", [(f"member-{pk}", name) for pk, name in members[:MOST_CHOICES]]),
            ("A project", [(f"project-{pk}", name) for pk, name in projects[:MOST_CHOICES]]),
        ]

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        names = ("period", "limit_micros", "starts")
        return {name: self.cleaned_data[name] for name in names} | self._whose()

    def _whose(self) -> dict[str, User | Project]:
        kind, _, pk = self.cleaned_data["whose"].partition("-")
        if kind == TEAM:
            return {}
        return {"owner": User.objects.get(pk=pk)} if kind == "member" else {"project": Project.objects.get(pk=pk)}


class ChangeBudgetForm(forms.Form):
    """The limit, and a raise that ends by itself."""

    limit_micros = DollarsField(label="Dollars")
    raised_micros = DollarsField(label="More for a while", required=False)
    raised_until = _date(label="Up to and with")

    def clean(self) -> dict[str, Any]:
        fields = super().clean()
        assert fields is not None
        fields["raised_micros"] = fields.get("raised_micros") or 0
        until = fields.get("raised_until")
        if fields["raised_micros"] and not until and "raised_until" not in self.errors:
            self.add_error("raised_until", ValidationError("Say when the raise ends."))
        if fields["raised_micros"] and until and until < timezone.localdate():
            self.add_error("raised_until", ValidationError("That day is over. Choose today or a later one."))
        return fields


def change_form_of(budget: Budget) -> ChangeBudgetForm:
    """Return the form as it begins; ids of its fields are the budget's own, for there is one for each on the page.

    A raise that is over is left out: sent again with a new limit it would be refused.
    """
    initial: dict[str, Any] = {"limit_micros": budget.limit_micros}
    if budget.raised_micros and budget.raised_until and budget.raised_until >= timezone.localdate():
        initial |= {"raised_micros": budget.raised_micros, "raised_until": budget.raised_until}
    return ChangeBudgetForm(
        initial=initial,
        auto_id=f"id_{budget.key}_%s",
    )
