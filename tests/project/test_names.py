"""How things are called: what people write on one line turns no page around it, and every row has a name."""

from datetime import date

import pytest
from django.apps import apps

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


NEEDED = {"MonthlySpend": {"day": date(2026, 11, 1)}, "JobReference": {"position": 0}}


@pytest.mark.parametrize("model", list(apps.get_app_config("gallery").get_models()), ids=lambda model: model.__name__)
def test_a_row_is_named_from_what_it_holds_itself(model):
    """Without a database: the lists of Django's admin would ask once more for every row."""
    assert isinstance(str(model(**NEEDED.get(model.__name__, {}))), str)
