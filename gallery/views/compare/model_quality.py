"""Quality for money: what the votes say of each FLUX model, beside what it costs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.access import MemberRequest
from gallery.services.compare import model_quality
from gallery.services.compare.model_quality import FEW_VOTES
from gallery.views.compare.rating_chart import Chart

MINE, TEAM = "mine", "team"
MOST_WORD = 100  # characters


@require_safe
def show(request: MemberRequest) -> HttpResponse:
    """Show one's own judgments, or the whole team's. A word narrows only one's own: it would tell others' prompts."""
    team = request.GET.get("votes") == TEAM
    word = "" if team else request.GET.get("prompt", "").strip()[:MOST_WORD]
    found = model_quality.assess_models(user=None if team else request.user, word=word)
    context = {
        "models": found,
        "spelled": any(each.spelling.read for each in found),
        "enough": model_quality.has_enough_votes(found),
        "few": FEW_VOTES,
        "team": team,
        "word": word,
        "chart": Chart(found),
    }
    return render(request, "compare/model_quality.html", context)
