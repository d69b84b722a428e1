"""Debian's Firefox: the main journey, the guest's page, and what is still right after a reload."""

import pytest
from django.urls import reverse

from gallery.models import Image, Rating, Run
from gallery.models.shares import Feedback
from gallery.services.shares import shares
from tests.browser.conftest import REPLACED
from tests.browser.firefox import DELETE, run_firefox
from tests.browsers import find_browser
from tests.conftest import signed_in
from tests.factories import make_run, make_share

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.firefox,
]

MODELS = ("flux-2-klein-4b", "flux-2-pro")
TICKED = "[...document.querySelectorAll('.tick input:checked')].map((box) => box.value).sort()"
BAR = "document.querySelector('[data-count]').value"
SHAPES = "[...document.querySelectorAll('input[name=aspect_ratio]:checked')].map((tile) => tile.value).sort()"
PAIR = """["one", "other"].map((name) => {
  const letter = document.getElementById("tools").elements[name].value;
  return document.querySelector(`.pane[data-letter="${letter}"]`).dataset.key;
})"""


@pytest.fixture(scope="session")
def firefox(tmp_path_factory):
    with run_firefox(find_browser("firefox") or "firefox-esr", tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


@pytest.fixture
def tab(firefox, live_server):
    """A tab without cookies; whatever it says in red fails the test."""
    tab = firefox.new_tab()
    yield tab
    complaints = [said for said in tab.complaints() if not said.startswith(REPLACED)]
    tab.close()
    assert complaints == []


@pytest.fixture
def look(tab, live_server, owner):
    """Open a page as Olga."""
    cookie = signed_in(owner).cookies["sessionid"].value
    tab.sign_in({"name": "sessionid", "value": cookie, "domain": live_server.url.split("/")[2].split(":")[0]})

    def at(path):
        tab.open(live_server.url + path)
        return tab

    return at


@pytest.fixture
def run(owner, worker, provider_server):
    run = make_run(owner, models=MODELS, seed="1, 2", size="64x64")
    worker.work()
    return run


def newest_keys():
    return list(Image.objects.order_by("-pk").values_list("key", flat=True))


def tick(tab, key):
    tab.click(f'.tick input[value="{key}"]')


def text(tab, selector):
    return tab.wait_for(f"document.querySelector({selector!r}).textContent.trim()")


def wait_for_text(tab, selector, said):
    tab.wait_for(f"document.querySelector({selector!r}).textContent.includes({said!r})")


def test_a_person_signs_in_composes_and_watches_pictures_come(tab, live_server, owner, world, busy_worker):
    tab.open(live_server.url)
    tab.fill("input[name=login]", "olga")
    tab.fill("input[name=password]", "a long password")
    tab.click("button[type=submit]")
    tab.fill("#id_prompt", "a lighthouse in fog")
    tab.click('input[name=model][value="flux-2-klein-4b"]')
    tab.fill("#id_seed", "42, 43")
    wait_for_text(tab, "#generate", "Generate 4 images")
    wait_for_text(tab, "#generate", "$0.04")
    assert not Run.objects.exists()
    tab.click("#generate")
    tab.wait_for("location.pathname.startsWith('/runs/')")
    tab.wait_for("document.querySelectorAll('.cell.done img').length === 4")
    wait_for_text(tab, "#progress", "4 done")
    tab.wait_for("document.title.includes('4 of 4 done')")
    assert sorted(post.body["seed"] for post in world.till) == [42, 42, 43, 43]
    tab.click(".cell.done > a")
    tab.wait_for("location.pathname.startsWith('/images/')")
    assert text(tab, "h1") == "a lighthouse in fog"
    tab.wait_for("document.querySelector('main img').naturalWidth > 0")


def test_a_guest_looks_marks_and_compares(tab, live_server, owner, run):
    share = make_share(owner, answers_open=True)
    tab.open(live_server.url + reverse("shared", args=[shares.token_of(share)]))
    assert text(tab, "h1") == "Vase studies"
    tab.wait_for("document.querySelectorAll('.tile img').length === 4")
    tab.click(".tile a")
    tab.wait_for("document.querySelector('dialog').open")
    tab.fill("dialog #id_name", "Nora")
    tab.click("dialog .favourite")
    tab.click("dialog .answer button[type=submit]")
    wait_for_text(tab, "dialog .answer [role=status]", "Kept")
    assert Feedback.objects.get().favourite
    tab.click("dialog [data-close]")
    tab.wait_for("!document.querySelector('dialog').open")
    for box in (1, 2):
        tab.click(f".gallery > :nth-child({box}) .tick input")
    tab.click("#selection button[type=submit]")
    tab.wait_for("document.querySelectorAll('#panes .view').length === 2")


def test_ticks_stay_on_their_pictures_when_another_run_finished_before_the_reload(look, owner, run, worker):
    tab = look("/gallery/")
    first, second, *_ = newest_keys()
    tick(tab, first)
    tick(tab, second)
    assert tab.read(BAR) == "2 selected"
    make_run(owner, models=MODELS, seed="3", size="64x64")
    worker.work()
    tab.reload()
    tab.wait_for("document.querySelectorAll('.tile').length === 6")
    assert tab.read(TICKED) == sorted([first, second])
    assert tab.read(BAR) == "2 selected"
    tab.click("#selection button[formaction*='verdict=pick']")
    tab.wait_for("document.querySelectorAll('.marked .pick').length === 2")
    assert set(Rating.objects.filter(verdict="pick").values_list("image__key", flat=True)) == {first, second}


def test_ticks_of_a_run_stay_on_their_pictures_when_its_cells_move(look, run):
    tab = look(reverse("run", args=[run.key]))
    key = newest_keys()[1]
    tick(tab, key)
    tab.click(".arrange [id^=across-]:not([aria-current])")
    tab.wait_for("location.search.includes('across')")
    tab.reload()
    assert tab.wait_for(TICKED) == [key]
    assert tab.read(BAR) == "1 selected"


def test_several_shapes_stay_several_and_cost_the_same(look, owner):
    tab = look("/")
    tab.fill("#id_prompt", "a door")
    tab.fill("#id_seed", "1")
    tab.click(".sizes summary")
    tab.click("#id_shapes_several")
    for shape in ("16:9", "9:16"):
        tab.click(f'label:has(> input[name=aspect_ratio][value="{shape}"])')
    wait_for_text(tab, "#generate", "Generate 3 images")
    price = text(tab, "#generate .price")
    tab.reload()
    assert tab.read(SHAPES) == ["16:9", "1:1", "9:16"]
    wait_for_text(tab, "#generate", "Generate 3 images")
    assert text(tab, "#generate .price") == price
    assert tab.read("document.querySelector('#id_prompt').value") == "a door"
    tab.click("#generate")
    tab.wait_for("location.pathname.startsWith('/runs/')")
    assert Run.objects.get().size == 3


def test_what_was_left_out_stays_left_out(look):
    tab = look("/")
    tab.fill("#id_prompt", "a {red|green|blue} door")
    tab.fill("#id_seed", "1")
    wait_for_text(tab, "#generate", "Generate 3 images")
    tab.read("document.querySelector('#values label:nth-child(2) input').click()")  # at once: answers replace it
    wait_for_text(tab, "#generate", "Generate 2 images")
    tab.reload()
    wait_for_text(tab, "#generate", "Generate 2 images")
    tab.wait_for("document.querySelectorAll('#values details label:nth-child(2) :checked').length === 1")
    assert tab.read("document.querySelectorAll('#values :checked').length") == 1


def turn(tab, **values):
    """Set controls of the comparison as a hand does that turns them."""
    tab.read(f"""(() => {{
      for (const [name, value] of Object.entries({values})) {{
        const control = document.getElementById("tools").elements[name];
        control.value = value;
        control.dispatchEvent(new Event("input", {{ bubbles: true }}));
      }}
    }})()""")


def test_the_gain_says_after_a_reload_what_it_is(look, run):
    tab = look("/compare/?" + "&".join(f"image={key}" for key in newest_keys()))
    tab.click("label:has(> input[value=difference])")
    turn(tab, gain=32)
    tab.wait_for("location.hash.includes('difference')")
    tab.reload()
    tab.wait_for("!document.getElementById('stage').hidden")
    assert tab.read(
        "[document.getElementById('tools').elements.gain.value, document.getElementById('gain-now').value]"
    ) == ["32", "32"]


def test_the_two_that_are_compared_stay_the_same_pictures(look, run):
    """The first of four is dropped: in the address, and so after a reload, the letters move up."""
    keys = newest_keys()
    tab = look("/compare/?" + "&".join(f"image={key}" for key in keys))
    tab.click("label:has(> input[value=slider])")
    turn(tab, one="C", other="D")
    tab.click("label:has(> input[value=grid])")
    tab.click(".pane .view")
    tab.press(DELETE)
    tab.wait_for(f"!location.search.includes('{keys[0]}')")
    tab.click("label:has(> input[value=slider])")
    tab.wait_for("location.hash.includes('slider')")
    tab.reload()
    tab.wait_for("!document.getElementById('stage').hidden")
    assert tab.read(PAIR) == keys[2:]
