"""Past prompts at different sizes: the list, the search, and what remembering one costs a press.

python -m tests.benchmarks.prompts [--sizes 1000 100000] [--times 15]
"""

import argparse
import random
from datetime import timedelta

from tests.benchmarks import measuring, stand

WORDS = (
    "quiet", "harbour", "dusk", "lamp", "pier", "vase", "plinth", "olive", "poster", "grotesque", "dune", "ridge",
    "haze", "linen", "slate", "macro",
)  # fmt: skip
CHUNK = 20_000
RARE = "heron"  # stands in the oldest prompt only: the search reads all the others


def main():
    asked = _arguments()
    with stand.scratch() as _:
        measured = [_measure(size, asked.times) for size in asked.sizes]
    names = " / ".join(f"{size:,}" for size in asked.sizes)
    rows = [(what, " / ".join(f"{each[what]:.1f}" for each in measured), goal) for what, goal in GOALS.items()]
    measuring.print_table(f"Past prompts, {names} of one member, ms", rows)


GOALS = {
    "healthz beside": "the floor",
    "first page": "",
    "deep page": "<= 1.2 of the first",
    "search, common word": "",
    "search, a word of the oldest only": "",
    "search, no such word": "",
    "remember one prompt": "",
    "remember 400 prompts": "",
}


def _arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000], help="add 1000000 with some patience")
    parser.add_argument("--times", type=int, default=15)
    return parser.parse_args()


def _measure(size, times):
    from django.utils import timezone

    from gallery.models import User
    from gallery.services.runs import prompt_history

    owner, now = User.objects.create_user(f"owner-{size}"), timezone.now()
    _fill(owner, size, now)
    client = stand.signed_in(owner)
    deep = prompt_history.search_prompts(owner)[int(size * 0.9)]
    place = f"{int(deep.used_at.timestamp() * 1_000_000)}-{deep.key}"

    def get(address):
        return lambda: _answered(client.get(address))

    acts = {
        "healthz beside": get("/healthz"),
        "first page": get("/prompts/"),
        "deep page": get(f"/prompts/?before={place}"),
        "search, common word": get("/prompts/?q=harbour"),
        "search, a word of the oldest only": get(f"/prompts/?q={RARE}"),
        "search, no such word": get("/prompts/?q=zebra"),
        "remember one prompt": lambda: _remember(owner, 1),
        "remember 400 prompts": lambda: _remember(owner, 400),
    }
    return {name: measuring.median_ms(act, times=times) for name, act in acts.items()}


def _answered(response):
    assert response.status_code == 200, response.status_code


def _fill(owner, size, now):
    """Make so many prompts of this owner, as a press makes them: twenty words each, a minute apart."""
    from django.db import transaction

    from gallery.services.runs import prompt_history

    drawn = random.Random(7)
    for start in range(0, size, CHUNK):
        prompts = [
            f"{n} {RARE if n == size - 1 else ''} {' '.join(drawn.choices(WORDS, k=20))}"
            for n in range(start, min(size, start + CHUNK))
        ]
        with transaction.atomic():
            prompt_history.remember_prompts(prompts, owner=owner, at=now - timedelta(minutes=start))


def _remember(owner, count):
    from django.db import transaction
    from django.utils import timezone

    from gallery.services.runs import prompt_history

    with transaction.atomic():
        prompt_history.remember_prompts([f"again {n}" for n in range(count)], owner=owner, at=timezone.now())


if __name__ == "__main__":
    main()
