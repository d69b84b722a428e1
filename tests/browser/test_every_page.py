"""Every page, in both themes, on a phone and on a desk: axe finds nothing, nothing scrolls sideways."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from gallery.models.calls import KEY_GATE
from gallery.models.costs.budgets import Period
from gallery.services.budgets import budgets
from gallery.services.jobs import gates
from gallery.services.paid_calls import claims
from gallery.services.shares import shares
from tests.conftest import signed_in
from tests.factories import make_run, make_share
from tests.things import make_things

pytestmark = pytest.mark.django_db(transaction=True)

# Each theme once and each width once: colours do not depend on the width, nor sizes on the theme.
VIEWS = (("light", 360), ("dark", 1440))
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,  # imported sheets would be written into the page, which its content policy forbids
}
# What depends on the theme or the width is asked in both views; all else is the same page and asked once.
OF_THE_VIEW = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
SECOND = {**RULES, "runOnly": OF_THE_VIEW}
# The parts of the studio scroll each for itself: as tall as the tallest of them, and what stands above.
DRAWN = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
MEASURES = """() => {
  const { scrollWidth, clientWidth, scrollHeight } = document.documentElement;
  const parts = [...document.querySelectorAll(".studio > *")].map((part) => part.scrollHeight + 200);
  return [scrollWidth, clientWidth, Math.max(scrollHeight, ...parts)];
}"""


@pytest.fixture
def things(owner, worker, provider_server, world):
    return make_things(owner, worker=worker, world=world)


def findings(page):
    """Look at the open page in both themes, on a phone and on a desk; list what is wrong with it."""
    found = []
    for view, (theme, width) in enumerate(VIEWS):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(DRAWN)  # what a script lays out has heard of the new size
        wide, window, tall = page.evaluate(MEASURES)
        # As tall as the page: what sticks to the bottom then covers nothing, which axe would take for too small.
        page.set_viewport_size({"width": width, "height": max(900, tall)})
        found += [f"{wide} px wide of {window}"] if wide > window else []
        found += [f"{theme}, {window} px: {each}" for each in _axe(page, RULES if view == 0 else SECOND)]
    return found


def _axe(page, rules):
    for violation in Axe().run(page, options=rules).response["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['html'][:150]} {node['failureSummary'][-120:]}"


def test_the_pages_of_visitors(page, live_server, things):
    wrong = {}
    locked = make_share(things.run.owner, password="open sesame")
    for path in (
        reverse("account_login"),
        reverse("account_reset_password"),
        reverse("account_reset_password_done"),
        reverse("account_reset_password_from_key", args=["1", "gone"]),
        reverse("account_signup"),
        reverse("account_inactive"),
        reverse("welcome", args=[things.token]),
        reverse("welcome", args=["gone"]),
        reverse("shared", args=[things.link]),
        reverse("shared-picture", args=[things.link, things.image.key]),
        reverse("shared-compare", args=[things.link]),
        reverse("shared", args=[shares.token_of(locked)]),
        reverse("shared", args=["gone"]),
        "/nothing/here/",
    ):
        page.goto(live_server.url + path)
        wrong[path] = findings(page)
    page.goto(live_server.url + reverse("welcome", args=[things.token]))
    page.get_by_role("textbox", name="Username").fill("two words")
    page.get_by_role("button", name="Create account").click()
    wrong["welcome with errors"] = findings(page)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_the_pages_of_members(page, live_server, things, owner, cookie):
    page.context.add_cookies([cookie(signed_in(owner))])
    wrong = {}
    for path in (
        "/",
        "/batch/",
        "/runs/",
        reverse("run", args=[things.run.key]),
        "/gallery/",
        "/acts/",
        things.bulk_act.get_absolute_url(),
        "/shares/",
        "/shares/with-me/",
        "/shares/new/?gallery=1",
        reverse("share-new") + f"?image={things.image.key}",
        reverse("share", args=[things.share.key]),
        reverse("share-change", args=[things.share.key]),
        "/prompts/",
        "/presets/",
        reverse("preset", args=[things.kept["preset"].key]),
        "/templates/",
        reverse("template", args=["ready-art-directed-scene-json"]),
        "/templates/new/",
        "/templates/import/",
        reverse("image", args=[things.image.key]),
        reverse("image-as", args=[things.image.key]) + "?size=9x9&focus=left&colour=no&quality=0",
        f"/download/?image={things.image.key}&image={things.twin.key}",
        f"/compare/?image={things.image.key}",
        "/costs/",
        "/costs/?by=day&year=2026",
        "/costs/calls/",
        "/costs/runs/",
        f"/compare/?image={things.image.key}&image={things.twin.key}",
        f"/compare/?image={things.image.key}&image={things.twin.key}#view=slider",
        f"/compare/?image={things.image.key}&image={things.twin.key}&blind=1",
        f"/compare/pairs/?image={things.image.key}&image={things.twin.key}",
        "/compare/",
        "/compare/models/",
        "/queue/",
        "/help/",
        reverse("account_change_password"),
        reverse("account_logout"),
        reverse("account_email"),
        "/nothing/here/",
    ):
        page.goto(live_server.url + path)
        wrong[path] = findings(page)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_the_studio_with_everything_open_and_everything_wrong(page, live_server, owner, cookie):
    page.context.add_cookies([cookie(signed_in(owner))])
    page.goto(live_server.url)
    wrong = findings(page)
    page.locator('input[value="flux-2-flex"]').check()
    page.get_by_role("textbox", name="Prompt").fill('{"scene": "a door in #ff8800"}')
    page.get_by_label("Seeds").fill("many")
    for details in page.locator("#compose details:not([open]) > summary").all()[::-1]:
        details.click()
    page.get_by_label("Width").fill("1920")
    page.get_by_label("Height").fill("1080")
    page.locator("#id_steps").fill("99")
    page.locator("#generate").click()
    expect(page.locator("#why-height")).to_be_visible()
    assert wrong + findings(page) == []


def test_what_is_picked_over_the_studio(page, live_server, things, owner, cookie):
    page.context.add_cookies([cookie(signed_in(owner))])
    page.goto(live_server.url)
    wrong = []
    for name in ("Past prompts", "Presets", "Templates"):
        page.locator(".pickers").get_by_role("link", name=name).click()
        expect(page.locator("#picker").get_by_role("heading", level=2, name=name)).to_be_visible()
        wrong += findings(page)
        page.keyboard.press("Escape")
    page.locator(".pickers").get_by_role("link", name="Templates").click()
    page.get_by_role("link", name="Ready-made").click()
    page.get_by_role("link", name="Typography poster").click()
    expect(page.get_by_role("heading", name="Typography poster")).to_be_visible()
    wrong += findings(page)
    assert wrong == []


def test_several_values_and_their_review(page, live_server, owner, cookie):
    page.context.add_cookies([cookie(signed_in(owner))])
    page.goto(live_server.url)
    page.get_by_role("textbox", name="Prompt").fill("a {red|blue|green} door")
    page.get_by_label("Seeds").fill("1..20")
    page.get_by_text("Other ratios").click()
    page.get_by_label("Several shapes").check()
    page.get_by_text("3 prompts ×").click()
    wrong = findings(page)
    page.locator("#values").evaluate("(box) => box.scrollIntoView({ block: 'center' })")  # from under the button
    page.get_by_label("green", exact=True).check(force=True)
    page.get_by_label("green", exact=True).uncheck(force=True)
    page.get_by_role("button", name="Review 60 images").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 60 images")
    page.get_by_text("All 60 images").click()
    assert wrong + findings(page) == []


def test_the_queue_of_an_admin_while_it_is_paused(page, live_server, things, admin, cookie):
    gates.pause_gate(KEY_GATE, reason="a look at the books", by=admin)
    make_run(admin, models=["flux-2-klein-4b", "flux-2-pro"], seed="1..3")
    page.context.add_cookies([cookie(signed_in(admin))])
    page.goto(f"{live_server.url}/queue/")
    wrong = findings(page)
    page.goto(f"{live_server.url}/runs/{admin.runs.get().key}/")
    wrong += findings(page)
    page.goto(f"{live_server.url}/nothing/here/")  # a menu may cover half of a button: here it covers none
    page.get_by_label("Account of ada").click()
    assert wrong + findings(page) == []


def test_budgets_and_prices_of_an_admin_with_one_that_is_used_up(page, live_server, things, owner, admin, cookie):
    for facts in ({}, {"owner": admin}, {"project": things.run.project}):
        budgets.make_budget(by=admin, period=Period.WEEK, limit_micros=25_000_000 if facts else 0, **facts)
    claims.claim_next(None)
    page.context.add_cookies([cookie(signed_in(admin))])
    wrong = []
    for path in ("/costs/budgets/", "/costs/prices/", "/sizes/", "/?seed=1..4&model=flux-2-pro&prompt=a+pier"):
        page.goto(live_server.url + path)
        for details in page.locator(":is(.budgets, .sizes) details > summary").all()[:1]:
            details.click()
        wrong += findings(page)
    expect(page.get_by_label("Let 4 wait for it")).to_be_visible()
    page.context.add_cookies([cookie(signed_in(owner))])
    for path in ("/costs/budgets/", f"/runs/{things.run.key}/"):
        page.goto(live_server.url + path)
        wrong += findings(page)
    assert wrong == []
    page.get_by_text("Decide").first.click()
    assert findings(page) == []


def test_reconciliation_with_something_to_decide(page, live_server, things, admin, cookie, settings):
    settings.FLUX_ACCOUNT_TOKEN = "an-account-token"
    client = signed_in(admin)
    page.context.add_cookies([cookie(client)])
    page.goto(f"{live_server.url}/costs/statements/")
    wrong = findings(page)
    read = client.post(reverse("costs-statement-begin"), {"month": f"{timezone.localdate():%Y-%m}"})
    page.goto(live_server.url + read.url)
    expect(page.get_by_text("In doubt here, charged there").first).to_be_visible()
    assert wrong + findings(page) == []
