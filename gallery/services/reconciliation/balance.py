"""What is left at the provider: read every quarter of an hour, so that the team hears before it runs out."""

import structlog
from django.conf import settings
from django.utils import timezone

from gallery.models import Balance
from gallery.services.jobs import provider

log = structlog.get_logger("fluxweb.balance")


def read_balance() -> None:
    """Ask the provider and note what it says, if there is an account token. Free; never inside a transaction."""
    if not provider.has_account():
        return
    try:
        said = provider.read_balance()
    except provider.AccountUnreadable as trouble:
        log.warning("balance not read", trouble=str(trouble))
        return
    last, facts = latest_balance(), {"micros": said.micros, "used_micros": said.used_micros, "requests": said.requests}
    if last and all(getattr(last, name) == value for name, value in facts.items()):
        Balance.objects.filter(pk=last.pk).update(read_at=timezone.now())
    else:
        Balance.objects.create(**facts)


def latest_balance() -> Balance | None:
    return Balance.objects.order_by("-id").first() if provider.has_account() else None


def low_balance() -> Balance | None:
    """Return the latest balance if it is below FLUXWEB_BALANCE_LOW, or None. Costs no query without a token."""
    last = latest_balance() if settings.FLUX_ACCOUNT_TOKEN else None
    return last if last and last.micros < settings.BALANCE_LOW_MICROS else None
