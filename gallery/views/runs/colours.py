"""Asked / got: the colours that the prompts of a run name, and how near each picture and each model came to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.numbers.colours import NEAR
from gallery.catalogue.prompts.asked_colours import Got
from gallery.models import Image
from gallery.services.images.seen.asked_colours import got_by_image

MOST = 200  # pictures listed; the models are compared by all


@dataclass
class Line:
    """One picture. `got`: in the order of the colours, None where its own prompt does not name one."""

    image: Image
    got: list[Got | None]


@dataclass
class ModelLine:
    """What one model made of each colour: (median distance, how many are near, of how many)."""

    model: str
    colours: list[tuple[float, int, int] | None]


@require_safe
def of_run(request: MemberRequest, key: str) -> HttpResponse:
    run = access.run_read(request, key)
    images = Image.objects.of(request.user).kept().filter(run=run).order_by("id").for_tiles()
    found = got_by_image([image.pk for image in images])
    asked = list(dict.fromkeys(got.asked for each in found.values() for got in each))
    lines = [_line(image, found[image.pk], asked) for image in images if image.pk in found]
    sort = request.GET.get("sort", "")
    by = asked.index(sort) if sort in asked else 0
    context = {
        "run": run,
        "heads": [(colour, f"?{urlencode({'sort': colour})}", n == by) for n, colour in enumerate(asked)],
        "models": _by_model(lines, by),
        "lines": sorted(lines, key=lambda line: _distance(line.got[by]))[:MOST],
        "more": len(lines) > MOST,
    }
    return render(request, "runs/colours.html", context)


def _line(image: Image, found: Sequence[Got], asked: Sequence[str]) -> Line:
    by_colour = {got.asked: got for got in found}
    return Line(image, [by_colour.get(colour) for colour in asked])


def _distance(got: Got | None) -> float:
    return got.distance if got else float("inf")


def _by_model(lines: Sequence[Line], by: int) -> list[ModelLine]:
    """Return the models that were asked, nearest first."""
    models = dict.fromkeys(line.image.model for line in lines)
    found = [_of_model(model, [line for line in lines if line.image.model == model]) for model in models]
    return sorted(found, key=lambda line: line.colours[by][0] if line.colours[by] else float("inf"))  # type: ignore[index]


def _of_model(model: str, lines: Sequence[Line]) -> ModelLine:
    columns: Any = zip(*(line.got for line in lines), strict=True)
    return ModelLine(model, [_summary([got for got in column if got]) for column in columns])


def _summary(column: Sequence[Got]) -> tuple[float, int, int] | None:
    if not column:
        return None
    distances = list(map(attrgetter("distance"), column))
    return median(distances), sum(distance <= NEAR for distance in distances), len(distances)
