"""Reason codes in words: what happened, what it cost, and what to do next. No page shows a code.

Every sentence is true for every way in which its code comes about; tests/paid_calls/test_reasons.py lists the ways.
"""

from dataclasses import dataclass, replace
from typing import Any

from gallery.models import Attempt


@dataclass(frozen=True)
class Reason:
    """`title` for a cell, `meaning` for what it means and costs, `advice` for what to try.

    `{status}` in a meaning becomes " (502)", or nothing where no status is known.
    """

    title: str
    meaning: str
    advice: str = ""


def _perhaps_paid(meaning: str) -> Reason:
    return Reason("Perhaps paid", meaning, "Asking again may cost its price a second time.")


REASONS = {
    "": Reason("", ""),
    "not_executed": Reason(
        "Not sent",
        "The request could not be sent to the provider; nothing was charged.",
        "It is tried again by itself.",
    ),
    "reference_gone": Reason(
        "Reference gone",
        "A picture that should go in is not there any more; nothing was sent and nothing was charged.",
        "Add the picture again in the studio.",
    ),
    "rate_limited": Reason(
        "Too many at once", "The answer was to slow down{status}; nothing was charged.", "It goes on by itself."
    ),
    "key_trouble": Reason(
        "Key not accepted",
        "The key or its account was not accepted{status}; nothing was charged.",
        "An admin looks at FLUX_API_KEY and resumes.",
    ),
    "credit_spent": Reason(
        "Credit spent",
        "The credit or the quota at the provider is used up{status}; nothing was charged.",
        "An admin tops it up and resumes.",
    ),
    "wrong_address": Reason(
        "Wrong address",
        "There is no API at the address in FLUX_API_URL: it answered “not found”{status}; nothing was charged.",
        "An admin corrects FLUX_API_URL and resumes.",
    ),
    "model_trouble": Reason(
        "Model not available",
        "The provider does not offer this model to our key now; nothing was charged.",
        "An admin resumes it, or choose another model.",
    ),
    "upstream_again": Reason("Provider failed", "The provider failed; not charged.", "It is tried again by itself."),
    "upstream_failed": Reason(
        "Provider failed", "The provider failed three times; not charged.", "Retry later, or choose another model."
    ),
    "forbidden": Reason(
        "Forbidden",
        "This request was forbidden{status} without a reason that we know; not charged.",
        "Change the prompt, or ask an admin.",
    ),
    "moderation": Reason(
        "Refused",
        "The provider’s moderation refused it; not charged.",
        "Reword the prompt; names of people, violence and nudity are the usual causes.",
    ),
    "refused": Reason(
        "Refused", "The request was not accepted{status}; not charged.", "Change the request and generate again."
    ),
    "unwritable": Reason(
        "Not sent", "The request cannot be written as JSON, so nothing was sent or charged.", "Type the prompt anew."
    ),
    "unknown": _perhaps_paid("What became of this call is not known, so it may have been charged."),
    "no_answer_in_time": _perhaps_paid("No answer came in time, so the call may have been charged."),
    "no_answer": _perhaps_paid(
        "The connection ended without an answer that could be read, so the call may have been charged."
    ),
    "answer_cut": _perhaps_paid(
        "An answer began{status} but did not come whole, so it is not known whether the picture was made and charged."
    ),
    "redirected": _perhaps_paid(
        "The answer was a redirect{status}, which no paid call follows: whether the picture was made is not known."
    ),
    "no_verdict": _perhaps_paid(
        "An answer came{status}, perhaps a proxy’s, but it does not say whether the picture was made and charged."
    ),
    "worker_died": _perhaps_paid("No answer to this call was recorded, so it may have been charged."),
    "no_result": Reason(
        "No picture",
        "The answer{status} held no picture that could be read; it may have been charged.",
        "Asking again may cost its price a second time.",
    ),
    "asked_again": Reason(
        "Perhaps paid",
        "What became of this call is not known; it may have been charged. The picture was asked for again since.",
    ),
    "lost": Reason(
        "Paid and lost",
        "The picture was paid for, but was gone before it could be fetched and stored.",
        "Asking again costs its price again.",
    ),
    "blocked": Reason(
        "Held aside",
        "It was paid for, and what came is kept, but it is not shown as it is.",
        "Its owner can download the file; an admin releases or drops it.",
    ),
    "blocked_without_file": Reason(
        "Held aside",
        "It was paid for, but what its address leads to was not taken: there is no file.",
        "An admin drops it; then it can be asked for again.",
    ),
    "filed": Reason(
        "Kept as a file",
        "It was paid for and came, but not as a picture that can be shown.",
        "Its owner can download the file.",
    ),
    "settled_charged": Reason(
        "Paid and lost", "An admin settled this call as charged.", "Asking again costs its price again."
    ),
    "settled_not_charged": Reason(
        "Not charged", "An admin settled this call as not charged.", "Retry it for its price."
    ),
    "dropped": Reason(
        "Dropped", "An admin dropped the held file; the picture was paid for.", "Asking again costs its price again."
    ),
    "budget": Reason(
        "Budget reached",
        "A budget has no room for it; nothing was charged.",
        "It goes on by itself when the budget allows it, or cancel it.",
    ),
    "price": Reason(
        "Price changed",
        "Its price has risen since it was asked for; nothing was sent and nothing was charged.",
        "It goes on at the new price once you agree, above.",
    ),
    "cancelled": Reason("Cancelled", "Cancelled: nothing more is sent or charged for it."),
}


CHANGEABLE = ("moderation", "refused", "unwritable", "forbidden")  # another request would perhaps be taken


def describe_reason(code: str, *, status: int | None = None) -> Reason:
    """Return the words of a code. `status`: of the answer, if one came."""
    reason = REASONS.get(code, REASONS[""])
    return replace(reason, meaning=reason.meaning.replace("{status}", f" ({status})" if status else ""))


def describe_held(attempt: Attempt) -> Reason:
    """Return why a result is held: with its file or, as all odd results were once, without."""
    return describe_reason("blocked" if attempt.held_name else "blocked_without_file")


def pause_words(outcome: Any) -> str:
    """Return why the gate pauses itself. In our words: everybody reads them, and the provider's can repeat a prompt."""
    return describe_reason(outcome.reason, status=outcome.status).meaning
