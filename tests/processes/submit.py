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
    from gallery.models.keys import random_key
    from gallery.services.runs import submission

    owner, _ = User.objects.get_or_create(username="olga")
    submitted = {"values": {"prompt": prompt}, "models": ["flux-2-klein-4b"], "seed": f"1..{images}"}
    run = submission.submit_run(owner=owner, nonce=random_key(), **submitted)
    if wake:
        tasks.wake_workers(run.size)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
