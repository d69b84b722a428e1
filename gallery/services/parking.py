"""Jobs that no budget has room for wait aside, out of every claim's way, until there is room or they are cancelled."""

from collections import Counter
from datetime import UTC, datetime

from django.db.models import F
from django.utils import timezone

from gallery.models import Job
from gallery.models.runs import BUDGET_REACHED
from gallery.services import gate
from gallery.services.allowances import Allowance
from gallery.services.commits import Rank, committing
from gallery.services.states import raise_version, version_of_run

NOT_BEFORE_IT_IS_WOKEN = datetime(9000, 1, 1, tzinfo=UTC)
FIELDS = ("pk", "run_id", "owner_id", "project_id", "quoted_micros")


@committing(Rank.CLAIM)
def park(budget_ids):
    """Put aside everything claimable that is too dear for what these budgets leave; return how many jobs."""
    gate.lock_gates()
    now = timezone.now()
    parked = {}
    for room in Allowance(now=now).rooms:
        if room.budget.pk in budget_ids:
            parked |= dict(_too_dear(room, now=now).values_list("pk", "run"))
    return _change(parked, reason=BUDGET_REACHED, not_before=NOT_BEFORE_IT_IS_WOKEN)


def _too_dear(room, *, now):
    rows = Job.objects.claimable(now=now, demo=False).filter(quoted_micros__gt=room.left_micros)
    if room.budget.owner_id:
        return rows.filter(owner=room.budget.owner_id)
    return rows.filter(run__project=room.budget.project_id) if room.budget.project_id else rows


def wake_affordable():
    """Let go on what the budgets have room for by now, in turns between members; return how many jobs."""
    if not Job.objects.parked().exists():
        return 0
    with committing():
        gate.lock_gates()
        now = timezone.now()
        allowance = Allowance(now=now)
        allowance.spend_what_waits()
        return _change(_affordable(allowance), reason="", not_before=now)


def _affordable(allowance):
    """Return {job: run} of what fits. Who is read first has had fewer before: a long line takes no one's room."""
    rows = Job.objects.parked().order_by("id").values(*FIELDS[:3], "quoted_micros", project_id=F("run__project"))
    before, places = Counter(), []
    for row in rows:
        places.append((before[row["owner_id"]], row["pk"], row))
        before[row["owner_id"]] += 1
    fitting = {}
    for _, pk, row in sorted(places, key=lambda place: place[:2]):
        place = {"owner_id": row["owner_id"], "project_id": row["project_id"]}
        if not allowance.blocking(row["quoted_micros"], **place):
            allowance.spend(row["quoted_micros"], **place)
            fitting[pk] = row["run_id"]
    return fitting


def _change(jobs, **fields):
    """Change these waiting jobs ({job: run}); the pages of their runs hear of it."""
    for run_id in sorted(set(jobs.values())):  # everybody locks runs in this order
        raise_version(run_id)
    changed = {"version": version_of_run(), "changed_at": timezone.now(), **fields}
    return Job.objects.queued().filter(pk__in=jobs).update(**changed) if jobs else 0
