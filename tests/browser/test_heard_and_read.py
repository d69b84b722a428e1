"""What a screen reader says, how keys are called, and what is said where pixels cannot be read."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.things import make_things

pytestmark = pytest.mark.django_db(transaction=True)

ON_A_MAC = """Object.defineProperty(Navigator.prototype, "platform", { get: () => "MacIntel" });
Object.defineProperty(Navigator.prototype, "userAgentData", { get: () => undefined });"""
# Firefox with resistFingerprinting: other bytes at every look. Brave and Safari: a few low bits.
NOISES = {
    "random": "bytes[n] = Math.random() * 256",
    "subtle": "if (n % 400 === 0) bytes[n] ^= 1",
    "white": "bytes[n] = 255",
}
NOISY = """const read = CanvasRenderingContext2D.prototype.getImageData;
CanvasRenderingContext2D.prototype.getImageData = function (...area) {
  const found = read.apply(this, area);
  const bytes = found.data;
  for (let n = 0; n < bytes.length; n += 1) if (n % 4 < 3) { NOISE; }
  return found;
};"""


@pytest.fixture
def twins(owner, worker, provider_server, world):
    things = make_things(owner, worker=worker, world=world)
    return f"/compare/?image={things.image.key}&image={things.twin.key}#view=difference"


@pytest.mark.parametrize("noise", NOISES)
def test_noisy_pixels_are_not_counted(studio, live_server, twins, noise):
    studio.add_init_script(NOISY.replace("NOISE", NOISES[noise]))
    studio.goto(live_server.url + twins)
    said = studio.locator("#stage .said")
    expect(said).to_contain_text("cannot be counted")
    assert "%" not in said.inner_text()
    assert studio.locator("#stage .layer").nth(1).evaluate("(layer) => layer.style.mixBlendMode") == "difference"
    studio.locator("[name=gain]").fill("16")
    assert studio.locator("#stage .view").evaluate("(box) => box.style.filter") == "brightness(16)"
    studio.get_by_role("radio", name="Overlay").check(force=True)
    assert studio.locator("#stage .view").evaluate("(box) => box.style.filter") == ""


def test_true_pixels_are_counted(studio, live_server, twins):
    studio.goto(live_server.url + twins)
    expect(studio.locator("#stage .said")).to_contain_text(re.compile("differ"))
    expect(studio.locator("#stage .said")).not_to_contain_text("noise")


def test_a_mac_is_told_of_its_own_keys(studio, live_server):
    hint = studio.locator("#prompt-length")
    expect(hint).to_contain_text("Ctrl", use_inner_text=True)
    expect(hint).not_to_contain_text("⌘", use_inner_text=True)
    studio.add_init_script(ON_A_MAC)
    for path in ("/", "/help/"):
        studio.goto(live_server.url + path)
        expect(studio.locator("main")).to_contain_text("⌘", use_inner_text=True)
        expect(studio.locator("main")).not_to_contain_text("Ctrl", use_inner_text=True)


def test_a_changed_price_is_said_once_typing_pauses(studio):
    said = studio.locator("#price-said")
    expect(said).to_have_attribute("role", "status")
    expect(said).to_have_text("")
    studio.get_by_role("textbox", name="Prompt").fill("a red door")
    studio.get_by_label("Seeds").fill("1..10")
    expect(said).to_have_text(re.compile(r"^10 images, \$[\d.]+$"))


def test_names_hold_no_counters(studio, live_server, twins):
    prompt = studio.get_by_role("textbox", name="Prompt", exact=True)
    expect(prompt).to_have_accessible_description(re.compile("characters"))
    expect(studio.get_by_role("heading", level=1)).to_have_text("Studio")
    expect(studio.get_by_role("group", name="Shape", exact=True)).to_be_visible()
    studio.goto(live_server.url + twins)
    expect(studio.get_by_role("slider", name="Gain", exact=True)).to_be_visible()
    assert studio.locator("#zoom").get_attribute("aria-live") == "off"  # a wheel would say every step
    studio.goto(live_server.url + reverse("runs"))
    studio.locator(".runcard header a").first.click()
    for size in ("Small", "Medium", "Large"):
        expect(studio.get_by_role("link", name=f"{size} pictures", exact=True)).to_be_visible()
