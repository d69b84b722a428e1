"""What stands around every page: the badge of the queue, why it is paused, demo mode."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.functional import cached_property

from gallery.services import gate, queue

PAGES = {
    "studio": "studio", "studio-check": "studio", "runs": "runs", "run": "runs", "run-changes": "runs",
    "gallery": "gallery", "image": "gallery", "compare": "gallery", "queue": "queue", "help": "help",
    "batch": "studio",
    "shares": "shares", "shares-all": "shares", "shares-received": "shares", "share-new": "shares",
    "share": "shares", "share-change": "shares",
    "costs": "costs", "costs-runs": "costs", "costs-calls": "costs", "prices": "costs",
    "comparison": "gallery", "compare-pairs": "gallery", "compare-models": "gallery",
}  # fmt: skip


@dataclass
class Chrome:
    """Asked for by the base template; a fragment that does not show it costs no query."""

    request: object

    @cached_property
    def page(self):
        match = self.request.resolver_match
        return PAGES.get(match.url_name, "") if match else ""

    @cached_property
    def line(self):
        return queue.length(self.request.user)

    @cached_property
    def gates(self):
        return gate.closed_gates(timezone.now())

    @property
    def may_resume(self):
        return self.request.user.is_admin

    @property
    def demo(self):
        return settings.DEMO


def chrome(request):
    """Put `chrome` into every template of a signed-in person."""
    user = getattr(request, "user", None)
    return {"chrome": Chrome(request)} if user is not None and user.is_authenticated else {}
