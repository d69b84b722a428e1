"""Rows as the application makes them: through the services, so that a test cannot invent an impossible state."""

from gallery.models import Image, Share
from gallery.models.keys import random_key
from gallery.models.shares import Kind
from gallery.services.runs import extension, submission
from gallery.services.runs.plan import RunSpec, plan_run
from gallery.services.shares import shares


def make_run(
    owner, *, prompt="a lighthouse in fog", models=("flux-2-klein-4b",), seed="1..2", project="", nonce=None,
    buy_again=True, **values,
):  # fmt: skip
    """Submit a run like the studio does. Every call is another press, and buys everything it says."""
    values = {"prompt": prompt, **values}
    plan = plan_run(RunSpec(values, list(models), seed, project, buy_again), owner=owner)
    form = {**values, "model": list(models), "seed": seed, "project": project}
    return submission.submit_run(plan, submission.NewRun(nonce=nonce or random_key(), form=form))


def grow(run, *, seen=None, **wish):
    """Let a run grow like its page does, and return how many jobs were added."""
    plan = extension.plan_extension(run, **wish)
    submission.submit_run(plan, extension.Extension(plan, **wish, seen=seen))
    return len(plan.cells)


def make_share(owner, images=None, *, password="", members=(), **rules):
    """Share pictures of the owner (all, unless some are given) by a link that is open."""
    if images is None and rules.get("kind", Kind.IMAGES) == Kind.IMAGES:
        images = list(Image.objects.of(owner).order_by("id"))
    share = Share(owner=owner, **{"title": "Vase studies", "sharer": "Olga L."} | rules)
    return shares.create_share(share, images=images or (), password=password, members=members)


def states(run):
    """Return the states of a run's jobs in their order."""
    return list(run.jobs.order_by("position").values_list("state", flat=True))
