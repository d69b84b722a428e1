"""A guest with an old phone: everything can be read, answered and compared. Menus of members are no holes either."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from gallery.models import Share
from gallery.services.shares import shares
from tests.browser.old_engines import age
from tests.factories import make_share
from tests.things import make_things

pytestmark = pytest.mark.django_db(transaction=True)

CONTRAST = 4.5
# Texts that are seen and stand on plain grounds, with too little between the two colours.
UNREADABLE = """(least) => {
  const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = (top, under) => [0, 1, 2].map((n) => top[n] * top[3] + under[n] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.map((each) => linear(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const chosen = document.documentElement.dataset.theme;
  const canvas = chosen ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const ground = (element) => {
    if (!element) return canvas === "dark" ? [18, 18, 18, 1] : [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  const said = (element) => element.matches("input:not([type=checkbox], [type=radio], [type=hidden]), textarea, select")
    || [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  return [...document.querySelectorAll("body *")].filter((element) => said(element)
    && !element.closest("script, style, noscript, template, .sr, .mark, .skip, option")
    && element.getClientRects().length && getComputedStyle(element).visibility === "visible").map((element) => {
      const under = ground(element);
      const ink = over(parse(getComputedStyle(element).color), under);
      const [dark, bright] = [light(ink), light(under)].sort((a, b) => a - b);
      return [(bright + 0.05) / (dark + 0.05), element];
    }).filter(([contrast]) => contrast < least)
    .map(([contrast, element]) => `${contrast.toFixed(2)} ${element.outerHTML.slice(0, 120)}`);
}"""


@pytest.fixture
def things(owner, worker, provider_server, world):
    return make_things(owner, worker=worker, world=world)


@pytest.fixture
def old(browser):
    """A phone of 2021, without an account."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    age(context)
    page = context.new_page()
    page.heard = []
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    yield page
    context.close()


def test_what_visitors_see_can_be_read(old, live_server, things):
    locked = make_share(things.run.owner, password="open sesame")
    whole = make_share(things.run.owner, answers_open=True, download="recipe", show_prompt=True, show_seed=True)
    token = shares.token_of(whole)
    wrong = {}
    for path in (
        reverse("account_login"), reverse("account_reset_password"), reverse("welcome", args=[things.token]),
        reverse("shared", args=[things.link]), reverse("shared-picture", args=[things.link, things.image.key]),
        reverse("shared-compare", args=[things.link]), reverse("shared", args=[shares.token_of(locked)]),
        reverse("shared", args=[token]), reverse("shared-compare", args=[token]), reverse("shared", args=["gone"]),
        "/nothing/here/",
    ):  # fmt: skip
        for theme in ("light", "dark"):
            old.emulate_media(color_scheme=theme)
            old.goto(live_server.url + path)
            ground = old.evaluate("getComputedStyle(document.body).backgroundColor")
            assert ground == {"light": "rgb(240, 240, 240)", "dark": "rgb(14, 14, 14)"}[theme]
            wide = old.evaluate("document.documentElement.scrollWidth > innerWidth")
            wrong[theme, path] = old.evaluate(UNREADABLE, CONTRAST) + ["scrolls sideways"] * wide
    assert {page: found for page, found in wrong.items() if found} == {}
    assert old.heard == []


def test_a_chosen_theme_holds_against_the_system(old, live_server):
    old.emulate_media(color_scheme="dark")
    old.goto(live_server.url + reverse("account_login"))
    old.evaluate("localStorage.setItem('fluxweb:theme', 'light')")
    old.reload()
    assert old.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(240, 240, 240)"
    assert old.evaluate(UNREADABLE, CONTRAST) == []


def test_a_guest_answers_with_an_old_phone(old, live_server, things):
    token = shares.token_of(make_share(things.run.owner, answers_open=True))
    old.goto(live_server.url + reverse("shared", args=[token]))
    tile = old.locator(".tile a").first
    assert tile.bounding_box()["height"] > 80
    tile.click()
    expect(old.locator("main > .viewer")).to_be_visible()  # no lightbox there: the picture's own page
    field = old.get_by_label("Comment")
    assert field.evaluate("(field) => getComputedStyle(field).borderTopWidth") == "1px"
    assert old.evaluate(UNREADABLE, CONTRAST) == []
    old.get_by_label("Your name").fill("Nora")
    old.get_by_role("radio", name="4").check()
    field.fill("Softer light?")
    old.get_by_role("button", name="Send").click()
    expect(old.get_by_role("status")).to_contain_text("Kept.")
    assert Share.objects.latest("pk").guests.get().feedback.get().stars == 4
    assert old.heard == []


def test_a_guest_compares_with_an_old_phone(old, live_server, things):
    token = shares.token_of(make_share(things.run.owner))
    old.goto(live_server.url + reverse("shared", args=[token]))
    for box in old.locator(".tick input").all()[:2]:
        box.check()
    old.keyboard.press("c")
    expect(old.locator(".pane")).to_have_count(2)
    expect(old.locator("#zoom")).to_contain_text("%")
    assert old.heard == []


def test_menus_of_members_are_seen_without_new_functions(browser, live_server, owner_client, cookie):
    context = browser.new_context(color_scheme="dark")
    age(context, functions_only=True)
    context.add_cookies([cookie(owner_client)])
    page = context.new_page()
    page.goto(live_server.url)
    menu = page.locator("details.menu").first
    menu.locator("summary").click()
    assert menu.locator("> div").evaluate("(box) => getComputedStyle(box).backgroundColor") == "rgb(34, 34, 34)"
    assert page.evaluate(UNREADABLE, CONTRAST) == []
    context.close()
