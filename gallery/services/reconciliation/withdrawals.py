"""A statement taken back: what it settled is undone where nothing later depends on it, and the rest is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils import timezone

from gallery.catalogue.text.value_lists import counted
from gallery.models import Adjustment, Attempt, Charge, Difference, Statement, User
from gallery.models.calls import Fetch, Money
from gallery.models.costs.statements import Decision, Kind
from gallery.models.runs import State
from gallery.services.db.slices import write_in_slices
from gallery.services.db.transactions import write_transaction
from gallery.services.jobs import reasons
from gallery.services.jobs.transitions import bump_run_version, transition_job
from gallery.services.reconciliation import adjustments, statements

# What each kind of settling did to a call: (money now, money before, the state of its job now, before).
DONE: dict[str, tuple[Money, Money, State, State | None]] = {
    Kind.DOUBT_PAID: (Money.CHARGED, Money.UNCERTAIN, State.LOST, None),
    Kind.DOUBT_FREE: (Money.NOT_CHARGED, Money.UNCERTAIN, State.FAILED, None),
    Kind.FREE_PAID: (Money.CHARGED, Money.NOT_CHARGED, State.LOST, State.FAILED),
}

log = structlog.get_logger("fluxweb.reconciling")


@dataclass(frozen=True)
class Undone:
    """How many decisions of a statement were undone, and how many stay because something later depends on them.

    `later`: statements that are to be compared anew.
    """

    undone: int
    kept: int
    later: list[Statement]

    @property
    def words(self) -> str:
        if not (self.undone or self.kept):
            return "It had settled nothing."
        said = f"{counted(self.undone, 'decision')} undone."
        if self.kept:
            stays = counted(self.kept, "stays", "stay")
            said += f" {stays}: the picture was asked for again since, or another statement says the same."
        return said


def withdraw_statement(statement: Statement, *, by: User, note: str = "") -> Undone | None:
    """Withdraw a statement; return what was undone, or None if it had been withdrawn. It stays to be seen.

    What it settled is undone in slices, and only then it is withdrawn: after a kill in between another press ends it.
    """
    if not Statement.objects.live().filter(pk=statement.pk).exists():
        return None
    results: dict[int, bool] = {}
    write_in_slices(_settled(statement, results), lambda part: results.update(_undo_all(part, by=by)))
    with write_transaction():
        facts = {"withdrawn_at": timezone.now(), "withdrawn_by": by.username, "withdrawn_note": note}
        if not Statement.objects.live().filter(pk=statement.pk).update(**facts):
            return None
        results |= _undo_all(_settled(statement, results), by=by)  # decided meanwhile
        later = _say_again(statement)
    undone = sum(results.values())
    log.warning("statement withdrawn", statement=statement.key, undone=undone, by=by.username)
    return Undone(undone, len(results) - undone, later)


def _settled(statement: Statement, results: Mapping[int, bool]) -> list[Difference]:
    """List what a statement has settled and `results` does not have yet, newest first."""
    settled = statement.differences.filter(decision__in=[Decision.APPLIED, Decision.ADJUSTED])
    found = settled.select_related("attempt__job").order_by("-id")
    return [each for each in found if each.pk not in results]


def _undo_all(differences: Iterable[Difference], *, by: User) -> dict[int, bool]:
    return {each.pk: _undo(each, by=by) for each in differences}


def _undo(difference: Difference, *, by: User) -> bool:
    if difference.decision == Decision.ADJUSTED:
        reason = f"The statement was withdrawn that said: {difference.note}"
        standing = Adjustment.objects.filter(difference=difference, taken_back_by=None, takes_back=None)
        return bool([adjustments.take_back_adjustment(each, reason=reason, by=by) for each in standing])
    attempt = difference.attempt
    assert attempt is not None  # only what is of one call is applied
    others = Charge.objects.live().filter(attempt=attempt).exclude(statement=difference.statement_id)
    return not others.exists() and _unsettle(attempt, difference.kind)


def _unsettle(attempt: Attempt, kind: str) -> bool:
    """Put a call back to what it was before it was settled, if its job has not gone on since."""
    money, before, state, _ = DONE[kind]
    job = attempt.job
    bump_run_version(job.run_id)
    job.refresh_from_db(fields=["state", "attempt"])
    if job.state != state or job.attempt_id != attempt.pk:
        return False
    facts = {"money": before, "settled_by": ""}
    if kind != Kind.DOUBT_FREE:
        facts["fetch"] = Fetch.NONE
    if not Attempt.objects.filter(pk=attempt.pk, money=money).update(**facts):
        return False
    return transition_job(job, if_state=[state], if_attempt=attempt, **_before(attempt, kind))


def _before(attempt: Attempt, kind: str) -> dict[str, Any]:
    """Return the fields of the job as they were: an unknown end, an answer without a picture, or a refusal."""
    if kind == Kind.FREE_PAID:
        known = attempt.error in reasons.REASONS and attempt.error
        return {"state": State.FAILED, "reason": known or "refused"}
    if attempt.status and 200 <= attempt.status < 300:
        return {"state": State.NO_RESULT, "reason": "no_result"}
    return {"state": State.UNKNOWN, "reason": "unknown"}


def _say_again(statement: Statement) -> list[Statement]:
    """What a later statement left unsaid, because this one had said it, it says when it is compared anew."""
    later = list(Statement.objects.live().filter(charges__repeats__statement=statement).distinct())
    for each in later:
        statements.compare_anew(each)
        each.refresh_from_db()
    return later
