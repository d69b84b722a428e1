"""How often something may be tried: counted in the database, so that it holds over processes and restarts."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone as clock
from django.utils.crypto import salted_hmac

from gallery.models import Tally

KEPT_DAYS = 2


class TooOften(Exception):
    """It was tried as often as it may be; `seconds` until it may be tried again."""

    def __init__(self, seconds):
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Limit:
    """At most `count` tries of one name within a stretch of time; stretches begin at fixed moments."""

    what: str
    count: int
    seconds: int

    def begins_at(self):
        now = int(clock.now().timestamp())
        return datetime.fromtimestamp(now - now % self.seconds, UTC)

    def ends_in(self):
        return self.seconds - int(clock.now().timestamp()) % self.seconds


def take(limit, who):
    """Count one try, before it is made, so that tries at the same moment cannot slip through. Raises TooOften."""
    tally = {"name": f"{limit.what}:{who}"[:80], "begins_at": limit.begins_at()}
    if _count(tally, limit):
        return
    try:
        with transaction.atomic():
            Tally.objects.create(**tally, count=1)
    except IntegrityError:  # it is there: full, or made by somebody else a moment ago
        if not _count(tally, limit):
            raise TooOften(limit.ends_in()) from None


def _count(tally, limit):
    return Tally.objects.filter(**tally, count__lt=limit.count).update(count=F("count") + 1)


def give_back(limit, who):
    """A try that was right does not count."""
    tally = Tally.objects.filter(name=f"{limit.what}:{who}"[:80], begins_at=limit.begins_at(), count__gt=0)
    tally.update(count=F("count") - 1)


def sweep():
    """Forget what no limit asks for any more."""
    Tally.objects.filter(begins_at__lt=clock.now() - timedelta(days=KEPT_DAYS)).delete()


def client_address(meta):
    """Return the nearest address that is no proxy of ours; what stands further left, anybody can write."""
    forwarded = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    hops = [meta.get("REMOTE_ADDR", ""), *reversed(forwarded)]
    return next((hop for hop in hops if hop not in settings.TRUSTED_PROXIES), hops[-1])


def neighbourhood(address):
    """Return a name for an address that tells nobody the address. Whoever has one of IPv6 has 2^64 of them."""
    return salted_hmac("fluxweb.address", _network(address)).hexdigest()[:32]


def _network(address):
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6 and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found.ipv4_mapped if found.version == 6 else found)
