"""From `manage.py up` to an answer of /readyz: the first time, with an empty data folder, and the second time.

python -m tests.benchmarks.startup [--repeat 3]
"""

import argparse
import os
import statistics
import tempfile
import time

from tests.benchmarks import measuring, stand

# Each in a process of its own, in this order; the first is what starting Python and Django costs all of them.
STEPS = ("check", "migrate --verbosity 0", "createcachetable", "collectstatic --no-input --verbosity 0")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    firsts, seconds, steps = [], [], []
    for _ in range(asked.repeat):
        with tempfile.TemporaryDirectory() as folder:
            firsts.append(_ready_after(folder))
            seconds.append(_ready_after(folder))
        with tempfile.TemporaryDirectory() as folder:
            steps.append([_step(folder, step) for step in STEPS])
    middles = [statistics.median(column) for column in zip(*steps, strict=True)]
    measuring.print_table(
        f"manage.py up in demo mode until /readyz answers 200, median of {asked.repeat}",
        [
            ("empty data folder, s", f"{statistics.median(firsts):.1f}", ""),
            ("second start, s", f"{statistics.median(seconds):.1f}", ""),
            ("of the first: python manage.py check, s", f"{middles[0]:.1f}", "the floor of each step"),
            *(
                (f"of the first: {step.split()[0]} beyond that, s", f"{max(0, middle - middles[0]):.1f}", "")
                for step, middle in zip(STEPS[1:], middles[1:], strict=True)
            ),
        ],
    )


def _environment(folder):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLUX")}
    return kept | {"FLUXWEB_DATA": folder}


def _ready_after(folder):
    port = stand.free_port()
    began = time.perf_counter()
    with (
        open(os.devnull, "w") as nothing,  # noqa: PTH123
        stand.process(
            "manage.py", "up", "--bind", f"127.0.0.1:{port}", env=_environment(folder), stdout=nothing, stderr=nothing
        ),
    ):
        stand.wait_until(lambda: stand.is_ready(port), seconds=120)
        return time.perf_counter() - began


def _step(folder, step):
    began = time.perf_counter()
    with stand.process("manage.py", *step.split(), env=_environment(folder), stdout=-3, stderr=-3) as child:
        child.wait()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
