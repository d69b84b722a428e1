"""The price book: what a call costs today, what it cost before, and for admins a new price."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.costs import prices as forms
from gallery.forms.costs.prices import PriceForm
from gallery.forms.costs.terms import TermsForm, initial_of
from gallery.services.prices import price_book, terms


@require_http_methods(["GET", "HEAD", "POST"])
def show_prices(request: MemberRequest) -> HttpResponse:
    if request.method == "POST":
        return _add(request)
    return _page(request, PriceForm(initial=_initial(request.GET.get("model"))))


def _add(request: MemberRequest) -> HttpResponse:
    access.require(request, "manages_prices")
    form = PriceForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        price = price_book.add_price(by=request.user, sure=form.is_sure, **form.values())
    except price_book.FarFromLast as far:
        form.ask_about(far.leaps)
        return _page(request, form)
    messages.success(request, f"{price.model} has a new price from {price.starts:%-d %B %Y} on.")
    return redirect("prices")


def _page(request: MemberRequest, form: PriceForm) -> HttpResponse:
    """`form`: shown to those who change prices."""
    context = {"entries": price_book.list_prices(), "form": form if request.user.manages_prices else None}
    return render(request, "costs/prices/prices.html", context | _terms(request))


def _terms(request: MemberRequest, form: TermsForm | None = None) -> dict[str, Any]:
    """What credit costs: the terms of today and all there are; `form`: shown to those who change prices."""
    known = terms.list_terms()
    counts = terms.terms_on(known=known)
    form = form or TermsForm(initial=initial_of(counts), prefix="terms")
    return {"terms": counts, "all_terms": known, "terms_form": form if request.user.manages_prices else None}


@require_POST
@access.holders_only("manages_prices")
def add_terms(request: MemberRequest) -> HttpResponse:
    """Add a top-up bonus or an exchange rate from a day on."""
    form = TermsForm(request.POST, prefix="terms")
    if not form.is_valid():
        context = {"entries": price_book.list_prices(), "form": PriceForm(initial=_initial(None))}
        return render(request, "costs/prices/prices.html", context | _terms(request, form))
    added = terms.add_terms(by=request.user, **form.values())
    messages.success(request, f"The effective price has new terms from {added.starts:%-d %B %Y} on.")
    return redirect("prices")


def _initial(model: str | None) -> dict[str, Any]:
    """Begin with what counts today for the model that was picked, or for the first."""
    found = price_book.list_prices()
    entry = next((entry for entry in found if entry.model == model), found[0])
    return forms.initial_of(entry.now) if entry.now else {"model": entry.model}
