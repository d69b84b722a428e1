"""The cost report over many attempts: the roll-up against the raw GROUP BY beside it, and the whole page.

python -m tests.benchmarks.reports [--attempts 1000000] [--times 7]
"""

import argparse
import random
import statistics
import time
from datetime import date, datetime, timedelta

from tests.benchmarks import measuring, stand

MEMBERS, PROJECTS, DAYS = 20, 12, 730
LAST_DAY = date(2026, 11, 25)
CHUNK = 20_000


def main():
    asked = _arguments()
    with stand.scratch(FLUX_API_KEY="x") as _:
        began = time.perf_counter()
        _fill(asked.attempts)
        filled = time.perf_counter() - began
        print(f"{asked.attempts:,} attempts in {filled:.0f} s")
        rows = [row for name, chosen in _slices().items() for row in _compare(name, chosen, asked.times)]
        rows += _pages(asked.times)
        _print(asked.attempts, rows)


def _arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=7)
    return parser.parse_args()


def _fill(count):
    """Write calls as a team would make them over two years: a member works on one or two projects with three models."""
    from gallery.models import Attempt
    from gallery.models.costs import ledger_triggers
    from gallery.services.ledger import entries

    jobs = _jobs()
    pick = random.Random(7)
    ledger_triggers.remove()
    for first in range(0, count, CHUNK):
        calls = (_call(jobs, n, count, pick) for n in range(first, min(first + CHUNK, count)))
        Attempt.objects.bulk_create(calls, batch_size=CHUNK)
    entries.after_migrate(using="default")


def _jobs():
    """Make one job for every member, model and project; return {(member, project, model): job}."""
    from django.utils import timezone

    from gallery.catalogue.models import flux_models
    from gallery.models import Job, Project, Run, User

    people = [User.objects.create_user(f"member-{n}", role="admin" if not n else "member") for n in range(MEMBERS)]
    projects = [Project.objects.create(name=f"Project {n}") for n in range(PROJECTS - 1)] + [None]
    jobs = {}
    for m, person in enumerate(people):
        for p, project in enumerate(projects):
            run = Run.objects.create(
                owner=person, project=project, nonce=f"{m}-{p}", digest="", prompt="a boat", form={}, demo=False,
                size=11, quoted_micros=0, created_at=timezone.now(),
            )  # fmt: skip
            for n, model in enumerate(flux_models.ids()):
                jobs[m, p, n] = Job(
                    run=run, owner=person, position=n, demo=False, model=model, prompt="a boat", seed=n, state="DONE",
                    width=1024, height=1024, quoted_micros=10_000 + 5_000 * n, official_micros=12_000 + 5_000 * n,
                )  # fmt: skip
    Job.objects.bulk_create(jobs.values())
    return jobs


def _call(jobs, n, count, pick):
    from gallery.models import Attempt

    day = LAST_DAY - timedelta(days=DAYS - 1 - n * DAYS // count)
    member = int(MEMBERS * pick.random() ** 1.5)
    week = random.Random(f"{member} {day.isocalendar()[:2]}")
    projects, models = week.sample(range(PROJECTS), 2), week.sample(range(11), 3)
    job = jobs[member, pick.choice(projects), pick.choice(models)]
    sent_at = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
    money, fetch = pick.choices([("charged", "done"), ("not_charged", "none"), ("uncertain", "none")], [96, 3, 1])[0]
    facts = {"day": day, "sent_at": sent_at, "money": money, "fetch": fetch, "picked": pick.random() < 0.25}
    return Attempt.for_job(job, project_id=job.run.project_id, **facts)


def _slices():
    from gallery.models import User
    from gallery.services.ledger.reports import Slice

    all_days = Slice(LAST_DAY - timedelta(days=DAYS - 1), LAST_DAY)
    return {
        "two years": all_days,
        "a year": all_days.within(LAST_DAY - timedelta(days=364), LAST_DAY),
        "a month": all_days.within(LAST_DAY - timedelta(days=29), LAST_DAY),
        "a year of one member": Slice(LAST_DAY - timedelta(days=364), LAST_DAY, owner_id=User.objects.first().pk),
    }


def _compare(name, chosen, times):
    """Measure roll-up and raw query in turns, so that a slow minute of the machine meets both."""
    from gallery.services.ledger.reports import sums_by

    for by in ("day", "member", "model", "project"):
        kept, raw = [], []
        assert sums_by(chosen, by)[_some(chosen, by)[0]].charged_micros == _some(chosen, by)[1]
        for _ in range(times):
            kept.append(measuring.seconds_of(lambda by=by: sums_by(chosen, by)) * 1000)
            raw.append(measuring.seconds_of(lambda by=by: _raw(chosen, by)) * 1000)
        yield f"{name}, by {by}", statistics.median(kept), statistics.median(raw)


def _some(chosen, by):
    """Return one group and what was charged in it, as the raw query says."""
    row = _raw(chosen, by)[0]
    return row[0], int(row[2])


def _raw(chosen, by):
    from django.db import connection

    from gallery.models.costs.ledger import AMOUNTS, terms
    from gallery.services.ledger.reports import GROUPS, read_group_key

    where, values = chosen.condition()
    sums = ", ".join(f"SUM({term})" for term in terms("gallery_attempt"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {GROUPS[by]}, {sums} FROM gallery_attempt WHERE {where} GROUP BY 1", values)
        assert len(cursor.description) == len(AMOUNTS) + 1
        return [(read_group_key(by, row[0]), *row[1:]) for row in cursor.fetchall()]


def _pages(times):
    from gallery.models import User

    client = stand.signed_in(User.objects.get(role="admin"))
    month = f"month={LAST_DAY:%Y-%m}"
    for address in (f"/costs/?{month}", "/costs/?year=2026&by=day", f"/costs/calls/?{month}", f"/costs/runs/?{month}"):
        yield address, measuring.median_ms(lambda address=address: _get(client, address), times=times), None


def _get(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)


def _print(count, rows):
    from gallery.models import DailySpend

    lines = [
        (name, f"{kept:.1f}" + (f" / {raw:.0f} = 1/{raw / kept:.0f}" if raw else ""), "<= 100, <= 1/20" if raw else "")
        for name, kept, raw in rows
    ]
    title = (
        f"Report over {count:,} attempts ({DailySpend.objects.count():,} rows in the roll-up), ms, and the raw GROUP BY"
    )
    measuring.print_table(title, lines)


if __name__ == "__main__":
    from zoneinfo import ZoneInfo

    ZONE = ZoneInfo("UTC")
    main()
