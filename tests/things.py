"""Somebody's things, in every state that a door or a page may ask for."""

from dataclasses import dataclass

from gallery.models import Image, Job, Run
from gallery.models.runs import State
from gallery.services import people
from gallery.simulator import faults
from tests.factories import make_run

SECRET_PROMPT = "a vermilion heron nobody else may read"


@dataclass
class Things:
    """A run with a picture, a call in doubt, a held result, a refusal and a job that waits; and an open invite."""

    run: Run
    image: Image
    doubtful: Job
    held: Job
    token: str


def make_things(owner, *, worker, world):
    run = make_run(owner, prompt=SECRET_PROMPT, seed="1..5", size="64x64", project="Heron & Sons")
    worker.fetch(worker.call())
    world.script(faults.CutBeforeAnswer())
    worker.call()
    world.script_download(faults.WrongType(b"<svg/>", "image/png"))
    worker.fetch(worker.call())
    world.script(faults.Moderated())
    worker.call()
    doubtful, held = run.jobs.get(state=State.UNKNOWN), run.jobs.get(state=State.BLOCKED)
    return Things(run, Image.objects.get(), doubtful, held, people.invite(role="member"))
