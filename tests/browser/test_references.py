"""Reference images in a real browser: pasted, dropped, put in order by keys, named by a click, followed back."""

import base64
import re

import pytest
from playwright.sync_api import expect

from gallery.models import Image
from tests.browser.test_whole_job import tick
from tests.references.pictures import BLUE, GREEN, RED, picture_bytes
from tests.references.test_press import sent_pictures

pytestmark = pytest.mark.django_db(transaction=True)
SLOW = 30_000  # ms; pictures are prepared by the server

GIVE = """([event, name, content, where]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: "image/png" }));
  const options = { bubbles: true, cancelable: true };
  const given = event === "paste"
    ? new ClipboardEvent("paste", { ...options, clipboardData: data })
    : new DragEvent("drop", { ...options, dataTransfer: data });
  document.querySelector(where).dispatchEvent(given);
}"""


def give(page, event, name, colour, where="#id_prompt"):
    """Let the browser think that a picture was pasted or dropped."""
    content = base64.b64encode(picture_bytes(colour)).decode()
    page.evaluate(GIVE, [event, name, content, where])


def names(page):
    return page.locator("#references .name")


def test_three_pictures_go_in_and_lead_back(studio, world, busy_worker, complaints):
    page = studio
    page.locator("#id_reference").set_input_files(
        {"name": "red.png", "mimeType": "image/png", "buffer": picture_bytes(RED)}
    )
    expect(names(page)).to_have_text(["red.png"], timeout=SLOW)
    give(page, "paste", "blue.png", BLUE)
    expect(names(page)).to_have_text(["red.png", "blue.png"], timeout=SLOW)
    give(page, "drop", "green.png", GREEN)
    expect(names(page)).to_have_text(["red.png", "blue.png", "green.png"], timeout=SLOW)
    expect(page.locator(".match input")).to_be_checked()

    page.get_by_role("button", name="Earlier: green.png").focus()
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text(["red.png", "green.png", "blue.png"])
    page.get_by_role("button", name="Take out red.png").click()
    expect(names(page)).to_have_text(["green.png", "blue.png"])
    page.get_by_role("button", name="Undo").click()
    expect(names(page)).to_have_text(["red.png", "green.png", "blue.png"])

    page.get_by_role("textbox", name="Prompt").fill("the cup of")
    page.locator("#references [data-insert]").nth(2).click()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("the cup of image 3")
    page.locator('input[name=model][value="flux-2-klein-9b"]').uncheck()
    tick(page, "flux-2-pro")
    page.get_by_label("Seeds").fill("7")
    expect(page.locator("#generate")).to_contain_text("Generate 1 image")
    expect(page.locator("#generate")).to_contain_text("official $0.075")
    page.locator("#generate").click()
    expect(page.locator(".cell.done img")).to_have_count(1, timeout=SLOW)
    (post,) = world.till
    assert list(sent_pictures(post.body).values()) == [RED, GREEN, BLUE]

    page.locator(".cell.done a").click()
    page.locator(".relatives").get_by_role("link").nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("green.png")
    expect(page.get_by_role("heading", name="Used in")).to_be_visible()
    page.locator(".relatives").get_by_role("link").click()
    page.get_by_role("link", name="Compare with what went in").click()
    expect(page.locator(".pane")).to_have_count(4)
    assert complaints == []


def test_two_are_joined_for_a_model_that_takes_one(studio, world, busy_worker, complaints):
    page = studio
    files = [
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": picture_bytes(colour)}
        for name, colour in (("left", RED), ("right", BLUE))
    ]
    page.locator("#id_reference").set_input_files(files)
    expect(names(page)).to_have_text(["left.png", "right.png"], timeout=SLOW)
    page.get_by_role("textbox", name="Prompt").fill("the left image on the right image")
    page.locator("summary").filter(has_text="Kontext").click()
    page.locator('input[name=model][value="flux-2-klein-9b"]').uncheck()
    tick(page, "flux-kontext-pro")
    page.get_by_label("Seeds").fill("7")
    expect(page.locator("#why-reference")).to_contain_text("Join the two into one", timeout=SLOW)
    page.get_by_label("Join the two").check()
    expect(page.locator(".joined img")).to_be_visible(timeout=SLOW)
    page.reload()
    expect(page.locator(".joined img")).to_be_visible(timeout=SLOW)
    expect(page.locator("#generate")).to_contain_text("$0.035")
    page.locator("#generate").click()
    expect(page).to_have_url(re.compile(r"/runs/\w+/$"))
    expect(page.locator(".cell.done img")).to_have_count(1, timeout=SLOW)
    (post,) = world.till
    assert list(sent_pictures(post.body)) == ["input_image"]
    assert Image.objects.filter(origin="made").get().job.inputs.get().name == "left.png + right.png"
    assert complaints == []
