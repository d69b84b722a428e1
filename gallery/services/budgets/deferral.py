"""Jobs that no budget has room for wait aside, out of every claim's way, until there is room or they are cancelled."""

from collections import Counter
from datetime import UTC, datetime

from django.utils import timezone

from gallery.models import Job
from gallery.models.runs import BUDGET_REACHED
from gallery.services.budgets.availability import Allowance
from gallery.services.db.slices import in_slices
from gallery.services.jobs.transitions import update_queued_jobs
from gallery.services.ledger import entries
from gallery.services.prices.price_book import open_book

NOT_BEFORE_IT_IS_WOKEN = datetime(9000, 1, 1, tzinfo=UTC)


def park(budget_ids):
    """Put aside everything claimable that is too dear for what these budgets leave; return how many jobs.

    Decided at one moment and written in slices: should a budget have been raised meanwhile, the next sweep wakes them.
    """
    parked = {}
    with entries.one_moment():
        now = timezone.now()
        for room in Allowance(now=now).rooms:
            if room.budget.pk in budget_ids:
                parked |= dict(_too_dear(room, now=now).values_list("pk", "run"))
    return _change_in_slices(parked, reason=BUDGET_REACHED, not_before=NOT_BEFORE_IT_IS_WOKEN)


def _too_dear(room, *, now):
    rows = Job.objects.claimable(now=now, demo=False).filter(quoted_micros__gt=room.left_micros)
    if room.budget.owner_id:
        return rows.filter(owner=room.budget.owner_id)
    return rows.filter(run__project=room.budget.project_id) if room.budget.project_id else rows


def wake_affordable():
    """Let go on what the budgets have room for by now, in turns between members; return how many jobs.

    A claim asks every budget again: what is too dear after all is put aside once more.
    """
    if not Job.objects.parked().exists():
        return 0
    with entries.one_moment():
        now = timezone.now()
        allowance = Allowance(now=now)
        allowance.spend_what_waits()
        affordable = _affordable(allowance)
    return _change_in_slices(affordable, reason="", not_before=now)


def _change_in_slices(jobs, **fields):
    counts = []
    rows = sorted(jobs.items(), key=lambda job: (job[1], job[0]))  # a run's jobs together: its page hears of it once
    in_slices(rows, lambda part: counts.append(update_queued_jobs(dict(part), **fields)))
    return sum(counts)


def _affordable(allowance):
    """Return {job: run} of what fits, in turns: a long line takes no one's room."""
    fitting, too_dear, book = {}, {}, open_book()
    for job_id, run_id, quoted_micros, model, *place in _in_turns():
        micros = min(quoted_micros, book.rows[model].ours_micros) if model in book.rows else quoted_micros
        whose = dict(zip(("owner_id", "project_id"), place, strict=True))
        if micros >= too_dear.get(tuple(place), micros + 1):
            continue  # thousands can wait in one place: what was too dear there has only become dearer
        if allowance.blocking(micros, **whose):
            too_dear[tuple(place)] = micros
        else:
            allowance.spend(micros, **whose)
            fitting[job_id] = run_id
    return fitting


def _in_turns():
    """List what is parked and could be sent: everybody's first, everybody's second, and so on."""
    rows = Job.objects.parked().of_open_members_and_models().order_by("id")
    before, turns = Counter(), []
    for row in rows.values_list("pk", "run_id", "quoted_micros", "model", "owner_id", "run__project_id"):
        owner_id = row[4]
        turns.append((before[owner_id], row))
        before[owner_id] += 1
    return [row for _, row in sorted(turns, key=lambda turn: (turn[0], turn[1][0]))]
