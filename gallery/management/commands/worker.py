"""`manage.py worker`: calls the provider and fetches the results; more machines may run more of them."""

from django.conf import settings
from django.core.management.base import BaseCommand

from gallery import tasks


class Command(BaseCommand):
    help = "Runs a worker until SIGTERM or Ctrl-C; running calls end first."

    def add_arguments(self, parser):
        parser.add_argument("--worker-threads", type=int, default=settings.FLUX_CONCURRENCY, help="paid calls at once")

    def handle(self, *, worker_threads, **_):
        tasks.process.run(threads=max(1, worker_threads))
