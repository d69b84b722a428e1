"""Holds the books against the provider's till: the promises about money, checked from outside."""

from collections import Counter


def check_books(jobs, till):
    """Assert that nothing was sent twice unasked and that every POST is on the books as what it was."""
    posts = Counter((post["body"]["prompt"], post["body"]["seed"]) for post in till)
    sent = Counter(
        (job["prompt"], job["seed"]) for job in jobs for attempt in job["attempts"] if attempt["sent_at"] is not None
    )
    assert max(posts.values(), default=0) <= 1, "a picture was bought twice unasked"
    assert not posts - sent, "a POST is on no book"
    _check_charges(jobs, till)


def _check_charges(jobs, till):
    billed = {(post["body"]["prompt"], post["body"]["seed"]): post["billed_micros"] for post in till}
    for job in jobs:
        for attempt in job["attempts"]:
            paid = billed.get((job["prompt"], job["seed"]), 0)
            if attempt["money"] == "charged":
                assert attempt["micros"] == paid
            elif attempt["money"] == "not_charged" and attempt["sent_at"]:
                assert paid == 0, "a billed call is booked as free"
            assert attempt["money"] != "reserved", "money is still reserved after everything ended"
    booked = sum(attempt["micros"] for job in jobs for attempt in job["attempts"])
    assert sum(post["billed_micros"] for post in till) <= booked


def check_pictures(town):
    """Assert that every job that is done has its picture, byte for byte, and that nothing else lies around."""
    sold = {post["body"]["seed"]: post["sha256"] for post in town.till()}
    done = [job for job in town.jobs() if job["state"] == "DONE"]
    assert all(job["sha256"] == sold[job["seed"]] for job in done)
    assert len(town.stored_files()) == len(done)
