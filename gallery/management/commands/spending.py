"""`manage.py spending`: are the sums of the reports what the attempts say?"""

from datetime import date

from django.core.management.base import BaseCommand, CommandParser

from gallery.models import Budget
from gallery.services.ledger import budget_counters, entries
from gallery.services.ledger.rollups import Delta


class Command(BaseCommand):
    help = "Checks sums by day and budgets against every attempt and says what differs; fails if anything does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="count the sums anew from the attempts")

    def handle(self, *, rebuild: bool, **_: object) -> None:
        with entries.consistent_read():
            differed = [_budget_line(*each) for each in budget_counters.find_counter_differences()]
            differed += map(_line, entries.find_differences())
        if rebuild:
            entries.rebuild_sums()
        for line in differed:
            self.stdout.write(line)
        if not differed:
            self.stdout.write("The sums are what the attempts say.")
        elif rebuild:
            self.stdout.write("Counted anew: now the sums are what the attempts say.")
        else:
            raise SystemExit(1)


def _line(difference: Delta) -> str:
    place = f"{difference.day} member {difference.owner_id} {difference.model} project {difference.project_id or '-'}"
    amounts = ", ".join(f"{name} {amount:+,}" for name, amount in difference.amounts.items() if amount)
    return f"{place}{' demo' if difference.demo else ''}: {amounts}"


def _budget_line(budget: Budget, start: date, micros: int) -> str:
    return f"budget {budget.key} from {start}: {micros:+,}"
