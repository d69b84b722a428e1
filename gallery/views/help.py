"""The help page: every model with its price, and how to ask for a picture."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.catalogue.models.advice import ADVICE
from gallery.catalogue.models.flux_models import FLUX_MODELS
from gallery.catalogue.models.params import PARAMS
from gallery.catalogue.parameters.shapes import SHAPES
from gallery.services.prices import price_book


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    book = price_book.read_price_book()
    context = {
        "models": [(flux_model, book.row(flux_model.id)) for flux_model in FLUX_MODELS],
        "advice": ADVICE,
        "shapes": SHAPES,
        "params": PARAMS.values(),
    }
    return render(request, "help/help.html", context)
