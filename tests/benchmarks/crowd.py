"""Members who click and write as fast as the answers come, while long paid calls are in flight.

python -m tests.benchmarks.crowd [--members 5] [--calls 8] [--latency 60] [--seconds 40]
"""

import argparse
import hashlib
import os
import statistics
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from tests.benchmarks import measuring
from tests.processes.crowd import FILE, FLOOR, LOCKED, PAGE, POLL, TROUBLE, WRITE, crowd_before
from tests.processes.fork_server import ForkServer
from tests.processes.town import Town, make_template

WORDS = {PAGE: "pages", WRITE: "writes", POLL: "polls and checks", FILE: "pictures"}
HASH_ROUNDS = PBKDF2PasswordHasher.iterations


def main():
    asked = _arguments()
    with _town() as town, crowd_before(town, members=asked.members, calls=asked.calls) as crowd:
        calls = crowd.take_all_calls(seconds=asked.latency)
        answers = crowd.click(seconds=asked.seconds)
        _print(asked, crowd, answers, calls & crowd.calls_in_flight())


def _arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=5)
    parser.add_argument("--calls", type=int, default=8)
    parser.add_argument("--latency", type=float, default=60)
    parser.add_argument("--seconds", type=float, default=40)
    return parser.parse_args()


@contextmanager
def _town():
    with tempfile.TemporaryDirectory(prefix="fluxweb-benchmark-") as folder:
        place = Path(folder) / "town"
        place.mkdir()
        server = ForkServer()
        town = Town(place, template=make_template(Path(folder) / "template"), fork_server=server)
        try:
            yield town
        finally:
            town.close()
            server.close()


def _print(asked, crowd, answers, still_running):
    database = "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"
    clicks = [answer for answer in answers if answer.kind != FLOOR]
    measuring.print_table(
        f"{asked.members} members click {asked.seconds:g} s, {asked.calls} calls of {asked.latency:g} s, {database}",
        [
            ("answers; a second", f"{len(clicks)}; {len(clicks) / asked.seconds:.0f}", ""),
            ("of them writes", str(sum(each.kind == WRITE for each in clicks)), ""),
            *(_times(f"{words}, ms: median, worst", _of_kind(answers, kind)) for kind, words in WORDS.items()),
            _times("/healthz beside, ms: median, worst", _of_kind(answers, FLOOR), goal="the floor"),
            _times(
                "sign-in, all at once before, ms: median, worst", crowd.sign_ins, goal=f"hash alone {_hash_ms():.0f}"
            ),
            ("answers of 1 s and more", str(sum(each.seconds >= 1 for each in clicks)), "0"),
            ("answers nobody expected", str(sum(not each.expected for each in clicks)), "0"),
            ("calls in flight from the first click to the last", str(len(still_running)), str(asked.calls)),
            ("lock errors in all logs", str(len(crowd.log_lines(LOCKED))), "0"),
            ("other trouble in all logs", str(len(crowd.log_lines(TROUBLE)) - len(crowd.log_lines(LOCKED))), "0"),
        ],
    )


def _hash_ms():
    """Time what every sign-in costs on purpose: Django's hash of a password, alone."""
    return measuring.median_ms(lambda: hashlib.pbkdf2_hmac("sha256", b"light", b"table", HASH_ROUNDS), times=3)


def _of_kind(answers, kind):
    return [answer for answer in answers if answer.kind == kind]


def _times(words, answers, *, goal="< 1000"):
    ms = [answer.seconds * 1000 for answer in answers]
    return words, f"{statistics.median(ms):.0f}, {max(ms):.0f}", goal


if __name__ == "__main__":
    main()
