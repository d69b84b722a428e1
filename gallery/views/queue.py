"""The line: mine with what I asked for, everybody else's without."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.services import losses, queue
from gallery.views import losses as losses_view
from gallery.views.chrome import Chrome

SHOWN = 20  # decisions; the others stand on pages of their own


@require_safe
def index(request):
    jobs = queue.unfinished()
    chrome = Chrome(request)
    mine = losses.of(request.user)
    context = {
        "chrome": chrome,
        "mine": [job for job in jobs if job.owner_id == request.user.id],
        "others": [job for job in jobs if job.owner_id != request.user.id],
        "losses": losses_view.rows(losses.wait_for_a_person(mine)[:SHOWN]),
        "counts": losses.count(mine),
        "key_paused": any(each.is_key and each.paused for each in chrome.gates),
    }
    return render(request, "gallery/queue.html", context)
