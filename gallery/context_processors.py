"""What stands around every page: the badge of the queue, why it is paused, demo mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.functional import cached_property

from gallery.models import Balance, Gate, SecretKey, User, Worker
from gallery.services.budgets import availability, repricing
from gallery.services.jobs import queue
from gallery.services.operations import secret_keys
from gallery.services.reconciliation import balance, settlement
from gallery.services.storage import storage_watch

PAGES = {
    "studio": "studio", "studio-check": "studio", "studio-recipe": "studio",
    "runs": "runs", "run": "runs", "run-changes": "runs",
    "gallery": "gallery", "image": "gallery", "image-as": "gallery", "download": "gallery",
    "collections": "collections", "collection": "collections", "collection-new": "collections",
    "collection-change": "collections", "collection-rules": "collections", "collections-put": "collections",
    "tags": "collections", "tag": "collections",
    "tags-put": "gallery", "trash": "gallery", "gallery-filters": "gallery",
    "compare": "compare", "queue": "queue", "help": "help", "sizes": "sizes",
    "batch": "studio", "prompts": "studio", "presets": "studio", "preset": "studio", "preset-save": "studio",
    "templates": "studio", "template": "studio", "template-new": "studio", "template-edit": "studio",
    "templates-import": "studio", "budgets": "costs", "budget-change": "costs",
    "shares": "shares", "shares-all": "shares", "shares-received": "shares", "share-new": "shares",
    "share": "shares", "share-change": "shares",
    "costs-statements": "costs", "costs-statement": "costs", "costs-statement-remainder": "costs",
    "costs-adjustments": "costs", "prices-terms": "costs",
    "costs": "costs", "costs-runs": "costs", "costs-calls": "costs", "prices": "costs",
    "comparison": "compare", "compare-pairs": "compare", "compare-models": "compare",
}  # fmt: skip

OUTAGES_MAX = 5


class _Request(Protocol):
    """What is read of a member's request."""

    user: User
    resolver_match: ResolverMatch | None


@dataclass
class Chrome:
    """Asked for by the base template; a fragment that does not show it costs no query."""

    request: _Request

    @cached_property
    def page(self) -> str:
        match = self.request.resolver_match
        return PAGES.get(match.url_name or "", "") if match else ""

    @cached_property
    def overview(self) -> queue.Overview:
        return queue.read_overview(self.request.user)

    @property
    def queue_size(self) -> queue.QueueSize:
        return self.overview.size

    @property
    def gates(self) -> Sequence[Gate]:
        return self.overview.shut

    @cached_property
    def outages(self) -> list[Worker]:
        """Workers that cannot store now; to admins also those that could not lately."""
        if not self.overview.outages:
            return []
        found = storage_watch.told_workers(storage_watch.told_since(timezone.now())).filter(demo=settings.DEMO)
        found = found.order_by("-storage_since")[:OUTAGES_MAX]
        return [each for each in found if each.storage_back_at is None or self.request.user.is_admin]

    @cached_property
    def balances(self) -> list[availability.BudgetBalance]:
        """What the budgets leave to whoever looks, the smallest balance first."""
        return availability.balances_for_member(self.request.user)

    @property
    def warnings(self) -> list[availability.BudgetBalance]:
        return [each for each in self.balances if each.warns]

    @cached_property
    def other_key(self) -> SecretKey | None:
        """The change of the secret key that no admin has read of, for admins."""
        return secret_keys.unread_change() if self.request.user.is_admin else None

    @property
    def other_key_means(self) -> str:
        return secret_keys.MEANS

    @cached_property
    def balance_low(self) -> Balance | None:
        """What is left at the provider, if it is little and this person sees costs."""
        return balance.low_balance() if self.request.user.sees_costs else None

    @cached_property
    def asks(self) -> dict[str, Any] | None:
        """The newest of my runs in which something waits for a yes to another price, and how many images do in all."""
        run = repricing.newest_run_asking(self.request.user) if self.overview.asks else None
        return {"run": run, "count": self.overview.asks} if run else None

    @cached_property
    def outside(self) -> int:
        """How many charges for calls of nobody here wait for a look, for those who see costs."""
        return settlement.outside_open() if self.request.user.sees_costs else 0

    @property
    def may_resume(self) -> bool:
        return self.request.user.is_admin

    @property
    def demo(self) -> bool:
        return settings.DEMO


def chrome(request: HttpRequest) -> dict[str, Chrome]:
    """Put `chrome` into every template of a signed-in person."""
    user = getattr(request, "user", None)
    return {"chrome": Chrome(cast("_Request", request))} if user is not None and user.is_authenticated else {}
