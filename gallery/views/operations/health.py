"""For the person who runs it at night: does the process live, and is everything there that a paid call needs?"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery import tasks
from gallery.services import health


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"process": True})


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 503 with false beside every part that fails; why nothing can be stored stands in a header."""
    storage_trouble = health.storage_trouble()
    parts = {
        "database": health.database_answers(),
        "queue": tasks.queue_answers(),
        "storage": not storage_trouble,
        "worker": health.worker_lives(),
        "gate": health.gate_is_open(),
    }
    why = {"X-Storage": storage_trouble.replace("’", "'")} if storage_trouble else {}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503, headers=why)
