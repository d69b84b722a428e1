"""What counts against each budget, by period: counted by the entries of the journal, never by a sum over attempts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, Sum

from gallery.models import Adjustment, Attempt, Budget, BudgetCount, DailySpend, LedgerEntry
from gallery.models.calls import Money
from gallery.services.db import upsert
from gallery.services.ledger.rollups import Delta

COUNTED = ("reserved_micros", "charged_micros", "uncertain_micros", "adjusted_micros")
COUNTS = BudgetCount._meta.db_table
PLACE = ("budget_id", "start")


def add_to_counters(deltas: Sequence[Delta]) -> None:
    """Add what entries bring to every budget that they count against. The caller holds the gates' lock."""
    counts: Counter[tuple[int, date]] = Counter()
    for budget in Budget.objects.in_force():
        for delta in deltas:
            if not delta.demo and delta.day >= budget.starts and budget.covers(delta.owner_id, delta.project_id):
                counts[budget.pk, budget.start_of(delta.day)] += sum(delta.amounts[name] for name in COUNTED)
    _write(counts)


def start_counter(budget: Budget) -> None:
    """Count what the roll-up has for a budget that is new, or is counted anew. The caller has applied all entries."""
    BudgetCount.objects.filter(budget=budget).delete()
    _write(_by_period(budget, _sums(DailySpend.objects, budget)))


def counted_budgets() -> list[Budget]:
    """Return every budget that counts; there are none after migrating back to before there were any."""
    return list(Budget.objects.in_force()) if COUNTS in connection.introspection.table_names() else []


def find_counter_differences() -> list[tuple[Budget, date, int]]:
    """Return (budget, start of the period, micros) where a counter is not what the attempts say, and by how much.

    Entries that wait belong to the counters. The caller lets nobody record meanwhile.
    """
    return [(budget, start, n) for budget in Budget.objects.in_force() for start, n in _differences(budget)]


def _differences(budget: Budget) -> list[tuple[date, int]]:
    kept = Counter(dict(budget.counts.values_list("start", "spent_micros")))
    kept.update(_starts(_by_period(budget, _sums(LedgerEntry.objects, budget))))
    attempts = Attempt.objects.exclude(money=Money.NOT_CHARGED)
    kept.subtract(_starts(_by_period(budget, _scope(attempts, budget).annotate(sum=Sum("micros")))))
    kept.subtract(_starts(_by_period(budget, _scope(Adjustment.objects, budget).annotate(sum=Sum("micros")))))
    return [(start, n) for start, n in kept.items() if n]


def _starts(counts: Mapping[tuple[int, date], int]) -> dict[date, int]:
    return {start: n for (_, start), n in counts.items()}


def _sums(rows: Any, budget: Budget) -> Iterable[tuple[date, int]]:
    spent = sum((F(name) for name in COUNTED[1:]), F(COUNTED[0]))
    sums: Iterable[tuple[date, int]] = _scope(rows, budget).annotate(sum=Sum(spent))
    return sums


def _scope(rows: Any, budget: Budget) -> Any:
    """Group by day what a budget covers."""
    whose = {"owner": budget.owner_id, "project": budget.project_id}
    covered = {name: pk for name, pk in whose.items() if pk is not None}
    return rows.filter(demo=False, day__gte=budget.starts, **covered).order_by().values_list("day")


def _by_period(budget: Budget, sums: Iterable[tuple[date, int]]) -> Counter[tuple[int, date]]:
    counts: Counter[tuple[int, date]] = Counter()
    for day, micros in sums:
        counts[budget.pk, budget.start_of(day)] += int(micros)
    return counts


def _write(counts: Mapping[tuple[int, date], int]) -> None:
    rows = [(*place, micros) for place, micros in sorted(counts.items()) if micros]
    upsert.add_rows(BudgetCount, rows, columns=(*PLACE, "spent_micros"), once=PLACE, add=["spent_micros"])
