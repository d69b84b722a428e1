"""Reason codes in words: what happened, what it cost, and what to do next. No page shows a code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """`title` for a cell, `meaning` for what it means and costs, `advice` for what to try."""

    title: str
    meaning: str
    advice: str = ""


REASONS = {
    "": Reason("", ""),
    "not_executed": Reason(
        "Not reached", "The provider could not be reached; nothing was charged.", "It is tried again by itself."
    ),
    "rate_limited": Reason(
        "Too many at once", "The provider asked us to slow down; nothing was charged.", "It goes on by itself."
    ),
    "key_trouble": Reason(
        "Key trouble",
        "The provider does not accept the key or its credit is used up; nothing was charged.",
        "An admin looks at the key and resumes.",
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
        "The provider forbade this request without a reason; not charged.",
        "Change the prompt, or ask an admin.",
    ),
    "moderation": Reason(
        "Refused",
        "The provider’s moderation refused it; not charged.",
        "Reword the prompt; names of people, violence and nudity are the usual causes.",
    ),
    "refused": Reason(
        "Refused", "The provider did not accept the request; not charged.", "Change what it names and generate again."
    ),
    "unknown": Reason(
        "Perhaps paid",
        "No answer came, so the call may have been charged.",
        "Asking again may cost its price a second time.",
    ),
    "worker_died": Reason(
        "Perhaps paid",
        "No answer to this call was recorded, so it may have been charged.",
        "Asking again may cost its price a second time.",
    ),
    "no_result": Reason(
        "No picture",
        "The provider answered without a picture and may have charged for it.",
        "Asking again may cost its price a second time.",
    ),
    "asked_again": Reason(
        "Perhaps paid",
        "No answer came to this call, which may have been charged. The picture was asked for again since.",
    ),
    "lost": Reason(
        "Paid and lost",
        "The picture was paid for, but its address died before the picture could be fetched.",
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
    "cancelled": Reason("Cancelled", "Cancelled before it was sent; it cost nothing."),
}


def of(code):
    return REASONS.get(code, REASONS[""])


def of_held(attempt):
    """Return why a result is held: with its file or, as all odd results were once, without."""
    return of("blocked" if attempt.held_name else "blocked_without_file")


def pause_words(outcome):
    """Return why the gate pauses itself. In our words: everybody reads them, and the provider's can repeat a prompt."""
    return of(outcome.reason).meaning
