"""A price that changed is asked again before a waiting job is sent.

A claim looks at the price of the day. What has become cheaper goes at the new price, and its page says so; what has
become dearer is put aside until its owner has agreed to the new price, has cancelled it, or the price is back.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gallery.catalogue.numbers.money import money
from gallery.models import Job, Price, Run, User
from gallery.models.runs import PRICE_CHANGED, State
from gallery.services.budgets import deferral
from gallery.services.jobs.transitions import bump_run_version, run_version_subquery, update_queued_jobs
from gallery.services.prices.price_book import PriceBook, read_price_book

# The price of the day of a job, as a column of the statement that reads the queue: no claim asks for it apart.
PRICE_OF_JOB = (
    f"(SELECT ours_micros FROM {Price._meta.db_table} AS price WHERE price.model = {Job._meta.db_table}.model"  # noqa: S608
    " AND price.starts <= %s ORDER BY price.starts DESC, price.id DESC LIMIT 1) AS price_micros"
)

log = structlog.get_logger("fluxweb.prices")


class PriceMoved(Exception):
    """The price has changed once more since the person saw it: nothing was sent."""


@dataclass(frozen=True)
class PriceAsk:
    """Jobs of one run and model that wait for a yes: what each was quoted, and what it costs today."""

    model: str
    count: int
    quoted_micros: int
    price_micros: int

    @property
    def sum_micros(self) -> int:
        return self.count * self.price_micros


def is_dearer(job: Any) -> bool:
    """Whether a job of the queue, read with PRICE_OF_JOB, costs more today than it was quoted."""
    return job.price_micros is not None and job.price_micros > job.quoted_micros


def price_of(job: Any) -> int:
    """Return what a job of the queue costs now, if it is not dearer than it was quoted."""
    micros: int = job.quoted_micros if job.price_micros is None else min(job.quoted_micros, job.price_micros)
    return micros


def quote_anew(job: Job, *, book: PriceBook) -> dict[str, Any]:
    """Return the fields of a job at the price of the book, and say in its notes what it was quoted before."""
    row = book.row(job.model)
    words = f"asked for at {money(job.quoted_micros)}; the price was {money(row.ours_micros)} when it was sent"
    official = row.official_micros(job.width, job.height, job.input_pixels())
    notes = list(dict.fromkeys([*job.notes, words]))
    return {"quoted_micros": row.ours_micros, "official_micros": official, "notes": notes}


def defer_repriced() -> int:
    """Put aside every job that could be sent and has become dearer; return how many. Decided at one moment."""
    now = timezone.now()
    jobs = Job.objects.claimable(now=now, demo=settings.DEMO).filter(_dearer(read_price_book()))
    aside = dict(jobs.values_list("pk", "run"))
    log.warning("price changed before these were sent", jobs=len(aside), runs=len(set(aside.values())))
    return update_queued_jobs(aside, reason=PRICE_CHANGED, not_before=deferral.UNTIL_RELEASED)


def _dearer(book: PriceBook) -> Q:
    found = Q(pk__in=())
    for model, row in book.rows.items():
        found |= Q(model=model, quoted_micros__lt=row.ours_micros)
    return found


def release_repriced() -> int:
    """Let go on what costs no more than it was quoted: the price is back. Return how many.

    A claim compares once more: what is dearer again by then is put aside again.
    """
    waiting = Job.objects.repriced().filter(demo=settings.DEMO)
    if not waiting.exists():
        return 0
    rows = waiting.exclude(_dearer(read_price_book()))
    return update_queued_jobs(dict(rows.values_list("pk", "run")), reason="", not_before=timezone.now())


def price_asks(run: Run) -> list[PriceAsk]:
    """Return what its owner must say yes or no to, by model and quote."""
    book = read_price_book()
    counts: defaultdict[tuple[str, int], int] = defaultdict(int)
    for model, micros in run.jobs.repriced().values_list("model", "quoted_micros"):
        counts[model, micros] += 1
    return [PriceAsk(model, n, micros, book.row(model).ours_micros) for (model, micros), n in sorted(counts.items())]


def sum_asks(asks: Iterable[PriceAsk]) -> int:
    return sum(each.sum_micros for each in asks)


@transaction.atomic
def agree_to_price(run: Run, *, seen_micros: int) -> int:
    """Quote what waits for a yes anew and let it go on; return how many. Raises PriceMoved if it is another sum now."""
    bump_run_version(run.pk)
    asks = price_asks(run)
    if asks and sum_asks(asks) != seen_micros:
        raise PriceMoved
    book, now = read_price_book(), timezone.now()
    for alike in _alike(run.jobs.repriced()):
        facts = quote_anew(Job.objects.get(pk=alike[0]), book=book) | {"reason": "", "not_before": now}
        update_queued_jobs(dict.fromkeys(alike, run.pk), **facts)
    more = sum(ask.count * (ask.price_micros - ask.quoted_micros) for ask in asks)
    Run.objects.filter(pk=run.pk).update(quoted_micros=F("quoted_micros") + more)
    log.info("agreed to another price", run=run.key, jobs=sum(ask.count for ask in asks), seen_micros=seen_micros)
    return sum(ask.count for ask in asks)


def _alike(jobs: QuerySet[Job]) -> Iterable[list[int]]:
    """List the ids of the jobs in groups that become the same: a run has thousands of jobs and few sizes.

    Without making jobs of the rows: others wait meanwhile.
    """
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for pk, notes, *facts in jobs.values_list("pk", "notes", "model", "quoted_micros", "width", "height"):
        groups[*facts, *notes].append(pk)
    return groups.values()


@transaction.atomic
def decline_price(run: Run) -> int:
    """Cancel what waits for a yes; return how many. It cost nothing."""
    bump_run_version(run.pk)
    facts = {"state": State.CANCELLED, "reason": "cancelled", "changed_at": timezone.now()}
    return run.jobs.repriced().update(version=run_version_subquery(), **facts)


def newest_run_asking(user: User) -> Run | None:
    """Return the newest run of a member in which something waits for a yes, or None."""
    job = Job.objects.repriced().of(user).filter(demo=settings.DEMO).select_related("run").order_by("-id").first()
    return job.run if job else None
