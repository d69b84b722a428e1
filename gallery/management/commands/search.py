"""`manage.py search --rebuild`: writes what pictures are found by anew, while people go on searching."""

from django.core.management.base import BaseCommand, CommandParser

from gallery.catalogue.text.value_lists import counted
from gallery.services.search import upkeep

SAID_EVERY = 10_000  # images


class Command(BaseCommand):
    help = "Looks through the search index. With --rebuild it is written anew; people can search meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", required=True, help="write all of it anew")

    def handle(self, **_: object) -> None:
        done = said = 0
        for done in upkeep.rebuild_index():
            if done - said >= SAID_EVERY:
                said = done
                self.stdout.write(f"{done:,} images")
        self.stdout.write(f"{counted(done, 'image')} can be found.")
