"""What CPU one press costs this process, from the form to the rows: the studio, a batch, and a run that grows.

python -m tests.benchmarks.press_cpu [--cells 2000] [--times 7]
"""

import argparse
import statistics
import time

from tests.benchmarks import measuring, stand

SEEDS = 400  # in one field
FLEX = "flux-2-flex"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=2000)
    parser.add_argument("--times", type=int, default=7)
    asked = parser.parse_args()
    with stand.scratch(FLUX_API_KEY="x", FLUX_API_URL="http://127.0.0.1:9/v1"):
        client = stand.signed_in(stand.make_owner())
        _let_all_wait()
        presses = {
            "studio, known seeds": lambda n: _studio(client, _matrix(asked.cells, n)),
            "studio, drawn seeds": lambda n: _studio(client, _matrix(asked.cells, n, drawn=True)),
            "studio, shown before it is bought": lambda n: _review(client, _matrix(asked.cells, n)),
            "batch, a row each": lambda n: _batch(client, asked.cells, n),
            "a run grows by a model": lambda n: _growth(client, asked.cells // 2, n),
        }
        rows = [(what, _median(press, asked.times), "") for what, press in presses.items()]
    measuring.print_table(f"CPU of a press of {asked.cells} cells, ms, median of {asked.times}", rows)


def _let_all_wait():
    """Nothing is made here: more waits than one member may have in the line."""
    from django.conf import settings

    settings.WAITING_MAX = 1_000_000


def _median(press, times):
    """Return the median of some presses, each of other pictures, after one to warm up."""
    found = [press(n) for n in range(times + 1)][1:]
    return f"{statistics.median(found) * 1000:.0f}"


def _matrix(cells, n, *, drawn=False):
    seeds = min(cells, SEEDS)
    doors = "|".join(map(str, range(cells // seeds)))
    typed = {"prompt": f"door {{{doors}}} of {n} {drawn}, half open", "model": FLEX, "nonce": f"{n} {drawn}"}
    return typed | {"seed": f"{seeds} random" if drawn else f"1..{seeds}"}


def _studio(client, typed):
    return _cpu(client, "/", typed | {"start": "1"}, 302)


def _review(client, typed):
    return _cpu(client, "/", typed, 200)


def _batch(client, rows, n):
    lines = [f'"door {row} of {n}, half open";{FLEX};1024x768;{1000 + row}' for row in range(rows)]
    typed = {"rows": "\n".join(["prompt;model;shape;seed", *lines]), "seed": "1 random", "shape": "1:1", "start": "1"}
    return _cpu(client, "/batch/", typed, 302)


def _growth(client, cells, n):
    """Let a run of some pictures grow by as many of another model."""
    from gallery.models import Run

    _studio(client, _matrix(cells, f"growth {n}"))
    run = Run.objects.latest("id")
    asked = {"model": "flux-2-max", "size": run.size}
    page = client.post(f"/runs/{run.key}/extend/check/", asked).content.decode()
    price = page.partition('name="quoted_micros" value="')[2].partition('"')[0]
    return _cpu(client, f"/runs/{run.key}/extend/", asked | {"quoted_micros": price}, 302)


def _cpu(client, address, typed, status):
    began = time.process_time()
    answer = client.post(address, typed)
    spent = time.process_time() - began
    assert answer.status_code == status, answer.content.decode()[:2000]
    return spent


if __name__ == "__main__":
    main()
