"""Compare in a real browser: everything moves together, and what is computed is right."""

import re

import pytest
from django.core.files.storage import default_storage
from PIL import Image as Pillow
from PIL import ImageDraw
from playwright.sync_api import expect

from gallery.models import Image, Rating
from tests.browser.test_every_page import findings
from tests.browser.test_reuse import hold_scripts
from tests.conftest import signed_in
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = ("flux-2-klein-4b", "flux-2-pro", "flux-2-flex")
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Which point of each picture (0..1) lies in the middle of its pane, and how much larger than whole it is drawn.
PLACES = """() => [...document.querySelectorAll(".pane:not([hidden]) .view")].map((view) => {
  const image = view.querySelector("img");
  const at = new DOMMatrix(getComputedStyle(image).transform);
  const [width, height] = [image.getAttribute("width"), image.getAttribute("height")].map(Number);
  const fit = Math.min(view.clientWidth / width, view.clientHeight / height);
  return [(view.clientWidth / 2 - at.e) / (width * at.a), (view.clientHeight / 2 - at.f) / (height * at.a), at.a / fit];
})"""


@pytest.fixture
def images(owner, worker, provider_server):
    """Three pictures of one prompt, the last one half as large and of another ratio."""
    make_run(owner, models=MODELS[:2], seed="7", prompt="a red door", size="1024x768")
    make_run(owner, models=MODELS[2:], seed="7", prompt="a red door, open", size="512x512")
    worker.work()
    return list(Image.objects.order_by("id"))


@pytest.fixture
def compare(page, live_server, owner, cookie, complaints):
    """Open a comparison in Olga's browser."""
    page.context.add_cookies([cookie(signed_in(owner))])

    def open_(images, more="", path="/compare/"):
        page.goto(f"{live_server.url}{path}?{'&'.join(f'image={image.key}' for image in images)}{more}")
        page.wait_for_function("() => document.documentElement.classList.contains('live')")
        return page

    yield open_
    assert complaints == []


def places(page):
    page.evaluate(FRAME)
    return page.evaluate(PLACES)


def middle_of(page, n):
    box = page.locator(".pane .view").nth(n).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def assert_together(found, *, zoom=None):
    """All panes show the same relative point, at the same zoom."""
    first = found[0]
    assert all(each == pytest.approx(first, abs=0.002) for each in found)
    if zoom:
        assert first[2] == pytest.approx(zoom, rel=0.01)


def test_wheel_drag_and_keys_move_all_together(compare, images):
    page = compare(images)
    assert_together(places(page), zoom=1)
    x, y = middle_of(page, 1)
    page.mouse.move(x + 40, y + 20)
    page.mouse.wheel(0, -600)
    zoomed = places(page)
    assert_together(zoomed)
    assert zoomed[0][2] > 2
    page.mouse.down()
    page.mouse.move(x - 30, y - 10, steps=4)
    page.mouse.up()
    moved = places(page)
    assert_together(moved, zoom=zoomed[0][2])
    assert moved[0][0] > zoomed[0][0] + 0.02
    page.locator(".pane .view").first.focus()
    page.keyboard.press("ArrowRight")
    assert places(page)[0][0] > moved[0][0]
    page.keyboard.press(".")
    assert_together(places(page), zoom=1)
    page.keyboard.press("z")
    expect(page.locator("#zoom")).to_have_text("100 %")
    assert page.locator(".pane img").first.evaluate("(image) => new DOMMatrix(image.style.transform).a") == 1


def test_what_lies_under_the_pointer_stays_there(compare, images):
    page = compare(images)
    under = """([x, y]) => {
      const view = document.querySelectorAll(".pane .view")[0];
      const [box, at] = [view.getBoundingClientRect(), new DOMMatrix(view.querySelector("img").style.transform)];
      return [(x - box.left - at.e) / at.a, (y - box.top - at.f) / at.a];
    }"""
    x, y = middle_of(page, 0)
    point = [round(x) + 60, round(y) - 40]
    before = page.evaluate(under, point)
    page.mouse.move(*point)
    page.mouse.wheel(0, -500)
    page.evaluate(FRAME)
    assert page.evaluate(under, point) == pytest.approx(before, abs=0.5)


