"""Whose job is next: the open gates, the caps, and turns between members, at one moment."""

from collections import Counter, deque
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from gallery.models import Job, User
from gallery.models.money import KEY_GATE
from gallery.services import gate


class Turns:
    """Picks one job after the other, each as if those before it were running already. Locks the gates."""

    def __init__(self, *, now, most):
        self.now, self.most = now, most
        self.gates = gate.lock_gates()
        running = list(Job.objects.in_flight().filter(demo=settings.DEMO).values_list("model", "owner_id"))
        self.of_model = Counter(model for model, _ in running)
        self.of_owner = Counter(owner_id for _, owner_id in running)
        self.waiting = Job.objects.claimable(now=now, demo=settings.DEMO)
        self.picked = []
        self.lines = {}
        self.members = None

    def next_job(self):
        """Return the job that goes next, or None if no more may go now."""
        while self._lets_through(KEY_GATE, self.of_model.total()) and (owner_id := self._whose_turn()) is not None:
            if line := self._line_of(owner_id):
                return self._pick(line.popleft())
            del self.members[owner_id]
        return None

    def _lets_through(self, name, running):
        each = self.gates[name]
        cap = 1 if each.on_probation else gate.cap_of(each)
        return each.is_open(self.now) and (cap is None or running < cap)

    def _shut(self):
        names = self.gates.keys() - {KEY_GATE}
        return frozenset(name for name in names if not self._lets_through(name, self.of_model[name]))

    def _whose_turn(self):
        """The member with the fewest running, then whose last turn is longest ago. A locked member's jobs wait."""
        if self.members is None:
            mine = self._waiting().filter(owner=OuterRef("pk"))
            members = User.objects.filter(Exists(mine), is_active=True).values_list("id", "last_turn_at")
            self.members = {pk: turn.timestamp() if turn else 0.0 for pk, turn in members}
        turns = [(self.of_owner[pk], turn, pk) for pk, turn in self.members.items()]
        return min(turns)[-1] if turns else None

    def _waiting(self):
        shut = self._shut()
        return self.waiting.exclude(model__in=shut) if shut else self.waiting

    def _line_of(self, owner_id):
        """A member's oldest jobs, read ahead until another model's cap is reached."""
        key = owner_id, self._shut()
        if key not in self.lines:
            jobs = self._waiting().filter(owner=owner_id).exclude(pk__in=[job.pk for job in self.picked])
            self.lines[key] = deque(jobs.order_by("id")[: self.most])
        return self.lines[key]

    def _pick(self, job):
        self.of_model[job.model] += 1
        self.of_owner[job.owner_id] += 1
        self.members[job.owner_id] = self.turn_at(len(self.picked)).timestamp()
        self.picked.append(job)
        return job

    def turn_at(self, place):
        """The moment of a turn: those of one round keep their order."""
        return self.now + timedelta(microseconds=place)
