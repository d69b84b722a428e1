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


def slide_between_before_and_after(page):
    """Lay the result, which comes last, over the first picture that went in, and draw the edge between the two."""
    page.get_by_role("radio", name="Slider").check()
    page.get_by_label("Second picture").select_option(index=3)
    page.get_by_label("Edge").fill("25")
    result = page.locator("#stage .layer").nth(1)
    assert result.evaluate("(layer) => layer.style.clipPath") == "inset(0px 0px 0px 25%)"
    expect(page.locator("#stage .layer")).to_have_count(2)


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
    slide_between_before_and_after(page)
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


@pytest.fixture
def scriptless(browser, live_server, owner_client, cookie):
    """Olga's browser without scripts, with the studio open."""
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([cookie(owner_client)])
    page = context.new_page()
    page.goto(live_server.url)
    yield page
    context.close()


def choose(page, **files):
    """Give files to the form as a browser without scripts does; they come back as pictures of it."""
    page.locator("#id_reference").set_input_files(
        [
            {"name": f"{name}.png", "mimeType": "image/png", "buffer": picture_bytes(colour)}
            for name, colour in files.items()
        ]
    )
    page.get_by_role("button", name="Add and put in order").click()


def fill(page, prompt, model):
    """Fill the rest of the form."""
    page.get_by_role("textbox", name="Prompt").fill(prompt)
    page.locator('input[name=model][value="flux-2-klein-9b"]').uncheck()
    box = page.locator(f'input[value="{model}"]')
    if not box.is_visible():
        page.locator("details.family", has=box).locator("summary").first.click()
    box.check()
    page.get_by_label("Seeds").fill("7")


def generate(page):
    """Send it. A page without scripts tells nothing by itself: the worker works while it is asked for again."""
    page.locator("#generate").click()
    expect(page).to_have_url(re.compile(r"/runs/\w+/$"))
    for _ in range(200):
        if page.locator(".cell.done img").count():
            return
        page.reload()
    raise AssertionError("nothing came")


def test_without_script_files_go_in_by_number_and_lead_back(scriptless, world, busy_worker):
    page = scriptless
    choose(page, red=RED, blue=BLUE)
    expect(names(page)).to_have_text(["red.png", "blue.png"])
    choose(page, green=GREEN)
    expect(names(page)).to_have_text(["red.png", "blue.png", "green.png"])
    page.get_by_label("Place of green.png").fill("1")
    page.get_by_role("button", name="Add and put in order").click()
    expect(names(page)).to_have_text(["green.png", "red.png", "blue.png"])
    page.get_by_role("button", name="Take out red.png").click()
    expect(names(page)).to_have_text(["green.png", "blue.png"])
    choose(page, red=RED)
    fill(page, "the cup of image 3", "flux-2-pro")
    generate(page)
    (post,) = world.till
    assert list(sent_pictures(post.body).values()) == [GREEN, BLUE, RED]
    page.locator(".cell.done a").click()
    page.locator(".relatives").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("green.png")
    page.locator(".relatives").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Made from")).to_be_visible()


def test_without_script_two_are_joined_by_a_choice(scriptless, world, busy_worker):
    page = scriptless
    fill(page, "the left image on the right image", "flux-kontext-pro")
    choose(page, left=RED, right=BLUE)
    page.get_by_label("Join the two").check()
    page.get_by_role("button", name="Add and put in order").click()
    expect(page.locator(".joined img")).to_be_visible()
    generate(page)
    (post,) = world.till
    assert list(sent_pictures(post.body)) == ["input_image"]
