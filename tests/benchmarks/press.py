"""From the press of the button to the first byte at the provider, with an idle worker.

python -m tests.benchmarks.press [--times 15]
"""

import argparse
import random
import statistics
import time

from tests.benchmarks import measuring, stand


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=15)
    asked = parser.parse_args()
    port = stand.free_port()
    with (
        stand.scratch(**stand.paid_environment(port, 16)) as folder,
        stand.provider(port, latency=0.5),
        stand.worker(folder),
    ):
        client = stand.signed_in(stand.make_owner())
        waits = [_press(client, port, seed=number) for number in range(asked.times)]
    measuring.print_table(
        f"Press to first call, idle, default install, {asked.times} presses",
        [
            ("median, ms", f"{statistics.median(waits) * 1000:.0f}", "<= 500"),
            ("worst, ms", f"{max(waits) * 1000:.0f}", ""),
        ],
    )


def _press(client, port, *, seed):
    """Press and return the seconds until the POST arrived; then let everything fall asleep again.

    A seed of its own each time: what is owned already is not asked for again.
    """
    before = len(stand.till(port))
    pressed = time.time()
    client.post("/", {"prompt": "a lighthouse in fog", "model": "flux-2-klein-4b", "seed": seed})
    stand.wait_until(lambda: len(stand.till(port)) > before, seconds=30)
    time.sleep(1.5 + random.random())
    return stand.till(port)[before]["time"] - pressed


if __name__ == "__main__":
    main()
