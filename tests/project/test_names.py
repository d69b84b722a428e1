"""What people write on one line, wherever they write it, turns no page around it."""

import pytest

from gallery.forms.costs.prices import PriceForm
from gallery.forms.costs.statements import DecisionForm, SettleForm, TakeBackForm
from gallery.forms.costs.terms import TermsForm
from gallery.forms.saved_items import TemplateForm
from gallery.forms.studio.run_form import RunForm


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (RunForm, "project"), (DecisionForm, "note"), (SettleForm, "note"), (TakeBackForm, "reason"),
        (TermsForm, "source"), (PriceForm, "source"), (TemplateForm, "note"),
    ],
)  # fmt: skip
def test_marks_of_direction_turn_no_page(form, field):
    assert form.base_fields[field].clean("\u202eHarbour\u2066 one") == "Harbour one"
