"""`manage.py spending`: are the sums of the reports what the attempts say?"""

from django.core.management.base import BaseCommand

from gallery.services import spending


class Command(BaseCommand):
    help = "Checks the sums by day against every attempt and says what differs; fails if anything does."

    def add_arguments(self, parser):
        parser.add_argument("--rebuild", action="store_true", help="count the sums anew from the attempts")

    def handle(self, *, rebuild, **_):
        differed = spending.rebuild() if rebuild else spending.differences()
        for each in differed:
            self.stdout.write(_line(each))
        if not differed:
            self.stdout.write("The sums are what the attempts say.")
        elif rebuild:
            self.stdout.write("Counted anew: now the sums are what the attempts say.")
        else:
            raise SystemExit(1)


def _line(difference):
    place = f"{difference.day} member {difference.owner_id} {difference.model} project {difference.project_id or '-'}"
    amounts = ", ".join(f"{name} {amount:+,}" for name, amount in difference.amounts.items() if amount)
    return f"{place}{' demo' if difference.demo else ''}: {amounts}"
