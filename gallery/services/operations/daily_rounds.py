"""What is done once a day, at an hour of the team's zone; what was missed while nothing ran is made up for."""

from datetime import date, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.models import Round

NIGHT = time(3, 17)


def last_day_of(hour: time) -> date:
    """Return the last day on which it has been that time, in FLUXWEB_TIME_ZONE."""
    now = timezone.localtime()
    return now.date() if now.time() >= hour else now.date() - timedelta(days=1)


def take_round(name: str, hour: time) -> bool:
    """Return whether a round is due, and take it: of many workers one does it, whatever becomes of it."""
    day = last_day_of(hour)
    if Round.objects.filter(name=name, done_for__lt=day).update(done_for=day):
        return True
    if Round.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Round.objects.create(name=name, done_for=day)
    except IntegrityError:  # another worker was faster
        return False
    return True
