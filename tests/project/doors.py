"""Every address of the project by its name, as the resolver knows it, and how a test opens it."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse

from gallery.services.budgets import budgets
from gallery.services.shares.image_keys import key_in

RUN_FORM = {"prompt": "a door", "model": "flux-2-klein-4b", "seed": "1", "size": "64x64", "nonce": "a press"}
SHARE_FORM = {"title": "A door", "never": "on", "download": "off", "audience": "link"}
PASSWORD = "a long password"  # of everybody in these tests

# What a sound request sends; the others need nothing.
FORMS = {
    "studio": RUN_FORM,
    "studio-check": RUN_FORM,
    "studio-review": RUN_FORM,
    "studio-fill": RUN_FORM,
    "studio-new": RUN_FORM,
    "run-sheets": {"edge": "512", "format": "png"},
    "batch": {"rows": "a door", "model": "flux-2-klein-4b", "seed": "1", "shape": "64x64", "start": "1"},
    "run-extend": {"model": "flux-2-klein-9b", "size": "5", "quoted_micros": "50000"},  # of the things' run
    "preset-save": {**RUN_FORM, "name": "a door"},
    "preset": {"name": "another door"},
    "template-new": {"name": "a door", "prompt": "a {{colour}} door"},
    "template-edit": {"name": "a gate", "prompt": "a {{colour}} gate"},
    "template-use": {"fill-1": "at dusk"},
    "collection-new": {"name": "Doors"},
    "collection-rules": {"do": "add", "query": "/gallery/?stars=5"},
    "collection-change": {"name": "Gates", "note": "for the client"},
    "tag": {"name": "a heron"},
    "tag-merge": {"name": "another heron"},
    "image-repeat": {"nonce": "once more", "quoted_micros": "10000"},
    "image-more": {"nonce": "four more", "quoted_micros": "40000", "seeds": "4"},
    "job-settle": {"as": "charged"},
    "job-release": {"drop": "1"},
    "gate-pause": {"reason": "a look at the books"},
    "budgets": {"whose": "team", "period": "month", "limit_micros": "100"},
    "budget-change": {"limit_micros": "200"},
    "prices": {
        "model": "flux-2-pro",
        "starts": "2099-01-01",
        "ours_micros": "0.04",
        "official_first_micros": "0.03",
        "official_further_micros": "0.015",
        "official_input_micros": "0.015",
        "source": "an invoice",
    },
    "sizes": {"name": "A door", "size": "700x2100", "format": "png", "fit": "crop"},
    "size-change": {"name": "A gate", "size": "2100x700", "format": "png", "fit": "crop", "position": "1"},
    "prices-terms": {"terms-starts": "2026-01-01", "terms-bonus": "15", "terms-source": "an invoice"},
    "share-change": SHARE_FORM,
    "shared-unlock": {"password": "anything"},
    "shared-answer": {"name": "Nora", "stars": "4"},
    "welcome": {"username": "nora", "password1": "correct horse battery", "password2": "correct horse battery"},
    "account_login": {"login": "olga", "password": PASSWORD},
    "account_reauthenticate": {"password": PASSWORD},
    "account_change_password": {"oldpassword": PASSWORD, "password1": "another pass", "password2": "another pass"},
    "account_reset_password": {"email": "olga@example.com"},
}
KEPT_LISTS = ("presets", "preset-save", "templates", "template-new", "templates-export", "templates-import")


def names():
    """Name every address of the project. Django's own admin counts as one."""
    return list(dict.fromkeys(_walk(get_resolver())))  # some of allauth's have a view of ours before theirs


def _walk(resolver):
    for pattern in resolver.url_patterns:
        if getattr(pattern, "namespace", None) == "admin":
            yield "admin:index"
        elif hasattr(pattern, "url_patterns"):
            yield from _walk(pattern)
        else:
            yield pattern.name


