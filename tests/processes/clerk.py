"""A process that stays: looks after the town when asked, so that waiting does not start Python again and again.

Reads one line of JSON, [word, *arguments], and prints one; a word it does not know ends it.
"""

import json
import sys

import django

from fluxweb.broker import PatientStorage
from tests.processes.submit import submit


def main():
    django.setup()
    from django.db import connection

    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        word, *arguments = json.loads(line)
        if word not in ANSWERS:
            break
        print(json.dumps(ANSWERS[word](*arguments)), flush=True)  # noqa: T201
        connection.close()


def jobs():
    """The books: the lines of `manage.py jobs --format jsonl`."""
    from gallery.services.ledger import job_export

    return list(job_export.export_lines())


def wipe():
    """Delete everything huey keeps; tell how many wake-ups were among it."""
    from gallery.tasks import queue

    pending = queue.pending_count()
    queue.flush()
    return pending


def takers():
    """How many of the broker's clients wait for a wake-up: it hands them the next ones even while they are frozen."""
    from gallery.tasks import queue

    storage = queue.storage
    if not isinstance(storage, PatientStorage):
        return 0
    own = str(storage.pool.connection_kwargs["db"])
    return sum(each["db"] == own and "b" in each["flags"] for each in storage.conn.client_list())


def key_gate():
    """The gate of the key: whether it is paused, and until when it is closed (seconds since 1970)."""
    from gallery.models import Gate
    from gallery.models.calls import KEY_GATE

    gate = Gate.objects.get(name=KEY_GATE)
    return {"paused": gate.paused, "closed_until": gate.closed_until.timestamp() if gate.closed_until else 0}


def resume():
    """Open the key's gate, as an admin does."""
    from gallery.models.calls import KEY_GATE
    from gallery.services.jobs import gates

    return gates.resume_gate(KEY_GATE)


def budget():
    """Give the team a budget for three of the pictures that the town asks for."""
    from gallery.models import User
    from gallery.models.costs.budgets import Period
    from gallery.services.budgets import budgets

    lead = User.objects.get_or_create(username="lena", role="lead")[0]
    return budgets.make_budget(by=lead, period=Period.ONCE, limit_micros=30_000).key


def sums():
    """What `manage.py spending` would find wrong."""
    from gallery.services.ledger import budget_counters, entries

    with entries.frozen():
        return len(budget_counters.find_counter_differences()) + len(entries.find_differences())


def heartbeat():
    """The latest sign of life of any worker (seconds since 1970), 0 if there is none."""
    from gallery.models import Worker

    worker = Worker.objects.order_by("heartbeat_at").last()
    return worker.heartbeat_at.timestamp() if worker else 0


def press(prompt, images, wake):
    """Submit one run like the studio does, and tell the workers if `wake`."""
    submit(prompt, images, wake=wake)
    return 0


def session():
    """The session of olga, signed in."""
    from django.conf import settings
    from django.test import Client

    from gallery.models import User

    browser = Client()
    browser.force_login(User.objects.get_or_create(username="olga")[0])
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def fill(images):
    """Give olga so many finished pictures; all of them show one."""
    from gallery.models import User
    from gallery.services.demo_data.filling import fill_gallery
    from gallery.services.demo_data.samples import store_sample
    from gallery.simulator.drawing import pictures

    what = {"model": "flux-2-pro", "prompt": "a lighthouse in fog, the lamp just lit, seen from the pier", "seed": 7}
    drawn = pictures.render(**what, width=256, height=192, parameters={})
    content = pictures.encode(drawn, "jpeg")
    sample = store_sample(what.pop("prompt"), **what, size="256x192", content=content)
    owner = User.objects.get_or_create(username="olga")[0]
    return sum(1 for _ in fill_gallery(owner, [sample], images=images))


def find(text):
    """How many pictures a search finds."""
    from gallery.models import Image
    from gallery.services.search.finding import find_images

    return len(find_images(Image.objects.kept(), text)[:60])


ANSWERS = {
    each.__name__: each
    for each in (jobs, wipe, takers, key_gate, resume, budget, sums, heartbeat, session, press, fill, find)
}

if __name__ == "__main__":
    main()
