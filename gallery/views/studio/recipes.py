"""A recipe out of a file, put into what is typed: of a file that is sent, or of an upload that is there already."""

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.recipes.filling import Filled, fill_fields
from gallery.catalogue.recipes.recipe import Recipe
from gallery.forms.studio import prefill as prefill_form
from gallery.services.library import recipe_files
from gallery.services.library.recipe_files import NoRecipe
from gallery.services.references import inputs
from gallery.views.studio import prefill, studio

NOTHING_CHOSEN = "Choose a picture first: the one whose recipe you want."


@dataclass
class Said:
    """What the studio says of a file. `problem`: why nothing was filled in."""

    name: str
    program: str = ""
    unused: list[str] = field(default_factory=list)
    problem: str = ""


@require_POST
def fill_from_file(request: MemberRequest) -> HttpResponse:
    """Fill the studio with the recipe in a picture, and list what of it was not used. Buys nothing."""
    typed = prefill_form.read_typed(request.POST) or prefill.START
    values, said = _of_image(request, typed) if "recipe_image" in request.POST else _of_upload(request, typed)
    return studio.show_filled(request, prefill_form.merge_values(values, typed), recipe=said)


def _of_upload(request: MemberRequest, typed: dict[str, Any]) -> tuple[dict[str, Any], Said]:
    file = request.FILES.get("recipe")
    if file is None:
        return {}, Said("", problem=NOTHING_CHOSEN)
    name = file.name or "The file"
    try:
        return _filled(recipe_files.read_file(file), name, typed)
    except NoRecipe as why:
        return {}, Said(name, problem=str(why))


def _of_image(request: MemberRequest, typed: dict[str, Any]) -> tuple[dict[str, Any], Said]:
    """One that was made here is recalled as everywhere. The picture whose recipe is followed does not go in as well."""
    image = access.image_write(request, request.POST["recipe_image"])
    others = {"reference_key": inputs.keys_without(typed.get("reference_key") or [], image, user=request.user)}
    if image.job:
        return others | prefill_form.from_job(image.job), Said(image.download_name, program="fluxweb")
    try:
        values, said = _filled(recipe_files.read_image(image), image.name, typed)
        return others | values, said
    except NoRecipe as why:
        return {}, Said(image.name, problem=str(why))
    except FileNotFoundError:
        raise Http404 from None


def _filled(recipe: Recipe, name: str, typed: dict[str, Any]) -> tuple[dict[str, Any], Said]:
    filled: Filled = fill_fields(recipe, ticked=typed.get("model") or [])
    return prefill_form.from_recipe(filled.values), Said(name, filled.program, filled.unused)
