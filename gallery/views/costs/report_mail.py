"""Reports by mail: how often, chosen by whoever gets them."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gallery.access import MemberRequest
from gallery.models.costs.report_mail import Every
from gallery.services.ledger import report_mail


@require_POST
def choose(request: MemberRequest) -> HttpResponse:
    every = request.POST.get("every", "")
    if every not in ("", *Every.values):
        return HttpResponseBadRequest("Every week, every month, or never.")
    report_mail.choose_report_mail(request.user, every)
    said = f"Reports come to {request.user.email} {Every(every).label}." if every else "No reports come by mail."
    messages.success(request, said)
    return redirect("costs")
