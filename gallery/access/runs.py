"""Gates of runs, their jobs and their sheets."""

from django.db.models import F
from django.shortcuts import get_object_or_404

from gallery.access.rights import MemberRequest, find_row, require
from gallery.models import (
    Attempt,
    Job,
    Run,
    Sheet,
    SheetPart,
)  # fmt: skip


def run_read(request: MemberRequest, key: str) -> Run:
    """Return a run without what was typed for it until that is asked for: every poll comes by here."""
    return find_row(Run.objects.select_related("owner", "project").defer("form"), key, owner=request.user)


def run_write(request: MemberRequest, key: str) -> Run:
    return find_row(Run.objects, key, owner=request.user)


def job_read(request: MemberRequest, key: str) -> Job:
    return find_row(Job.objects.select_related("run__project"), key, owner=request.user)


def job_write(request: MemberRequest, key: str) -> Job:
    return find_row(Job.objects.select_related("run", "attempt", "owner"), key, owner=request.user)


def job_settle(request: MemberRequest, key: str) -> Job:
    """An admin settles doubts of everybody, without seeing what was asked for."""
    require(request, "is_admin")
    return find_row(Job.objects.select_related("run", "attempt", "owner"), key)


def held_read(request: MemberRequest, key: str, attempt_key: str = "") -> Attempt:
    """Return a call of one's own job whose file was kept as it came: the one named, or the job's current one."""
    attempts = Attempt.objects.filter(job=job_read(request, key)).exclude(held_name="").select_related("job")
    if attempt_key:
        return find_row(attempts, attempt_key)
    return get_object_or_404(attempts, job__attempt=F("pk"))


def sheet_write(request: MemberRequest, key: str) -> Sheet:
    return find_row(Sheet.objects.select_related("run"), key, owner=request.user)


def sheet_part_read(request: MemberRequest, key: str, number: int) -> SheetPart:
    sheet = sheet_write(request, key)
    return get_object_or_404(SheetPart.objects.select_related("sheet__run"), sheet=sheet, number=number)
