"""An owner and a guest, each in a browser of their own: shared, opened, compared, answered, closed."""

import re

import pytest
from playwright.sync_api import expect

from gallery.models import Image, Share
from gallery.services.shares import feedback, shares
from tests.browser.test_every_page import findings
from tests.conftest import signed_in
from tests.factories import make_run, make_share

pytestmark = pytest.mark.django_db(transaction=True)

SCREENS = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}


@pytest.fixture
def pictures(owner, worker, provider_server):
    make_run(owner, prompt="a vase", seed="1..4", size="64x96")
    worker.work()
    return list(Image.objects.order_by("id"))


@pytest.fixture(params=SCREENS)
def guest(request, browser):
    """Another browser, without an account; on a phone it is touched."""
    context = browser.new_context(viewport=SCREENS[request.param], has_touch=request.param == "phone")
    page = context.new_page()
    page.heard = []
    page.on("console", lambda said: page.heard.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    yield page
    context.close()


def test_from_the_picture_to_the_client_and_back(studio, guest, live_server, pictures, settings, complaints):
    settings.PUBLIC_URL = live_server.url
    page = studio
    page.goto(f"{live_server.url}/gallery/")
    for box in page.locator(".tick input").all()[:3]:
        box.check(force=True)
    page.locator("#selection").get_by_role("button", name="Share").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Share 3 pictures")
    page.get_by_label("Title").fill("Vase studies")
    page.get_by_label("Password").fill("open sesame")
    page.get_by_label("Guests may answer").check()
    page.get_by_label("Clean files").check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vase studies")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")

    guest.goto(address)
    assert "Vase studies" not in guest.content()
    guest.get_by_label("Password").fill("close sesame")
    guest.get_by_role("button", name="Open").click()
    expect(guest.locator(".why")).to_have_text("That is not the password.")
    guest.get_by_label("Password").fill("open sesame")
    guest.get_by_role("button", name="Open").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Vase studies")
    expect(guest.locator(".tile img")).to_have_count(3)
    assert guest.locator(".tile a").first.bounding_box()["height"] > 80
    width = guest.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]

    guest.wait_for_load_state()  # before its scripts a tile leads to a page of its own
    guest.locator(".tile a").nth(1).click()
    viewer = guest.locator("dialog[open] .viewer")
    expect(viewer).to_contain_text("2 of 3")
    guest.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("3 of 3")
    guest.keyboard.press("ArrowLeft")
    expect(viewer).to_contain_text("2 of 3")
    guest.get_by_label("Your name").fill("Nora")
    guest.get_by_label("A favourite").check()
    guest.get_by_role("radio", name="4").check()
    guest.get_by_label("Comment").fill("Softer <b>light</b>?")
    guest.get_by_role("button", name="Send").click()
    expect(guest.get_by_role("status")).to_contain_text("Kept.")
    with guest.expect_download() as download:
        guest.get_by_role("link", name="Download", exact=True).click()
    assert re.fullmatch(r"vase-studies-flux-2-klein-4b-[\w-]{6}\.jpg", download.value.suggested_filename)
    guest.get_by_role("button", name="Close").click()
    expect(guest.locator(".tile").nth(1).locator(".mark")).to_contain_text("a favourite")

    page.goto(f"{live_server.url}/gallery/")
    page.get_by_role("link", name="Shares 1 new answer").click()
    page.get_by_role("link", name="Vase studies").last.click()
    expect(page.get_by_role("heading", name="Nora")).to_be_visible()
    expect(page.locator("blockquote")).to_have_text("Softer <b>light</b>?")
    page.get_by_role("button", name="Revoke").click()

    guest.locator(".tile a").first.click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    assert guest.goto(address).status == 404
    assert [said for said in guest.heard if "404" not in said] == []
    assert complaints == []


def test_a_guest_compares_and_all_panes_follow(guest, live_server, owner, pictures):
    share = make_share(owner, pictures)
    guest.goto(live_server.url + f"/s/{shares.token_of(share)}/")
    for box in guest.locator(".tick input").all()[:2]:
        box.check(force=True)
    guest.keyboard.press("c")
    expect(guest.locator(".pane")).to_have_count(2)
    transforms = "[...document.querySelectorAll('.pane img.placed')].map((image) => image.style.transform)"
    expect(guest.locator("#zoom")).to_contain_text("%")
    before = guest.evaluate(transforms)
    box = guest.locator(".view").first.bounding_box()
    guest.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    guest.mouse.wheel(0, -400)
    expect(guest.locator("body")).to_have_class(re.compile("zoomed"))
    after = guest.evaluate(transforms)
    assert after[0] != before[0]
    assert len(set(after)) == 1  # both panes show the same part
    guest.keyboard.press("0")
    expect(guest.locator("body")).not_to_have_class(re.compile("zoomed"))
    assert guest.heard == []


def test_without_script_a_guest_sees_and_answers_too(browser, live_server, owner, pictures):
    context = browser.new_context(java_script_enabled=False)
    guest = context.new_page()
    share = make_share(owner, pictures, answers_open=True, password="open sesame")
    guest.goto(f"{live_server.url}/s/{shares.token_of(share)}/")
    guest.get_by_label("Password").fill("open sesame")
    guest.get_by_role("button", name="Open").click()
    guest.locator(".tile a").first.click()
    guest.get_by_label("Your name").fill("Otto")
    guest.get_by_role("radio", name="5").check()
    guest.get_by_role("button", name="Send").click()
    expect(guest.get_by_role("radio", name="5")).to_be_checked()
    assert Share.objects.get().guests.get().feedback.get().stars == 5
    context.close()


def test_axe_finds_nothing_in_the_lightbox(page, live_server, owner, pictures):
    share = make_share(owner, pictures, answers_open=True, download="recipe", show_prompt=True, show_seed=True)
    page.goto(f"{live_server.url}/s/{shares.token_of(share)}/")
    page.locator(".tile a").first.click()
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    assert findings(page) == []


def test_axe_finds_nothing_in_links_with_answers_and_problems(page, live_server, owner, admin, pictures, cookie):
    share = make_share(owner, pictures, answers_open=True, label="client A")
    guest = feedback.create_guest(share, name="Nora", address="192.0.2.7")
    feedback.save_feedback(guest, pictures[0], favourite=True, stars=4, comment="this one")
    page.context.add_cookies([cookie(signed_in(owner))])
    wrong = []
    for path in ("/shares/", f"/shares/{share.key}/", f"/shares/{share.key}/change/"):
        page.goto(live_server.url + path)
        wrong += findings(page)
    page.get_by_label("Title").fill("")
    page.get_by_role("button", name="Change it").click()
    expect(page.locator(".why")).to_be_visible()
    wrong += findings(page)
    page.context.add_cookies([cookie(signed_in(admin))])
    page.goto(live_server.url + "/shares/all/")
    assert wrong + findings(page) == []
