"""What a report is asked for by its address. Nothing in it can widen what its reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from gallery.catalogue.models import flux_models
from gallery.models import Project, User
from gallery.services.ledger import periods
from gallery.services.ledger.reports import NO_PROJECT, NOBODY, Slice

MONTHS_FROM_DAYS = 366  # longer reports have a row for each month
FILTERS = ("member", "model", "project")


@dataclass
class Asked:
    """One report: which slice, by what, and the words of its address that say so."""

    period: periods.Period
    by: str
    chosen: Slice
    filters: dict[str, str] = field(default_factory=dict)  # as in the address: name to value, "" is "no project"
    problem: str = ""

    @property
    def query(self) -> dict[str, str]:
        """Return what names this report in an address, without its order."""
        return self.period.query | {"by": self.by} | self.filters


def read(query: Mapping[str, str], *, user: User) -> Asked:
    """Read an address for somebody: members get their own spend, whatever the address says of others."""
    period, problem = _period(query)
    everybody = user.sees_costs
    filters = {name: query[name] for name in FILTERS if name in query and (everybody or name != "member")}
    chosen = Slice(
        period.start,
        period.end,
        owner_id=_member(filters.get("member")) if everybody else user.pk,
        model=_model(filters.get("model")),
        project_id=_project(filters.get("project")),
    )
    return Asked(period, _by(query.get("by"), period, everybody), chosen, filters, problem)


def _period(query: Mapping[str, str]) -> tuple[periods.Period, str]:
    today = timezone.localdate()
    try:
        return periods.read_period(query, today=today), ""
    except periods.InvalidPeriod as bad:
        return periods.period_around("month", today), str(bad)


def _by(name: str | None, period: periods.Period, everybody: bool) -> str:
    choices = [each for each, _ in choices_of(everybody=everybody)]
    by = name if name in choices else choices[0]
    return "month" if by == "day" and period.days > MONTHS_FROM_DAYS else by


def choices_of(*, everybody: bool) -> list[tuple[str, str]]:
    """List what a report can be by: (name, word)."""
    members = [("member", "Member")] if everybody else []
    return [*members, ("model", "Model"), ("project", "Project"), ("day", "Day"), ("month", "Month")]


def _member(name: str | None) -> int | None:
    if name is None:
        return None
    found = User.objects.filter(username=name).values_list("pk", flat=True).first()
    return found or NOBODY


def _model(name: str | None) -> str | None:
    """Models that are gone from the catalogue stand in the books."""
    if name is None or name in flux_models.ids():
        return name
    return name[:40]


def _project(name: str | None) -> int | None:
    if name is None:
        return None
    if not name:
        return NO_PROJECT
    found = Project.objects.filter(name=name).values_list("pk", flat=True).first()
    return found or NOBODY
