"""Submit one run like the studio does, from a process of its own: python -m tests.processes.submit PROMPT IMAGES."""

import os
import sys

import django


def main(prompt, images):
    django.setup()
    submit(prompt, images, wake=os.environ.get("WAKE") == "1")


def submit(prompt, images, *, wake):
    from gallery import tasks
    from gallery.models import User
    from tests.factories import make_run

    owner, _ = User.objects.get_or_create(username="olga")
    run = make_run(owner, prompt=prompt, seed=f"1..{images}", buy_again=False)
    if wake:
        tasks.wake_workers(run.size)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
