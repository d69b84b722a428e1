"""How long a batch takes to be checked and priced, and to be started, as a member's browser sends it.

python -m tests.benchmarks.rows [--rows 2000]
"""

import argparse
import random

from tests.benchmarks import measuring, stand

MODELS = ("flux-2-pro", "flux-2-klein-4b", "flux-2-flex", "flux-kontext-pro", "")
SHAPES = ("16:9", "1024x768", "1:1", "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2000)
    asked = parser.parse_args()
    with stand.scratch(FLUX_API_KEY="x", FLUX_API_URL="http://127.0.0.1:9/v1"):
        client = stand.signed_in(stand.make_owner())
        _let_all_wait()
        tables = [_table(asked.rows, seed=n) for n in range(3)]
        checks = sorted(_seconds(client, table, 200) for table in tables)
        starts = sorted(_seconds(client, table, 302, start="1") for table in tables)
        wrong = _seconds(client, tables[0].replace("seed", "steps", 1), 200)
    measuring.print_table(
        f"A batch of {asked.rows} rows, median of 3",
        [
            ("checked and priced, ms", f"{checks[1] * 1000:.0f}", ""),
            ("started, ms", f"{starts[1] * 1000:.0f}", "<= 2000"),
            ("every line wrong: all listed, ms", f"{wrong * 1000:.0f}", ""),
        ],
    )


def _let_all_wait():
    """Nothing is made here: more waits than one member may have in the line."""
    from django.conf import settings

    settings.WAITING_MAX = 100_000


def _table(rows, *, seed):
    draw = random.Random(seed)
    lines = (
        f'"door {n} of {seed}, half open";{draw.choice(MODELS)};{draw.choice(SHAPES)};{1000 + n}' for n in range(rows)
    )
    return "prompt;model;shape;seed\n" + "\n".join(lines)


def _seconds(client, table, status, **more):
    return measuring.seconds_of(lambda: _post(client, table, status, **more))


def _post(client, table, status, **more):
    typed = {"rows": table, "model": "flux-2-klein-9b", "seed": "1 random", "shape": "1:1"}
    answer = client.post("/batch/", {**typed, **more})
    assert answer.status_code == status, answer.content.decode()[:2000]


if __name__ == "__main__":
    main()
