"""Rows as the application makes them: through the services, so that a test cannot invent an impossible state."""

from gallery.models import Image, Share
from gallery.models.keys import random_key
from gallery.models.shares import Kind
from gallery.services.runs import submission
from gallery.services.shares import shares


def make_run(
    owner, *, prompt="a lighthouse in fog", models=("flux-2-klein-4b",), seed="1..2", project="", nonce=None,
    buy_again=True, **values,
):  # fmt: skip
    """Submit a run like the studio does. Every call is another press, and buys everything it says."""
    return submission.submit_run(
        owner=owner,
        nonce=nonce or random_key(),
        values={"prompt": prompt, **values},
        models=list(models),
        seed=seed,
        project=project,
        buy_again=buy_again,
    )


def make_share(owner, images=None, *, password="", members=(), **rules):
    """Share pictures of the owner (all, unless some are given) by a link that is open."""
    if images is None and rules.get("kind", Kind.IMAGES) == Kind.IMAGES:
        images = list(Image.objects.of(owner).order_by("id"))
    share = Share(owner=owner, **{"title": "Vase studies", "sharer": "Olga L."} | rules)
    return shares.create_share(share, images=images or (), password=password, members=members)


def states(run):
    """Return the states of a run's jobs in their order."""
    return list(run.jobs.order_by("position").values_list("state", flat=True))
