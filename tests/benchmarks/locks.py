"""How long the one writer's lock of SQLite is held by long work, as another process that wants it sees it.

python -m tests.benchmarks.locks [--lines 100000] [--only SHAPE]
"""

import argparse
import os
import sys
import time
import traceback
from collections import defaultdict
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.benchmarks import measuring, stand

GOAL_MS = 100
BETWEEN = ("slices.py", "transactions.py", "storable.py")  # who opens a transaction or hands a statement on for others
DAYS = 400
LAST_DAY = date(2026, 11, 25)
CHUNK = 20_000
PROBE = """
import sqlite3, sys, time
base = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
print("ready", flush=True)
while True:
    began = time.perf_counter()
    while True:  # SQLite's own busy handler would sleep up to 100 ms between two tries
        try:
            base.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            time.sleep(0.0005)
        else:
            break
    base.execute("ROLLBACK")
    waited = time.perf_counter() - began
    if waited > 0.02:
        print(f"{waited * 1000:.1f}", flush=True)
    time.sleep(0.002)
"""


def main():
    asked = _arguments()
    with stand.scratch(FLUX_API_KEY="x"):
        admin = _fill(asked.lines)
        rows = []
        with _noted() as held:
            for name, act in _shapes(asked.lines, admin).items():
                if asked.only in ("", name.partition(":")[0]):
                    rows += _measure(name, act, held)
        title = f"Longest wait for the lock, {asked.lines:,} rows, ms, then the steps that held it longest"
        measuring.print_table(title, rows)


def _arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--only", default="")
    return parser.parse_args()


def _measure(name, act, held):
    held.clear()
    began = time.perf_counter()
    waits = _waits_during(act)
    took = time.perf_counter() - began
    longest = sorted(((max(each), step) for step, each in held.items()), reverse=True)[:3]
    steps = ", ".join(f"{step} {seconds * 1000:.0f}" for seconds, step in longest)
    print(
        f"{name}: {took:.0f} s, waits over {GOAL_MS} ms: {sum(wait > GOAL_MS for wait in waits)}; {steps}", flush=True
    )
    yield name, f"{max(waits, default=0):.0f}", f"<= {GOAL_MS}; {steps}"


