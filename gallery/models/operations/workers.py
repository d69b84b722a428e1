"""Workers: one row per process, with a heartbeat."""

from django.db import models
from django.utils import timezone

from gallery.models.keys import KeyField


class Worker(models.Model):
    """A process that calls the provider."""

    key = KeyField()
    host = models.CharField(max_length=120)  # name and boot, so that a pid means something
    pid = models.PositiveIntegerField()
    pid_began = models.CharField(max_length=40)  # a pid is used again; its start time is not
    demo = models.BooleanField()
    threads = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    # Why it could not store and so bought nothing, from when, and until when if that is over.
    storage_trouble = models.CharField(max_length=300, blank=True)
    storage_since = models.DateTimeField(null=True, blank=True)
    storage_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["heartbeat_at"], name="worker_running", condition=models.Q(stopped_at=None))]

    def __str__(self) -> str:
        return f"worker {self.pid} on {self.host}"
