"""Admins stop everything and let it go on."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gallery import access, tasks
from gallery.access import MemberRequest
from gallery.catalogue.models import flux_models
from gallery.catalogue.text import texts
from gallery.models.calls import KEY_GATE
from gallery.services.jobs import gates
from gallery.services.operations import secret_keys


@require_POST
@access.admin_only
def pause(request: MemberRequest) -> HttpResponse:
    name = _gate_name(request)
    if name is None:
        return HttpResponseBadRequest("No such gate.")
    reason = texts.clean_name(request.POST.get("reason", "").replace("\x00", ""))
    reason = reason or f"{request.user.username} paused it."
    gates.pause_gate(name, reason=reason, by=request.user)
    messages.success(request, "Paused. Running calls end; nothing new is sent.")
    return redirect("queue")


@require_POST
@access.admin_only
def resume(request: MemberRequest) -> HttpResponse:
    name = _gate_name(request)
    if name is None:
        return HttpResponseBadRequest("No such gate.")
    gates.resume_gate(name, by=request.user)
    tasks.wake_workers(settings.FLUX_CONCURRENCY)  # as many as may run at once
    messages.success(request, "Resumed.")
    return redirect("queue")


@require_POST
@access.admin_only
def note_key_change(request: MemberRequest) -> HttpResponse:
    """Take the notice of another secret key off the pages: an admin has read it."""
    secret_keys.note_change()
    return redirect("queue")


def _gate_name(request: MemberRequest) -> str | None:
    name = request.POST.get("gate", KEY_GATE)
    return name if name in (KEY_GATE, *flux_models.ids()) else None
