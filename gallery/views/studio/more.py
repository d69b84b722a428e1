"""More of one picture, bought on its page: seeds, or the same on other models, as a run of their own."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.numbers.money import money
from gallery.catalogue.text.value_lists import counted
from gallery.forms.compare import MoreForm
from gallery.forms.studio import prefill
from gallery.forms.studio.compose import ComposeForm
from gallery.services.runs.doubts import Doubts
from gallery.services.runs.plan import RunPlan
from gallery.views.studio import prefill as fillings
from gallery.views.studio import studio

AGREED = Doubts([])  # its prompt was sent like this before


@require_POST
def buy_more(request: MemberRequest, key: str) -> HttpResponse:
    """Buy more seeds, or the same on other models, as a run; what a budget has no room for stands in the studio."""
    image = access.image_write(request, key)
    asked = MoreForm(request.POST)
    if image.job is None or image.trashed_at or not asked.is_valid():
        raise Http404
    form = prefill.form_of_job(image.job, nonce=asked.cleaned_data["nonce"], **asked.asked())
    plan = studio.plan_form(form, owner=request.user)
    if made := form.press().find_run(plan):
        return redirect("run", key=made.key)
    if form.is_valid() and not _is_seen(plan, asked.cleaned_data["quoted_micros"]):
        price = plan.quote.ours_micros if plan.quote else 0
        messages.error(request, f"The price is {money(price)} now: nothing was bought.")
        return redirect("image", key=key)
    if not form.is_valid() or form.asks_first(plan, AGREED):
        return _show_studio(request, form, plan)
    run = studio.submit_form(form, plan)
    if run is None:
        return _show_studio(request, form, plan)
    messages.success(request, f"{counted(run.size, 'picture')} for {money(run.quoted_micros)}.")
    return redirect(reverse("run", args=[run.key]))


def _show_studio(request: MemberRequest, form: ComposeForm, plan: RunPlan) -> HttpResponse:
    """Show what was asked for in the studio; what stood there can be brought back."""
    studio.say_replaced(request, fillings.standing(request.user))
    return studio.show_studio(request, form, plan)


def _is_seen(plan: RunPlan, seen_micros: int) -> bool:
    return plan.quote is not None and plan.quote.ours_micros == seen_micros
