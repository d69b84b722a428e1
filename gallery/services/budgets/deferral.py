"""Jobs that no budget has room for wait aside, out of every claim's way, until there is room or they are cancelled."""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from gallery.models import Job
from gallery.models.runs import BUDGET_REACHED
from gallery.services.budgets.availability import BudgetBalance, BudgetSnapshot
from gallery.services.jobs.transitions import update_queued_jobs
from gallery.services.ledger import entries
from gallery.services.prices.price_book import read_price_book

UNTIL_RELEASED = datetime(9000, 1, 1, tzinfo=UTC)


def defer_jobs(budget_ids: Collection[int]) -> int:
    """Put aside everything claimable that is too dear for what these budgets leave; return how many jobs.

    Decided at one moment and written in slices: should a budget have been raised meanwhile, the next sweep wakes them.
    """
    deferred: dict[int, int] = {}
    with entries.consistent_read():
        now = timezone.now()
        for balance in BudgetSnapshot(now=now).balances:
            if balance.budget.pk in budget_ids:
                deferred |= dict(_too_dear(balance, now=now).values_list("pk", "run"))
    return update_queued_jobs(deferred, reason=BUDGET_REACHED, not_before=UNTIL_RELEASED)


def _too_dear(balance: BudgetBalance, *, now: datetime) -> QuerySet[Job]:
    rows = Job.objects.claimable(now=now, demo=False).filter(quoted_micros__gt=balance.left_micros)
    if balance.budget.owner_id:
        return rows.filter(owner=balance.budget.owner_id)
    return rows.filter(run__project=balance.budget.project_id) if balance.budget.project_id else rows


def release_affordable() -> int:
    """Let go on what the budgets have room for by now, in turns between members; return how many jobs.

    A claim asks every budget again: what is too dear after all is put aside once more.
    """
    if not Job.objects.deferred().exists():
        return 0
    with entries.consistent_read():
        now = timezone.now()
        snapshot = BudgetSnapshot(now=now)
        snapshot.spend_queued()
        affordable = _affordable(snapshot)
    return update_queued_jobs(affordable, reason="", not_before=now)


def _affordable(snapshot: BudgetSnapshot) -> dict[int, int]:
    """Return {job: run} of what fits, in turns: a long queue takes no one's room."""
    fitting: dict[int, int] = {}
    too_dear: dict[tuple[int, int | None], int] = {}
    book = read_price_book()
    for job_id, run_id, quoted_micros, model, *scope in _in_turns():
        micros = min(quoted_micros, book.rows[model].ours_micros) if model in book.rows else quoted_micros
        whose = dict(zip(("owner_id", "project_id"), scope, strict=True))
        if micros >= too_dear.get(tuple(scope), micros + 1):
            continue  # thousands can wait in one scope: what was too dear there has only become dearer
        if snapshot.blocking(micros, **whose):
            too_dear[tuple(scope)] = micros
        else:
            snapshot.spend(micros, **whose)
            fitting[job_id] = run_id
    return fitting


def _in_turns() -> list[tuple[Any, ...]]:
    """List what is deferred and could be sent: everybody's first, everybody's second, and so on."""
    rows = Job.objects.deferred().of_open_members_and_models().order_by("id")
    before: Counter[int] = Counter()
    turns: list[tuple[int, tuple[Any, ...]]] = []
    for row in rows.values_list("pk", "run_id", "quoted_micros", "model", "owner_id", "run__project_id"):
        owner_id = row[4]
        turns.append((before[owner_id], row))
        before[owner_id] += 1
    return [row for _, row in sorted(turns, key=lambda turn: (turn[0], turn[1][0]))]
