"""Somebody's things, in every state that a door or a page may ask for."""

from dataclasses import dataclass

from django.utils import timezone

from gallery.models import (
    Adjustment,
    BulkAct,
    Comparison,
    Guest,
    Image,
    Job,
    NamedSize,
    Preset,
    PromptTemplate,
    Reference,
    Run,
    SavedSearch,
    Selection,
    Share,
    Sheet,
    Statement,
    User,
)
from gallery.models.costs.statements import Kind
from gallery.models.operations.bulk import Verb
from gallery.models.runs import State
from gallery.models.shares import Download
from gallery.services.accounts import invites
from gallery.services.bulk import acts
from gallery.services.collections import collections, items, smart, tags
from gallery.services.compare import comparisons
from gallery.services.contact_sheets import sheets
from gallery.services.library import saved_items
from gallery.services.reconciliation import adjustments
from gallery.services.references.keeping import keep_upload
from gallery.services.shares import feedback, shares
from gallery.simulator import faults
from tests.factories import make_run, make_share
from tests.references.pictures import picture_file

SECRET_PROMPT = "a vermilion heron nobody else may read"


@dataclass
class Things:
    """A run with a picture, a call in doubt, a held result, a refusal, a job that waits; a sheet, an invite, a link.

    `kept`: a preset and a template by their kind, nobody else's, and as `preset-restore` one that was deleted.
    """

    run: Run
    image: Image
    uncertain: Job
    held: Job
    sheet: Sheet
    token: str
    share: Share
    guest: Guest
    kept: dict
    comparison: Comparison  # of the picture and its twin
    twin: Image
    statement: Statement
    adjustment: Adjustment
    reference: Reference  # of a GIF, which the gallery keeps as given too
    size: NamedSize
    sorted: dict  # a tag and a collection with the picture, and as `tag-restore` ... those that were deleted
    search: SavedSearch
    bulk_act: BulkAct  # on all pictures, which no worker has begun

    @property
    def link(self):
        """The token of the share, as it was made."""
        return shares.token_of(self.share)


def make_statement():
    """Make a statement of the provider without a charge in it; its day has a remainder."""
    day = timezone.localdate()
    statement = Statement.objects.create(source="csv", name="usage.csv", start=day, end=day, created_by="ada")
    statement.differences.create(kind=Kind.TOTAL, day=day, books_micros=0, provider_micros=10_000)
    return statement


def make_adjustment():
    return adjustments.book_adjustment(
        micros=40_000, day=timezone.localdate(), reason="as invoiced", by=User(username="ada")
    )


def make_things(owner, *, worker, world):
    make_run(owner, prompt=SECRET_PROMPT, seed="9", size="64x64")
    worker.work()
    twin = Image.objects.get()
    run = make_run(owner, prompt=SECRET_PROMPT, seed="1..5", size="64x64", project="Heron & Sons")
    worker.fetch(worker.call())
    world.script(faults.CutBeforeAnswer())
    worker.call()
    world.script_download(faults.WrongType(b"<svg/>", "image/png"))
    worker.fetch(worker.call())
    world.script(faults.Moderated())
    worker.call()
    uncertain, held = run.jobs.get(state=State.UNKNOWN), run.jobs.get(state=State.BLOCKED)
    sheet = sheets.request_sheet(run, edge=256, image_format="jpeg")
    sheets.draw_next_part()
    share = make_share(owner, answers_open=True, download=Download.RECIPE)
    guest = feedback.create_guest(share, name="Gunnar of the client", address="192.0.2.7")
    token = invites.create_invite(role="member")
    image = run.jobs.get(images__isnull=False).images.get()
    comparison = comparisons.save_comparison([image, twin], owner=owner, name="Herons")
    return Things(
        run, image, uncertain, held, sheet, token, share, guest, make_kept(owner), comparison, twin, make_statement(),
        make_adjustment(), keep_upload(picture_file("GIF"), name=f"{SECRET_PROMPT}.gif", owner=owner),
        NamedSize.objects.create(name="Door plate", width=600, height=200), make_sorted(owner, image),
        SavedSearch.objects.create(owner=owner, name="Herons", query="seed=9"),
        acts.begin_act(Selection(owner=owner, query=""), Verb.TRASH, owner=owner, said="Moved to the trash"),
    )  # fmt: skip


def make_sorted(owner, image):
    found = {name: tags.tag_images([image], [f"Heron, {name}"], user=owner).tags[0] for name in ("tag", "tag-restore")}
    tags.delete_tag(found["tag-restore"])
    for name in ("collection", "collection-restore"):
        found[name] = collections.make_collection(owner=owner, name=f"Herons, {name}", note=SECRET_PROMPT)
        items.add_images(found[name], [image], by=owner)
    collections.delete_collection(found["collection-restore"])
    found["collection-rules"] = collections.make_collection(owner=owner, name="Fills itself", rules=smart.new_rules(""))
    return found


def make_kept(owner):
    contents = {
        "preset": (Preset, {"form": {"prompt": SECRET_PROMPT, "model": ["flux-2-pro"], "seed": "1..3"}, "images": 3}),
        "template": (PromptTemplate, {"prompt": f"{SECRET_PROMPT}, {{{{light}}}}"}),
    }
    kept = {}
    for kind, (model, content) in contents.items():
        for name in (kind, f"{kind}-restore"):
            kept[name] = saved_items.add_item(model, owner=owner, name=f"Heron of {name}", **content)
        saved_items.delete_item(kept[f"{kind}-restore"])
    return kept
