"""Decisions about single calls that only a person may take. A form names the attempt it was shown for."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from gallery import access, tasks
from gallery.access import MemberRequest
from gallery.models import Attempt, Job
from gallery.services.paid_calls import resolution
from gallery.services.runs import submission
from gallery.views.runs.matrix_controls import layout_query

BACK = ("queue", "studio", "runs")  # pages with such buttons, beside the run's own
RELEASED = "Released: the picture is in its owner’s gallery."
FILED = "Released as a file: it cannot be shown as a picture, so its owner downloads it as it came."


@require_POST
def again(request: MemberRequest, key: str) -> HttpResponse:
    """Buy a picture again that may have been paid for; the button said the price."""
    job = access.job_write(request, key)
    attempt = resolution.find_attempt(job, request.POST.get("attempt", ""))
    if attempt and resolution.ask_again(job, attempt=attempt, by=request.user):
        tasks.wake_workers()
    else:
        messages.info(request, "That job has moved on meanwhile; nothing was bought.")
    return redirect("run", job.run.key)


@require_POST
def cancel(request: MemberRequest, key: str) -> HttpResponse:
    """Cancel one picture that waits; what is being generated ends and is kept."""
    job = access.job_write(request, key)
    cancelled = submission.cancel_job(job)
    if request.htmx:
        return HttpResponse(status=204)  # the poll of the page brings what has changed
    if not cancelled:
        messages.info(request, "It is too late to cancel it; nothing has changed.")
    return _back(request, job, cancelled=job.key if cancelled else "")


@require_POST
def resume(request: MemberRequest, key: str) -> HttpResponse:
    """Put one picture back that was cancelled."""
    job = access.job_write(request, key)
    if submission.resume_job(job):
        tasks.wake_workers()
    else:
        messages.info(request, "It was not cancelled; nothing has changed.")
    return _back(request, job)


def _back(request: MemberRequest, job: Job, **said: str) -> HttpResponse:
    """Lead to where the button stood: the queue, the studio, the runs, or the run."""
    name = request.POST.get("back", "")
    if name not in BACK:
        return redirect(reverse("run", args=[job.run.key]) + layout_query(request) + f"#job-{job.key}")
    query = urlencode({name: value for name, value in said.items() if value})
    return redirect(reverse(name) + (f"?{query}" if query and name == "queue" else ""))


@require_POST
def settle(request: MemberRequest, key: str) -> HttpResponse:
    charged = {"charged": True, "not_charged": False}.get(request.POST.get("as", ""))
    attempt = _attempt_to_settle(request, key)
    if charged is None:
        return HttpResponseBadRequest("Settle as charged or as not_charged.")
    if not (attempt and resolution.settle_charge(attempt, charged=charged, by=request.user)):
        messages.info(request, "There is no doubt about that call any more.")
    return redirect("queue")


@require_POST
def release(request: MemberRequest, key: str) -> HttpResponse:
    """Keep a held result after all, or give it up with `drop`."""
    attempt = _attempt_to_settle(request, key)
    if "drop" in request.POST:
        if attempt:
            resolution.drop_held(attempt, by=request.user)
        return redirect("queue")
    _release(request, attempt)
    return redirect("queue")


def _release(request: MemberRequest, attempt: Attempt | None) -> None:
    try:
        if attempt is None:
            raise resolution.NotHeld
        image = resolution.release_held(attempt, by=request.user)
    except resolution.NotHeld:
        messages.info(request, "There is no held file.")
    except OSError:
        messages.error(request, "The held file is gone, or the storage does not answer. Nothing has changed.")
    else:
        messages.success(request, RELEASED if image else FILED)


def _attempt_to_settle(request: MemberRequest, key: str) -> Attempt | None:
    return resolution.find_attempt(access.job_settle(request, key), request.POST.get("attempt", ""))