def test_an_original_is_loaded_only_when_the_zoom_needs_it(compare, images, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/original") else None)
    compare(images)
    page.wait_for_load_state("networkidle")
    assert asked == []
    page.get_by_role("button", name="1:1").click()
    expect(page.locator(".pane .full")).to_have_count(3)
    assert len(asked) == 3
    page.keyboard.press("a")
    page.keyboard.press("Delete")
    expect(page.locator(".pane .full")).to_have_count(2)


def repaint(image, draw):
    """Replace a stored file by the same grey with something on it."""
    picture = Pillow.new("RGB", (image.width, image.height), (100, 100, 100))
    draw(ImageDraw.Draw(picture))
    with default_storage.open(image.file, "wb") as file:
        picture.save(file, "PNG")
    Image.objects.filter(pk=image.pk).update(format="png")


def test_a_known_difference_is_found_to_the_pixel(compare, images):
    """A square of 100 x 100 of 1024 x 768 is 1.27 %, ten levels brighter in red only."""
    one, two, _ = images
    repaint(one, lambda _: None)
    repaint(two, lambda draw: draw.rectangle((200, 300, 299, 399), fill=(110, 100, 100)))
    page = compare([one, two], "#view=difference")
    said = page.locator("#stage-said")
    expect(said).to_have_text("1.3 % of the pixels differ, on average by 0.0 of 255, at most by 10.")
    pixel = "([x, y]) => [...document.querySelector('canvas').getContext('2d').getImageData(x, y, 1, 1).data]"
    assert page.evaluate(pixel, [250, 350]) == [80, 0, 0, 255]
    assert page.evaluate(pixel, [199, 350]) == page.evaluate(pixel, [300, 400]) == [0, 0, 0, 255]
    page.locator("[name=gain]").fill("20")
    assert page.evaluate(pixel, [250, 350]) == [200, 0, 0, 255]


def test_equal_pictures_have_no_difference_and_other_shapes_cannot_have_one(compare, images):
    for image in images[:2]:
        repaint(image, lambda _: None)
    page = compare(images, "#view=difference")
    expect(page.locator("#stage-said")).to_have_text("No pixel differs.")
    page.get_by_label("Second picture").select_option("C")
    expect(page.locator("#stage-said")).to_contain_text("different shapes")


def test_a_view_that_is_chosen_before_the_scripts_are_there_is_shown(compare, images):
    page = compare(images)
    release = hold_scripts(page)
    page.reload(wait_until="commit")
    page.get_by_role("radio", name="Slider").check(force=True)
    release()
    expect(page.locator("#stage .edge")).to_be_visible()


def test_slider_overlay_and_flicker(compare, images):
    page = compare(images)
    page.get_by_role("radio", name="Slider").check()
    over = page.locator("#stage .layer").nth(1)
    page.get_by_label("Edge").fill("25")
    assert over.evaluate("(layer) => layer.style.clipPath") == "inset(0px 0px 0px 25%)"
    box = page.locator("#stage .edge").bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 212, box["y"] + 50)
    page.mouse.up()
    assert float(page.get_by_label("Edge").input_value()) > 35
    page.get_by_label("Top to bottom").check()
    assert re.fullmatch(r"inset\([\d.]+% 0px 0px\)", over.evaluate("(layer) => layer.style.clipPath"))
    page.get_by_role("radio", name="Overlay").check()
    page.get_by_label("Opacity of the second").fill("30")
    assert over.evaluate("(layer) => layer.style.opacity") == "0.3"
    page.get_by_role("radio", name="Flicker").check()
    expect(page.locator("#stage-said")).to_have_text("Now A")
    page.locator("#stage .view").focus()
    page.keyboard.press(" ")
    expect(page.locator("#stage-said")).to_have_text("Now B")
    page.keyboard.press("s")
    expect(page.get_by_label("First picture")).to_have_value("B")
    page.keyboard.press("v")
    page.keyboard.press("v")
    expect(page.locator("#panes")).to_be_visible()
    expect(page.locator("#stage")).to_be_hidden()


