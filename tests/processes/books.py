"""Holds the books against the provider's till: the promises about money, checked from outside."""

from collections import Counter

# Answers that say "nothing was painted, come back": after them the same picture may be asked for again.
FREE_STATUSES = {401, 402, 404, 429, 500, 502, 503}


def check_books(jobs, till):
    """Assert that nothing was bought twice unasked and that every POST is on the books as what it was."""
    posts = Counter(map(_picture, till))
    sent = Counter(_wanted(job) for job in jobs for attempt in job["attempts"] if attempt["sent_at"] is not None)
    bought = Counter(_picture(post) for post in till if _may_be_paid(post))
    assert max(bought.values(), default=0) <= 1, "a picture was bought twice unasked"
    assert not posts - sent, "a POST is on no book"
    _check_charges(jobs, till)


def _picture(post):
    return post["body"]["prompt"], post["body"]["seed"]


def _wanted(job):
    return job["prompt"], job["seed"]


def _may_be_paid(post):
    return post["billed_micros"] > 0 or post["status"] not in FREE_STATUSES


def _check_charges(jobs, till):
    answered = {post["request_id"]: post["billed_micros"] for post in till}
    billed = _sums((_picture(post), post["billed_micros"]) for post in till)
    for job in jobs:
        for attempt in job["attempts"]:
            assert attempt["money"] != "reserved", "money is still reserved after everything ended"
            if attempt["money"] == "charged":
                assert attempt["micros"] == answered[attempt["request_id"]]
            elif attempt["money"] == "not_charged":
                assert not answered.get(attempt["request_id"]), "a billed call is booked as free"
    booked = _sums((_wanted(job), attempt["micros"]) for job in jobs for attempt in job["attempts"])
    assert not billed - booked, "the till has more than the books"


def _sums(pairs):
    sums = Counter()
    for name, micros in pairs:
        sums[name] += micros
    return sums


def check_pictures(town):
    """Assert that every job that is done has its picture, byte for byte, and that nothing else lies around.

    What is held aside may have been stored already by the worker that died over it.
    """
    sold = {_picture(post): post["sha256"] for post in town.till() if post["sha256"]}
    done = [job for job in town.jobs() if job["state"] == "DONE"]
    assert all(job["sha256"] == sold[_wanted(job)] for job in done)
    stored, held = len(town.stored_files()), town.states().count("BLOCKED")
    assert len(done) <= stored <= len(done) + held, (stored, len(done), held)
