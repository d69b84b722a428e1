"""Whose job is next: the open gates, the caps, the budgets, and turns between members, at one moment."""

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from gallery.models import Job, Price, Run, User
from gallery.models.calls import KEY_GATE
from gallery.models.runs import IN_FLIGHT, State
from gallery.services.budgets import repricing
from gallery.services.budgets.availability import BudgetSnapshot
from gallery.services.budgets.repricing import PRICE_OF_JOB
from gallery.services.db.raw_updates import placeholders, to_db_value
from gallery.services.jobs import gates

NO_MODEL, NO_JOB = "", 0  # stand in lists that would be empty
JOBS, RUNS, USERS = Job._meta.db_table, Run._meta.db_table, User._meta.db_table

# Written out because every claim asks them: compiled anew by Django they are half of what a claim costs.
RUNNING = f"SELECT model, owner_id FROM {JOBS} WHERE state IN ({placeholders(IN_FLIGHT)}) AND demo = %s"  # noqa: S608
WAITING = "state = %s AND demo = %s AND not_before <= %s AND model NOT IN ({shut})"
MEMBERS = (
    f"SELECT id, last_turn_at FROM {USERS} WHERE is_active AND EXISTS"  # noqa: S608
    f" (SELECT 1 FROM {JOBS} WHERE owner_id = {USERS}.id AND {WAITING})"
)
PROJECT = f"(SELECT project_id FROM {RUNS} WHERE {RUNS}.id = run_id) AS project_id"  # noqa: S608
OLDEST_JOBS = (
    f"SELECT *, {PROJECT}, {PRICE_OF_JOB} FROM {JOBS}"  # noqa: S608
    f" WHERE owner_id = %s AND {WAITING} AND id NOT IN ({{picked}}) ORDER BY id LIMIT %s"
)


class FairShare:
    """Picks one job after the other, each as if those before it were running already. Locks the gates."""

    def __init__(self, *, now: datetime, most: int) -> None:
        self.now, self.most = now, most
        self.gates = gates.lock_gates()
        running = _running()
        self.of_model = Counter(model for model, _ in running)
        self.of_owner = Counter(owner_id for _, owner_id in running)
        self.snapshot = BudgetSnapshot(now=now)
        self.refused: set[int] = set()  # budgets that had no room for a job
        self.dearer = False  # whether a job costs more today than it was quoted
        self.today = to_db_value(Price, "starts", timezone.localdate(now))
        self.picked: list[Job] = []
        self.oldest_jobs: dict[tuple[int, tuple[str, ...]], deque[Job]] = {}
        self.members: dict[int, float] = None  # type: ignore[assignment]  # read when first asked for

    def pick_next_job(self) -> Job | None:
        """Return the job that goes next, or None if no more may go now."""
        while self._lets_through(KEY_GATE, self.of_model.total()) and (owner_id := self._whose_turn()) is not None:
            if job := self._affordable(self._oldest_jobs_of(owner_id)):
                return self._pick(job)
            del self.members[owner_id]
        return None

    def _affordable(self, jobs: deque[Job]) -> Job | None:
        """Take the first of these jobs that is not dearer by now and that every budget has room for.

        Those before it are out of the way.
        """
        while jobs:
            job = jobs.popleft()
            if repricing.is_dearer(job):
                self.dearer = True
                continue
            blocking = self.snapshot.blocking(repricing.price_of(job), owner_id=job.owner_id, project_id=job.project_id)
            if not blocking:
                return job
            self.refused.update(balance.budget.pk for balance in blocking)
        return None

    def _lets_through(self, name: str, running: int) -> bool:
        each = self.gates[name]
        cap = 1 if each.is_half_open else gates.cap_of(each)
        return each.is_open(self.now) and (cap is None or running < cap)

    def _shut(self) -> tuple[str, ...]:
        names = self.gates.keys() - {KEY_GATE}
        return (NO_MODEL, *sorted(name for name in names if not self._lets_through(name, self.of_model[name])))

    def _whose_turn(self) -> int | None:
        """The member with the fewest running, then whose last turn is longest ago. A locked member's jobs wait."""
        if self.members is None:
            shut = self._shut()
            found = User.objects.raw(MEMBERS.format(shut=placeholders(shut)), self._waiting(shut))
            self.members = {user.pk: user.last_turn_at.timestamp() if user.last_turn_at else 0.0 for user in found}
        turns = [(self.of_owner[pk], turn, pk) for pk, turn in self.members.items()]
        return min(turns)[-1] if turns else None

    def _waiting(self, shut: tuple[str, ...]) -> list[Any]:
        """The values for WAITING."""
        return [State.QUEUED, settings.DEMO, to_db_value(Job, "not_before", self.now), *shut]

    def _oldest_jobs_of(self, owner_id: int) -> deque[Job]:
        """A member's oldest jobs, read ahead until another model's cap is reached."""
        shut = self._shut()
        if (owner_id, shut) not in self.oldest_jobs:
            picked = [NO_JOB, *(job.pk for job in self.picked)]
            statement = OLDEST_JOBS.format(shut=placeholders(shut), picked=placeholders(picked))
            jobs = Job.objects.raw(statement, [self.today, owner_id, *self._waiting(shut), *picked, self.most])
            self.oldest_jobs[owner_id, shut] = deque(jobs)
        return self.oldest_jobs[owner_id, shut]

    def _pick(self, job: Job) -> Job:
        self.of_model[job.model] += 1
        self.of_owner[job.owner_id] += 1
        self.snapshot.spend(repricing.price_of(job), owner_id=job.owner_id, project_id=job.project_id)
        self.members[job.owner_id] = self.turn_at(len(self.picked)).timestamp()
        self.picked.append(job)
        return job

    def turn_at(self, n: int) -> datetime:
        """The moment of a turn: those of one round keep their order."""
        return self.now + timedelta(microseconds=n)


def _running() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, [*IN_FLIGHT, settings.DEMO])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