def test_one_judges_with_keys_alone(compare, images, owner):
    page = compare(images)
    page.keyboard.press("b")
    with page.expect_response("**/marks/"):
        page.keyboard.press("p")
    expect(page.locator("#pick-B")).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/marks/"):
        page.keyboard.press("4")
    expect(page.locator("#star-B-4")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("c")
    with page.expect_response("**/marks/"):
        page.keyboard.press("x")
    expect(page.locator("#reject-C")).to_have_attribute("aria-pressed", "true")
    rated = {rating.image_id: (rating.verdict, rating.stars) for rating in Rating.objects.of(owner)}
    assert rated == {images[1].id: ("pick", 4), images[2].id: ("reject", 0)}
    page.keyboard.press("x")
    expect(page.locator("#reject-C")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    expect(page.locator(".pane:visible")).to_have_count(3)


def test_what_is_dropped_leaves_the_view_the_table_and_the_address(compare, images):
    page = compare(images)
    expect(page.locator("#differences tr", has_text="Prompt").first).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("Delete")
    expect(page.locator(".pane:visible")).to_have_count(2)
    assert images[2].key not in page.url
    expect(page.locator("#differences thead th:visible")).to_have_text(["Only what differs", "A", "B"])
    expect(page.locator("#differences tr:visible", has_text="Size")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.locator(".pane:visible")).to_have_count(3)
    assert images[2].key in page.url
    page.keyboard.press("a")
    page.keyboard.press("s")
    assert re.findall(r"image=(\w+)", page.url) == [images[n].key for n in (1, 0, 2)]


def test_the_address_shows_the_same_view_again(compare, images):
    page = compare(images, "#view=slider&at=0.3,0.4,2.5&two=B,A")
    expect(page.locator("#stage")).to_be_visible()
    expect(page.get_by_label("First picture")).to_have_value("B")
    page.get_by_role("radio", name="Grid").check()
    assert_together(places(page), zoom=2.5)


def test_on_a_phone_one_swipes_from_one_to_the_next_at_the_same_zoom(compare, images):
    page = compare(images)
    page.set_viewport_size({"width": 360, "height": 760})
    page.evaluate(FRAME)
    strip = page.locator("#panes")
    assert strip.evaluate(
        "(strip) => [getComputedStyle(strip).scrollSnapType, strip.scrollWidth > strip.clientWidth]"
    ) == [
        "x mandatory",
        True,
    ]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".pane").first.bounding_box()["width"] > 300
    page.get_by_role("button", name="Larger").click()
    page.get_by_role("button", name="Larger").click()
    assert_together(places(page), zoom=1.25**2)
    page.keyboard.press("b")
    page.wait_for_function("() => document.getElementById('panes').scrollLeft > 200")
    assert_together(places(page), zoom=1.25**2)


def test_two_fingers_zoom_all(compare, images, page):
    compare(images)
    x, y = middle_of(page, 0)
    pinch = """([x, y]) => {
      const view = document.querySelector(".pane .view");
      const say = (type, id, dx) => view.dispatchEvent(new PointerEvent(type, {
        bubbles: true, pointerId: id, pointerType: "touch", clientX: x + dx, clientY: y, button: 0 }));
      view.setPointerCapture = () => {};
      say("pointerdown", 11, -20); say("pointerdown", 12, 20);
      for (let n = 1; n <= 10; n += 1) { say("pointermove", 11, -20 - 4 * n); say("pointermove", 12, 20 + 4 * n); }
      say("pointerup", 11, -60); say("pointerup", 12, 60);
    }"""
    page.evaluate(pinch, [x, y])
    assert_together(places(page), zoom=3)


def test_names_hide_by_key_and_nothing_tells_them(compare, images, page):
    compare(images)
    page.keyboard.press("n")
    expect(page.get_by_role("link", name="Show names")).to_be_visible()
    said = page.evaluate("() => document.documentElement.outerHTML + location.href")
    assert not [model for model in MODELS if model in said]
    assert page.locator(".pane").count() == 3


def test_pairs_are_judged_by_key(compare, images, page):
    compare(images[:2], "&blind=1", path="/compare/pairs/")
    page.keyboard.press("b")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ranked")


def test_without_script_it_is_a_readable_table(browser, live_server, owner, cookie, images):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1200, "height": 900})
    context.add_cookies([cookie(signed_in(owner))])
    page = context.new_page()
    page.goto(f"{live_server.url}/compare/?{'&'.join(f'image={image.key}' for image in images)}")
    boxes = [each.bounding_box() for each in page.locator(".pane img").all()]
    assert all(box["width"] > 150 for box in boxes)
    assert len({box["y"] for box in boxes}) == 1
    expect(page.locator("#tools")).to_be_hidden()
    expect(page.get_by_role("row", name=re.compile("^Model"))).to_contain_text("flux-2-pro")
    page.get_by_role("button", name="Pick B").click()
    expect(page.locator("#pick-B")).to_have_attribute("aria-pressed", "true")
    context.close()


def test_everything_open_is_sound(compare, images, page):
    compare(images)
    wrong = []
    for name in ("Overlay", "Flicker", "Difference"):
        page.get_by_role("radio", name=name).check()
        wrong += findings(page)
    page.get_by_role("button", name="Keys").click()
    assert wrong + findings(page) == []
