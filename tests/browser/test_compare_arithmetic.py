"""What the modules of the comparison compute, called in the browser that runs them: places, columns, differences."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def module(page, live_server, owner_client, cookie):
    """Call a function of one of our modules in the browser."""
    page.context.add_cookies([cookie(owner_client)])
    page.goto(f"{live_server.url}/help/")

    def call(name, function, *args):
        script = "([name, call, args]) => import(`/static/js/compare/${name}.js`).then((all) => all[call](...args))"
        return page.evaluate(script, [name, function, list(args)])

    return call


def frame(width, height, pane=(400, 400)):
    return {"picture": {"width": width, "height": height}, "pane": {"width": pane[0], "height": pane[1]}}


def test_the_views_arithmetic(module):
    whole = {"zoom": 1, "x": 0.5, "y": 0.5}
    wide, small = frame(2000, 1000), frame(500, 250)
    assert module("view", "place", whole, wide) == {"scale": 0.2, "left": 0, "top": 100}
    assert module("view", "oneToOne", wide) == 5
    assert module("view", "oneToOne", small, 2) == 0.625
    zoomed = module("view", "zoomAt", whole, 4, {"x": 100, "y": 150}, wide)
    assert zoomed == pytest.approx({"zoom": 4, "x": 0.3125, "y": 0.3125})
    assert module("view", "pan", zoomed, 80, 0, wide)["x"] == pytest.approx(0.3125 - 80 / 1600)
    # The relative point is the same for a picture of another size.
    for each in (wide, small):
        at = module("view", "place", zoomed, each)
        picture = each["picture"]
        assert (200 - at["left"]) / (picture["width"] * at["scale"]) == pytest.approx(0.3125)


def test_the_view_stays_on_the_pictures(module):
    wide, tall = frame(2000, 1000), frame(1000, 2000)
    assert module("view", "clamp", {"zoom": 0.2, "x": 9, "y": -9}, [wide]) == {"zoom": 1, "x": 0.5, "y": 0.5}
    edge = module("view", "clamp", {"zoom": 4, "x": 0, "y": 0}, [wide])
    assert edge == pytest.approx({"zoom": 4, "x": 0.125, "y": 0.25})
    both = module("view", "clamp", {"zoom": 4, "x": 0, "y": 0}, [wide, tall])  # each side as far as one of them needs
    assert both == pytest.approx({"zoom": 4, "x": 0.125, "y": 0.125})
    assert module("view", "clamp", {"zoom": 1e6, "x": 0.5, "y": 0.5}, [wide])["zoom"] == 40  # 8 for one pixel


@pytest.mark.parametrize(
    ("count", "ratio", "columns"), [(2, 1, 2), (4, 0.8, 4), (4, 3, 2), (12, 1, 6), (3, 4, 2), (3, 9, 1), (1, 1, 1)]
)
def test_panes_get_as_large_as_the_window_allows(module, count, ratio, columns):
    area = {"width": 1400, "height": 600}
    found = module("view", "arrange", count, ratio, area, {"caption": 50, "gap": 2})
    assert found["columns"] == columns
    rows = -(-count // columns)
    assert found["width"] * columns <= area["width"]
    assert (found["height"] + 50) * rows <= area["height"] + rows
    assert found["width"] / found["height"] == pytest.approx(ratio, rel=0.02)


def test_the_difference_of_known_pixels(module, page):
    script = """(gain) => import("/static/js/compare/difference.js").then(({ difference }) => {
      const one = Uint8ClampedArray.of(10, 20, 30, 255, 100, 100, 100, 255, 0, 0, 0, 255, 7, 7, 7, 255);
      const other = Uint8ClampedArray.of(10, 20, 30, 255, 97, 100, 105, 255, 255, 0, 0, 255, 7, 7, 7, 255);
      const out = new Uint8ClampedArray(16);
      return [difference(one, other, out, gain), [...out]];
    })"""
    module("difference", "sameShape", {"width": 1, "height": 1}, {"width": 1, "height": 1})
    found, out = page.evaluate(script, 10)
    assert found == pytest.approx({"share": 0.5, "most": 255, "mean": (3 + 5 + 255) / 12})
    assert out == [0, 0, 0, 255, 30, 0, 50, 255, 255, 0, 0, 255, 0, 0, 0, 255]
    assert module("difference", "inWords", {"share": 0, "most": 0, "mean": 0}) == "No pixel differs."
    assert module("difference", "inWords", {"share": 0.0004, "most": 3, "mean": 0.01}).startswith("fewer than 0.1 %")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [((100, 50), (200, 100), True), ((1024, 768), (1024, 767), True), ((100, 50), (50, 100), False)],
)
def test_shapes_are_the_same_whatever_the_size(module, one, other, same):
    sizes = [{"width": width, "height": height} for width, height in (one, other)]
    assert module("difference", "sameShape", *sizes) is same
