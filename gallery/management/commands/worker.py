"""`manage.py worker`: calls the provider and fetches the results; more machines may run more of them."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from gallery import tasks
from gallery.management.starting import (
    check_migrated,
    check_settings,
    check_storage,
    one_key,
    take_secret_key,
    thread_count,
)
from gallery.worker.process import process


class Command(BaseCommand):
    help = "Runs a worker until SIGTERM or Ctrl-C; running calls end first."
    requires_system_checks = ()  # done here, in one sentence

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--worker-threads", type=thread_count, default=settings.FLUX_CONCURRENCY, help="paid calls at once"
        )

    def handle(self, *, worker_threads: int, **_: object) -> None:
        check_settings()
        check_storage(say=self.stderr.write)
        check_migrated()
        if changed := take_secret_key():
            self.stderr.write(changed)
        with one_key():
            process.run(tasks.queue, wake=tasks.wake_workers, threads=worker_threads)
