"""What an installation remembers of itself: the secret keys it has had, who uses one now, and its regular rounds."""

from django.db import models
from django.utils import timezone


class SecretKey(models.Model):
    """A secret key that was in use from some moment on, by its digest; the newest row is the present one."""

    digest = models.CharField(max_length=64)
    since = models.DateTimeField(default=timezone.now)
    noted_at = models.DateTimeField(null=True, blank=True)  # an admin has read what the change means

    def __str__(self) -> str:
        return f"secret key since {self.since}"


class KeyHolder(models.Model):
    """A process that signs with a secret key. Those of several machines must have the same."""

    digest = models.CharField(max_length=64)
    what = models.CharField(max_length=10)  # web or worker
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    pid_began = models.CharField(max_length=40)
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.what} {self.pid} on {self.host}"


class Round(models.Model):
    """Something done once a day, and the last day for which it was."""

    name = models.CharField(max_length=20, primary_key=True)
    done_for = models.DateField()

    def __str__(self) -> str:
        return f"{self.name} for {self.done_for}"
