"""Who may see and change what. Every view asks here first; what is not yours does not exist."""

from functools import wraps

from django.http import Http404
from django.shortcuts import get_object_or_404

from gallery.models import Image, Job, Run
from gallery.services import losses


def run_read(request, key):
    return _find(Run.objects.select_related("owner", "project"), key, owner=request.user)


def run_write(request, key):
    return _find(Run.objects, key, owner=request.user)


def image_read(request, key):
    return _find(Image.objects.select_related("job__run__project", "attempt", "owner"), key, owner=request.user)


def image_place(request, key):
    """Return the picture that ends a page of the gallery, with what the next page needs of it."""
    return _find(Image.objects.only("id", "created_at"), key, owner=request.user)


def loss_place(request, key):
    """Return the call that ends a page of losses: one of one's own, or anybody's for an admin."""
    return _find(losses.of(request.user), key)


def job_write(request, key):
    return _find(Job.objects.select_related("run", "attempt", "owner"), key, owner=request.user)


def job_settle(request, key):
    """An admin settles doubts of everybody, without seeing what was asked for."""
    require_admin(request)
    return _find(Job.objects.select_related("run", "attempt", "owner"), key)


def _find(rows, key, **whose):
    """Find a row by its key, or answer 404. A NUL never reaches PostgreSQL, which would fail on it."""
    if "\x00" in key:
        raise Http404
    return get_object_or_404(rows, key=key, **whose)


def require_admin(request):
    """Answer 404 to everybody who is no admin: the door is not even there."""
    if not request.user.is_admin:
        raise Http404


def admin_only(view):
    """Decorate a view that only admins reach."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        require_admin(request)
        return view(request, *args, **kwargs)

    return guarded