def _waits_during(act):
    """Do something while another process asks for the lock all the time; return its waits, in ms."""
    import subprocess

    from django.conf import settings

    command = [sys.executable, "-c", PROBE, str(settings.DATABASES["default"]["NAME"])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as probe:
        probe.stdout.readline()
        try:
            act()
        finally:
            time.sleep(0.1)
            probe.terminate()
        return [float(line) for line in probe.stdout]


# -- which step held it -----------------------------------------------------------------------------------------------


@contextmanager
def _noted():
    """Note how long every transaction, and every write outside one, of this process held the lock, by its step."""
    from django.db import connection
    from django.db.transaction import Atomic

    held, enter, leave = defaultdict(list), Atomic.__enter__, Atomic.__exit__

    def entered(self):
        outermost = not connection.in_atomic_block
        enter(self)
        if outermost:
            self.began = time.perf_counter()

    def left(self, *raised):
        leave(self, *raised)
        if not connection.in_atomic_block:
            held[_step()].append(time.perf_counter() - self.began)

    def executed(execute, sql, params, many, context):
        began = time.perf_counter()
        answer = execute(sql, params, many, context)
        if not connection.in_atomic_block and not sql.startswith("SELECT"):
            held[_step()].append(time.perf_counter() - began)
        return answer

    Atomic.__enter__, Atomic.__exit__ = entered, left
    try:
        with connection.execute_wrapper(executed):
            yield held
    finally:
        Atomic.__enter__, Atomic.__exit__ = enter, leave


def _step():
    """Name the function of ours that writes."""
    ours = [frame for frame in traceback.extract_stack() if f"gallery{os.sep}services" in frame.filename]
    named = [f"{Path(frame.filename).name}:{frame.name}" for frame in ours if not frame.filename.endswith(BETWEEN)]
    return named[-1] if named else "the benchmark"


# -- what is long -----------------------------------------------------------------------------------------------------


def _fill(count):
    """Write calls whose ids the provider knows, over all days."""
    from django.utils import timezone

    from gallery.models import Attempt, Job, Run
    from gallery.models.costs import ledger_triggers
    from gallery.services.ledger import entries

    admin = stand.make_owner()
    admin.role = "admin"
    admin.save()
    run = Run.objects.create(
        owner=admin, nonce="x", digest="", prompt="a boat", form={}, demo=False, size=1, quoted_micros=0,
        created_at=timezone.now(),
    )  # fmt: skip
    job = Job.objects.create(
        run=run, owner=admin, position=0, demo=False, model="flux-dev", prompt="a boat", seed=1, state="DONE",
        width=1024, height=1024, quoted_micros=20_000, official_micros=20_000,
    )  # fmt: skip
    ledger_triggers.remove()
    for first in range(0, count, CHUNK):
        Attempt.objects.bulk_create(_call(job, n) for n in range(first, min(first + CHUNK, count)))
    entries.after_migrate(using="default")
    return admin


def _call(job, n):
    from gallery.models import Attempt

    at = datetime.combine(_day(n), datetime.min.time(), ZoneInfo("UTC")) + timedelta(seconds=n % 80_000)
    return Attempt.for_job(job, project_id=None, day=at.date(), sent_at=at, money="charged", request_id=f"ours-{n}")


def _day(n):
    return LAST_DAY - timedelta(days=n % DAYS)


def _file(count, *, name, day=_day, seconds=lambda n: n % 80_000):
    rows = (f"{day(n)} {timedelta(seconds=seconds(n))!s:0>8},{name(n)},flux-dev,0.02{n % 7}" for n in range(count))
    return ("time,request_id,model,usd\n" + "\n".join(rows)).encode()


def _shapes(count, admin):
    """Return {name: what is done}: files, then what is done with what they left."""
    from gallery.models import Statement
    from gallery.services.accounts import invites
    from gallery.services.operations import rate_limits
    from gallery.services.reconciliation import overlaps, remainders, statements, withdrawals

    def take_in(content):
        statements.import_csv(content, name="usage.csv", by=admin)
        while statements.read_next(stopped=lambda: False):
            pass

    def last():
        return Statement.objects.live().order_by("-id")[0]

    def withdraw():
        withdrawals.withdraw_statement(last(), by=admin)
        while statements.read_next(stopped=lambda: False):
            pass

    def settle():
        total = last().differences.filter(kind="total").order_by("id")[0]
        numbers = list(last().charges.filter(attempt=None).values_list("number", flat=True)[:200])
        remainders.settle_charges(total, numbers=numbers, by=admin)

    one_day = {"day": lambda n: LAST_DAY}
    return {
        "days: unknown ids over many days": lambda: take_in(_file(count, name=lambda n: f"strange-{n}")),
        "day: unknown ids on one day": lambda: take_in(_file(count, name=lambda n: f"other-{n}", **one_day)),
        "matches: all are calls of ours": lambda: take_in(_file(count, name=lambda n: f"ours-{n}")),
        "again: the same lines a second time": lambda: take_in(_file(count + 1, name=lambda n: f"ours-{n}")),
        "taken-back: it is withdrawn": withdraw,
        "first-back: what the second repeats is withdrawn": withdraw,
        "nameless: no ids, many days": lambda: take_in(_file(count, name=lambda n: "")),
        "nameless-day: no ids, one day": lambda: take_in(_file(count, name=lambda n: "", **one_day)),
        "nameless-again: no ids, one day, a second time": lambda: take_in(
            _file(count + 1, name=lambda n: "", **one_day)
        ),
        "remainder: 200 lines of one day settled": settle,
        "odd: days before any call, then counted": lambda: (
            take_in(_file(count, name=lambda n: f"old-{n}", day=lambda n: date(2019, 1, 1 + n % 28))),
            overlaps.count_held(last()),
        ),
        "sessions: all have run out": lambda: (_old_sessions(count), invites.sweep_sessions()),
        "counters: all are old": lambda: (_old_rate_counters(count), rate_limits.delete_old_counters()),
    }


def _old_sessions(count):
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from gallery.services.db.slices import write_in_slices

    old = timezone.now() - timedelta(days=30)
    rows = [Session(session_key=f"{n}", session_data="x" * 200, expire_date=old) for n in range(count)]
    write_in_slices(rows, Session.objects.bulk_create)


def _old_rate_counters(count):
    from django.utils import timezone

    from gallery.models import RateCounter
    from gallery.services.db.slices import write_in_slices

    old = timezone.now() - timedelta(days=30)
    write_in_slices(
        [RateCounter(name=f"t{n}", begins_at=old, count=1) for n in range(count)], RateCounter.objects.bulk_create
    )


if __name__ == "__main__":
    main()