def form(name, things):
    """Write what a sound request sends to a door, with the keys of the owner's things in it."""
    both = [things.image.key, things.twin.key]
    keyed = {
        "templates-import": {"file": SimpleUploadedFile("templates.json", b'[{"name": "Gate", "prompt": "a gate"}]')},
        "marks": {"image": both, "verdict": "pick"},
        **{f"selection-{to}": {"image": both} for to in ("compare", "edit", "download")},
        "shared-choose": {"picture": key_in(things.share, things.image)},
        "tags-put": {"image": both, "tag": "heron, dawn"},
        "tags-undo": {"put": f"{things.sorted['tag'].key}:{both[0]}"},
        "tag-off": {"image": both},
        "collections-put": {"image": both, "name": "More herons"},
        "collection-put-back": {"was": f"{both[1]}:7"},
        "collection-take-out": {"image": both[1]},
        "collection-move": {"image": both[0], "to": "last"},
        "collection-cover": {"image": both[0]},
        "marks-restore": {"was": f"{both[0]}:maybe:3:1"},
        "trash-add": {"image": both},
        "trash-restore": {"image": both},
        "trash-empty": {"image": both},
        "compare-save": {"image": both, "name": "Two herons"},
        "compare-pairs": {"better": both[0], "worse": both[1]},
        "costs-statement-add": {"file": SimpleUploadedFile("usage.csv", b"time,usd\n2026-11-25 10:00,0.01")},
        "share-new": {"image": things.image.key, **SHARE_FORM},
        "reference": {"title": "a heron"},
        "references": {"reference_image": things.image.key},
        "studio-recipe": {"recipe_image": things.image.key},
    }
    return keyed.get(name) or FORMS.get(name)


def address(name, things):
    """Write the address of a door, with the keys of the owner's things in it."""
    keys = {
        "job-cancel": [things.uncertain.key],
        "job-resume": [things.uncertain.key],
        "job-again": [things.uncertain.key],
        "job-settle": [things.uncertain.key],
        "job-release": [things.held.key],
        "job-file": [things.held.key],
        "job-look": [things.held.key],
        "welcome": [things.token],
        "shared": [things.link],
        "shared-nothing": [things.link, "else"],
        "share-guest-delete": [things.share.key, things.guest.key],
        "account_confirm_email": ["nothing"],
        "account_reset_password_from_key": ["1", "nothing"],
    }
    if name.startswith("run") and name != "runs":
        keys[name] = [things.run.key]
    if name in ("shared-unlock", "shared-choose", "shared-compare", "shared-card", "shared-zip"):
        keys[name] = [things.link]
    elif name.startswith("shared-") and name != "shared-nothing":
        keys[name] = [things.link, key_in(things.share, things.image), *([1] if name == "shared-input" else [])]
    elif name == "share" or (name.startswith("share-") and name not in ("share-new", "share-guest-delete")):
        keys[name] = [things.share.key]
    if name.startswith(("preset", "template")) and name not in KEPT_LISTS:
        keys[name] = [things.kept.get(name, things.kept[name.partition("-")[0]]).key]
    if name.startswith("collection") and name not in ("collections", "collection-new", "collections-put"):
        keys[name] = [things.sorted.get(name, things.sorted["collection"]).key]
    if name == "tag" or name.startswith("tag-"):
        keys[name] = [things.sorted.get(name, things.sorted["tag"]).key]
    if name.startswith("budget-"):
        keys[name] = [_budget_of(things.run.owner).key]
    if name.startswith("costs-statement") and name.removeprefix("costs-statement") in (
        "", "-read", "-decide", "-withdraw", "-dates", "-remainder",
    ):  # fmt: skip
        remainder = things.statement.differences.filter(kind="total").values_list("key", flat=True)
        keys[name] = [things.statement.key, *(remainder[:1] if name.endswith("remainder") else [])]
    if name == "costs-adjustment-back":
        keys[name] = [things.adjustment.key]
    if name.startswith("image"):
        keys[name] = [things.image.key]
    if name.startswith("reference-") or name == "reference":
        keys[name] = [things.reference.key]
    if name.startswith("bulk-act") and name != "bulk-acts":
        keys[name] = [things.bulk_act.key]
    if name.startswith("search-"):
        keys[name] = [things.search.key]
    if name.startswith("size-"):
        keys[name] = [things.size.key]
    if name.startswith("sheet"):
        keys[name] = [things.sheet.key, *([1] if name == "sheet-part" else [])]
    if name.startswith("comparison"):
        keys[name] = [things.comparison.key]
    asks = name in ("compare", "compare-pairs", "download", "download-zip")
    query = f"?image={things.image.key}&image={things.twin.key}" if asks else ""
    query += {"image-as": "?size=32x16", "download-zip": "&size=32x16"}.get(name, "")
    return reverse(name, args=keys.get(name)) + query


def _budget_of(member):
    """Return a budget in force, another one if it was ended meanwhile."""
    facts = {"owner": member, "period": "month", "limit_micros": 20_000_000}
    return member.budgets.in_force().first() or budgets.make_budget(by=member, **facts)


def content_of(response):
    """Read a response whole, files too, and let its file go."""
    content = response.getvalue()
    response.close()
    return content


def read_whole(response):
    """Read a response at once, as its `whole`: a download makes way for the next one of the same files."""
    response.whole = content_of(response)
    return response
