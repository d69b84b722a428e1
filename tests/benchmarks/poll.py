"""What an open run page costs while nothing changes, and how long a press of 400 jobs takes.

python -m tests.benchmarks.poll [--jobs 400]    (2000: five step counts of 400 seeds; goal 2000 ms)
"""

import argparse
import re

from tests.benchmarks import measuring, stand

SEEDS = 400  # in one field


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=400)
    asked = parser.parse_args()
    with stand.scratch(FLUX_API_KEY="x", FLUX_API_URL="http://127.0.0.1:9/v1"):
        client = stand.signed_in(stand.make_owner())
        _print(asked.jobs, _measure(client, asked.jobs))


def _measure(client, jobs):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    presses = [measuring.seconds_of(lambda: _press(client, jobs)) for _ in range(3)]
    one = [measuring.seconds_of(lambda: _press(client, 1)) for _ in range(3)]
    inserts = {n: _inserts(client, n) for n in (1, jobs)}
    page = _press(client, jobs)
    since = re.search(r"/changes/\?since=\d+", client.get(page).content.decode())[0]
    poll = page.rstrip("/") + since
    with CaptureQueriesContext(connection) as queries:
        status = client.get(poll).status_code
    return {
        "press_ms": sorted(presses)[1] * 1000,
        "one_ms": sorted(one)[1] * 1000,
        "inserts": inserts,
        "status": status,
        "queries": len(queries),
        "poll_ms": measuring.median_ms(lambda: client.get(poll), times=100),
        "healthz_ms": measuring.median_ms(lambda: client.get("/healthz"), times=100),
        "page_ms": measuring.median_ms(lambda: client.get(page), times=5),
    }


def _press(client, jobs):
    """Send the studio's form; return the address of the new run."""
    steps, seeds = (5, jobs // 5) if jobs > SEEDS else (1, jobs)
    typed = {"prompt": "a lighthouse in fog", "model": "flux-2-flex", "seed": f"1..{seeds}", "start": "1"}
    typed["steps"] = ", ".join(map(str, range(1, steps + 1)))
    answer = client.post("/", typed)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer.headers["Location"]


def _inserts(client, jobs):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        _press(client, jobs)
    jobs_inserted = sum(query["sql"].startswith('INSERT INTO "gallery_job"') for query in queries)
    return f"{len(queries)} ({jobs_inserted} for jobs)"


def _print(jobs, found):
    measuring.print_table(
        f"Press and poll, a run of {jobs} jobs",
        [
            (f"press of {jobs} jobs answered, ms", f"{found['press_ms']:.0f}", "<= 500"),
            ("press of one job answered, ms", f"{found['one_ms']:.0f}", "beside"),
            (f"statements of a press of 1 / {jobs}", " / ".join(found["inserts"].values()), "only inserts grow"),
            ("poll of the run page, nothing new: status", str(found["status"]), "204"),
            ("its queries", str(found["queries"]), "<= 3"),
            ("its server time, ms", f"{found['poll_ms']:.1f}", "< 5"),
            ("the same way through to /healthz, ms", f"{found['healthz_ms']:.1f}", "the floor"),
            (f"whole run page with {jobs} cells, ms", f"{found['page_ms']:.0f}", ""),
        ],
    )


if __name__ == "__main__":
    main()
