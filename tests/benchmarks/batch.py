"""How near a batch comes to the bound of its latencies: a real worker process against the simulator.

python -m tests.benchmarks.batch --images 200 --concurrency 8 --latency 1 [--spread 0] [--repeat 1] [--script]
"""

import argparse
import heapq
import statistics
import subprocess
import sys
import tempfile
import time
from math import ceil

from tests.benchmarks import measuring, stand
from tests.benchmarks.provider import latency_of


def main():
    asked = _arguments()
    port = stand.free_port()
    with stand.scratch(**stand.paid_environment(port, asked.concurrency)) as folder:
        owner = stand.make_owner()
        with stand.provider(port, latency=asked.latency, spread=asked.spread) as provider:
            rows = []
            for _ in range(asked.repeat):
                with stand.worker(folder) as worker:
                    rows.append(_measure(asked, owner, worker.pid, provider.pid, port))
            script = [_script(asked, port) for _ in range(asked.repeat if asked.script else 0)]
    _print(asked, rows, script)


def _arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--spread", type=float, default=0.0, help="latencies are drawn evenly from latency ± spread")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--script", action="store_true", help="measure threads + requests beside it")
    return parser.parse_args()


def bound_seconds(asked):
    """Return the least time this batch can take: its latencies one after the other on `concurrency` lines."""
    if not asked.spread:
        return ceil(asked.images / asked.concurrency) * asked.latency
    lines = [0.0] * asked.concurrency
    for seed in range(1, asked.images + 1):
        heapq.heapreplace(lines, lines[0] + latency_of(seed, latency=asked.latency, spread=asked.spread))
    return max(lines)


def _measure(asked, owner, worker_pid, provider_pid, port):
    from gallery import tasks
    from gallery.models import Image

    posts = len(stand.till(port))
    used, used_by_provider = measuring.cpu_seconds(worker_pid), measuring.cpu_seconds(provider_pid)
    pressed = time.time()
    runs = _submit(owner, asked.images)
    tasks.wake_workers(asked.images)
    mine = Image.objects.filter(job__run__in=runs)
    deadline = bound_seconds(asked) * 4 + 60
    stand.wait_until(lambda: mine.count() == asked.images, seconds=deadline, every=0.2)
    stored = mine.latest("created_at").created_at.timestamp() - pressed
    stand.wait_until(lambda: not mine.filter(thumbnail="").exists(), seconds=deadline, every=0.2)
    thumbnailed = max(stored, time.time() - pressed)
    return {
        "stored": bound_seconds(asked) / stored,
        "thumbnailed": bound_seconds(asked) / thumbnailed,
        "cpu_ms": (measuring.cpu_seconds(worker_pid) - used) * 1000 / asked.images,
        "provider_ms": (measuring.cpu_seconds(provider_pid) - used_by_provider) * 1000 / asked.images,
        "peak_mib": measuring.peak_mib(worker_pid),
        "first_call_ms": (stand.till(port)[posts]["time"] - pressed) * 1000,
        "kb": mine.first().bytes / 1000,
    }


def _submit(owner, images):
    """Submit in runs as large as one list of seeds can be."""
    from gallery.catalogue.parameters.seeds import MAX_SEEDS
    from tests.factories import make_run

    starts = range(1, images + 1, MAX_SEEDS)
    lists = [f"{first}..{min(images, first + MAX_SEEDS - 1)}" for first in starts]
    return [make_run(owner, seed=seed, size="1024x1024") for seed in lists]


def _script(asked, port):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.script", f"http://127.0.0.1:{port}/v1"]
        command += [str(asked.images), str(asked.concurrency), folder]
        out = subprocess.run(command, cwd=stand.ROOT, check=True, capture_output=True, text=True)
    return bound_seconds(asked) / float(out.stdout)


def _print(asked, rows, script):
    def middle(name):
        values = [row[name] for row in rows]
        spread = f" ({min(values):.2f}..{max(values):.2f})" if len(values) > 1 else ""
        return f"{statistics.median(values):.3f}{spread}" if max(values) < 2 else f"{statistics.median(values):.0f}"

    latency = f"{asked.latency:g}" + (f" ± {asked.spread:g}" if asked.spread else "")
    title = f"{asked.images} images of {middle('kb')} kB, concurrency {asked.concurrency}, latency {latency} s"
    measuring.print_table(
        f"{title}, median of {len(rows)}",
        [
            ("bound / time to the last picture", middle("stored"), ">= 0.95 (0.90 at c=64, L=1)"),
            ("bound / time to the last thumbnail", middle("thumbnailed"), ">= 0.92 (0.80 at c=64, L=1)"),
            *([("the same, threads + requests", f"{statistics.median(script):.3f}", "beside")] if script else []),
            ("CPU of the worker per image, ms", middle("cpu_ms"), "<= 45 with thumbnail"),
            ("CPU of the simulator per image, ms", middle("provider_ms"), "shares the cores"),
            ("most memory of the worker, MiB", middle("peak_mib"), "<= 200"),
            ("press to first call, ms", middle("first_call_ms"), "<= 500 plus the submit of the batch"),
        ],
    )


if __name__ == "__main__":
    main()
