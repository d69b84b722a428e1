"""Runs as strips: their first pictures in a row, how far they are, what they cost."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from gallery.models import Attempt, Job, Run, User
from gallery.models.calls import Money
from gallery.models.runs import UNFINISHED, State
from gallery.paging import read_keyset_page
from gallery.views.runs import cells

RUNS = 8
CELLS = 12  # of each run; the run's page shows all
SEPARATOR = "."  # between the stamps of runs


@dataclass
class RunStrip:
    run: Run
    cells: list[cells.CellView]
    done: int
    unfinished: int
    spent_micros: int

    @property
    def more(self) -> int:
        return self.run.size - len(self.cells)

    @property
    def stamp(self) -> str:
        return stamp_of(self.run.key, self.run.version)


@dataclass
class RunStrips:
    rows: list[RunStrip]
    older: int | None = None  # the row id to page on from

    @property
    def live(self) -> bool:
        return any(strip.unfinished for strip in self.rows)

    @property
    def stamp(self) -> str:
        """Changes whenever anything shown changes."""
        return SEPARATOR.join(strip.stamp for strip in self.rows)

    def since(self, stamp: str) -> dict[str, list[RunStrip]]:
        """Sort the rows by what a page that shows this stamp needs: new to it, changed, unchanged."""
        shown = set(stamp.split(SEPARATOR))
        runs = {each.partition("-")[0] for each in shown}
        new = [strip for strip in self.rows if strip.run.key not in runs]
        changed = [strip for strip in self.rows if strip.run.key in runs and strip.stamp not in shown]
        unchanged = [strip for strip in self.rows if strip.stamp in shown]
        return {"new": new, "changed": changed, "unchanged": unchanged}


def newest_strips(user: User, *, before: int | None = None, limit: int = RUNS) -> RunStrips:
    """Return the strips of a member's newest runs, in a constant number of queries."""
    mine = Run.objects.of(user).newest_first().with_opening()
    page = read_keyset_page(mine.filter(id__lt=before) if before else mine, size=limit)
    runs = page.rows
    shown = _first_jobs(runs)
    counts, spent = _counts(runs), _spent(runs)
    by_id = {
        cell.job.id: cell for cell in cells.build_cells([job for jobs in shown.values() for job in jobs], owner=user)
    }
    rows = [
        RunStrip(run, [by_id[job.id] for job in shown[run.id]], *counts.get(run.id, (0, 0)), spent.get(run.id, 0))
        for run in runs
    ]
    return RunStrips(rows, older=page.last and page.last.id)


def stamp_of(key: str, version: int) -> str:
    """Changes whenever the run does."""
    return f"{key}-{version}"


def newest_stamp(user: User) -> str:
    """Return the stamp of a member's newest runs in one query: most polls end here."""
    shown = Run.objects.of(user).newest_first().values_list("key", "version")[:RUNS]
    return SEPARATOR.join(stamp_of(key, version) for key, version in shown)


def _first_jobs(runs: list[Run]) -> dict[int, list[Job]]:
    jobs = (
        Job.objects.filter(run__in=runs, position__lt=CELLS)
        .with_opening()
        .select_related("attempt", "reused")
        .prefetch_related("images")
    )
    shown: dict[int, list[Job]] = {run.id: [] for run in runs}
    for job in jobs.order_by("run_id", "position"):
        shown[job.run_id].append(job)
    return shown


def _counts(runs: list[Run]) -> dict[int, tuple[int, int]]:
    rows = Job.objects.filter(run__in=runs).order_by().values_list("run_id")
    counted = rows.annotate(
        done=Count("id", filter=Q(state=State.DONE)), open=Count("id", filter=Q(state__in=UNFINISHED))
    )
    return {run_id: (done, unfinished) for run_id, done, unfinished in counted}


def _spent(runs: list[Run]) -> dict[int, int]:
    """Charged and uncertain together: what may have been paid is shown as paid."""
    paid = Attempt.objects.filter(job__run__in=runs, money__in=[Money.CHARGED, Money.UNCERTAIN])
    return dict(paid.order_by().values_list("job__run_id").annotate(micros=Sum("micros")))
