"""`manage.py simulator`: the provider's API, simulated; the official OpenAI SDK can talk to it."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from gallery.simulator.server import serve
from gallery.simulator.world import demo_world


class Command(BaseCommand):
    help = "Answers like the provider, with drawn pictures, for nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.SIMULATOR_PORT)

    def handle(self, *, port: int, **_: object) -> None:
        self.stdout.write(f"The simulator listens on http://127.0.0.1:{port}/v1")
        serve(port, demo_world())
