"""What an answer means, row by row: the money, the job, and whether anything is repeated by itself."""

import random
from dataclasses import asdict, dataclass, field
from typing import Any

from gallery.api import errors
from gallery.api.responses import Answer
from gallery.models.calls import INLINE, Money
from gallery.models.runs import State

BACKOFF_SECONDS = (5, 15, 45, 120, 300)  # the vendor's advice, continued
# The reason codes of reasons.py for what the client tells apart.
TROUBLES = {"key": "key_trouble", "credit": "credit_spent", "address": "wrong_address"}
REFUSALS = {"moderation": "moderation", "invalid": "refused", "unwritable": "unwritable"}
UNCERTAIN_REASONS = {
    "nothing_in_time": "no_answer_in_time", "nothing": "no_answer", "a_part": "answer_cut", "a_redirect": "redirected",
    "no_verdict": "no_verdict",
}  # fmt: skip
UPSTREAM_REPEATS = 2  # a 500 with the provider's own error is asked again at most twice


@dataclass(frozen=True)
class Outcome:
    """One row of the table. `gate` names what the answer says about the gate: see services/paid_calls/perform.py."""

    money: str
    state: str
    reason: str = ""
    gate: str = ""
    wait_seconds: float | None = None  # until the job may be claimed again
    status: int | None = None
    error: str = ""
    words: str = ""
    request_id: str = ""
    url: str = ""
    content: bytes = field(default=b"", repr=False)  # of a picture that came within the answer; its url is INLINE then

    def as_json(self) -> dict[str, Any]:
        """Return everything but the content, which has a file of its own."""
        return {name: value for name, value in asdict(self).items() if name != "content"}


def outcome_of_answer(answer: Answer) -> Outcome:
    """Return the outcome of a usable answer: charged, and an address to fetch or the picture itself."""
    url = INLINE if answer.content else answer.url
    facts: dict[str, Any] = {"status": 200, "request_id": answer.request_id, "url": url, "content": answer.content}
    return Outcome(Money.CHARGED, State.HAVE_URL, gate="good", **facts)


def outcome_of_error(error: Exception, *, failures: int) -> Outcome:
    """Return the outcome of a named error. `failures`: how often this job failed upstream before.

    Anything that is not a named error came from our own code after the mark, so the call may have been made.
    """
    row = _row(error, failures)
    if not isinstance(error, errors.ApiError):
        return Outcome(**row, error=type(error).__name__)
    facts: dict[str, Any] = {"status": error.status, "words": error.words, "request_id": error.request_id}
    return Outcome(**row, **facts, error=error.code or type(error).__name__)


def _row(error: Exception, failures: int) -> dict[str, Any]:
    match error:
        case errors.NotExecuted():
            return _later("not_executed", gate="failure", wait_seconds=backoff_seconds(failures))
        case errors.RateLimited():
            return _later("rate_limited", gate="close", wait_seconds=error.retry_after)
        case errors.KeyTrouble(scope="model"):
            return _later("model_trouble", gate="pause_model")
        case errors.KeyTrouble():
            return _later(TROUBLES[error.about], gate="pause_key")
        case errors.UpstreamFailed() if failures < UPSTREAM_REPEATS:
            return _later("upstream_again", gate="failure", wait_seconds=backoff_seconds(failures))
        case errors.UpstreamFailed():
            return _failed("upstream_failed", gate="failure")
        case errors.Forbidden():
            return _failed("forbidden", gate="forbidden")
        case errors.Refused():
            return _failed(REFUSALS[error.kind], gate="")
        case errors.PaidWithoutResult():
            return {"money": Money.UNCERTAIN, "state": State.NO_RESULT, "reason": "no_result", "gate": "empty_answer"}
        case errors.OutcomeUnknown(status=int(status)) if status >= 500:
            return _uncertain(UNCERTAIN_REASONS[error.came], gate="failure")
        case errors.OutcomeUnknown():
            return _uncertain(UNCERTAIN_REASONS[error.came])
        case _:
            return _uncertain("unknown")


def _later(reason: str, **more: Any) -> dict[str, Any]:
    return {"money": Money.NOT_CHARGED, "state": State.QUEUED, "reason": reason} | more


def _failed(reason: str, **more: Any) -> dict[str, Any]:
    return {"money": Money.NOT_CHARGED, "state": State.FAILED, "reason": reason} | more


def _uncertain(reason: str, **more: Any) -> dict[str, Any]:
    return {"money": Money.UNCERTAIN, "state": State.UNKNOWN, "reason": reason} | more


def backoff_seconds(tries: int) -> float:
    """Seconds to wait after this many tries, with jitter so that a whole run does not come back at once."""
    return BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311  not a secret
