"""Twelve pictures of 4 megapixels dragged together at 1:1 in Chromium, and fifty paged through.

python -m tests.benchmarks.compare [--seconds 4]
"""

import argparse
import itertools
import shutil
import statistics
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks import measuring, stand

OPTIONS = ("--no-sandbox", "--disable-gpu")  # no graphics card: two processor cores draw everything
EDGE = 2048  # px: 4.2 megapixels
PICTURES, AT_ONCE = 50, 12
PARTS = -(-PICTURES // AT_ONCE)
WINDOW = {"width": 1440, "height": 900}
PACE_SECONDS = 0.008  # between two movements of the mouse: as often as a usual one reports
# Collects the moments of all frames, and in how many of them the pictures had moved.
WATCH = """() => {
  window.frames_seen = []; window.moved = 0; let last = "";
  const look = (now) => {
    window.frames_seen.push(now);
    const at = document.querySelector(".pane .full").style.transform;
    if (at !== last) window.moved += 1;
    last = at;
    window.watching = requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
SCRIPTS = """() => Promise.all(performance.getEntriesByType("resource").map((each) => each.name)
  .filter((name) => name.includes("/js/compare/")).map((name) => fetch(name).then((answer) => answer.text())))"""
STOP = "() => { cancelAnimationFrame(window.watching); return [window.frames_seen, window.moved]; }"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4)
    asked = parser.parse_args()
    port, simulator = stand.free_port(), stand.free_port()
    with stand.scratch(FLUXWEB_SIMULATOR_URL=f"http://127.0.0.1:{simulator}"):
        keys, cookie = _fill()
        with stand.process("manage.py", "up", "--bind", f"127.0.0.1:{port}"), sync_playwright() as driver:
            stand.wait_until(lambda: _answers(port), seconds=90, every=0.5)
            options = {"executable_path": shutil.which("chromium"), "args": list(OPTIONS)}
            browser = driver.chromium.launch(**options)
            try:
                _measure(browser, f"http://127.0.0.1:{port}", keys, cookie, seconds=asked.seconds)
            finally:
                browser.close()


def _fill():
    """Make fifty pictures of 4 megapixels; return their keys and the cookie of who owns them."""
    from gallery.models import Image
    from gallery.services.demo_data.filling import fill_gallery
    from gallery.services.demo_data.samples import store_sample
    from gallery.simulator.drawing import pictures

    owner = stand.make_owner()
    samples = []
    for seed in range(3):
        drawn = pictures.render(
            model="flux-2-pro", prompt="a pine forest in fog", seed=seed, width=EDGE, height=EDGE, parameters={}
        )
        content = pictures.encode(drawn, "jpeg")
        size = f"{EDGE}x{EDGE}"
        samples.append(store_sample("fog", model="flux-2-pro", seed=seed, size=size, content=content))
    for _ in fill_gallery(owner, samples, images=PICTURES):
        pass
    cookie = stand.signed_in(owner).cookies["sessionid"].value
    return list(Image.objects.order_by("id").values_list("key", flat=True)), cookie


def _answers(port):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).status == 200
    except OSError:
        return False


def _measure(browser, base, keys, cookie, *, seconds):
    context = browser.new_context(viewport=WINDOW)
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": base}])
    page = context.new_page()
    _open_at_one_to_one(page, _address(base, keys[:AT_ONCE]), AT_ONCE)
    steps, moved = _drag(page, seconds=seconds)
    memory = []
    for part in range(1, PARTS + 1):
        _open_at_one_to_one(page, _address(base, keys, part), min(AT_ONCE, PICTURES - AT_ONCE * (part - 1)))
        memory.append(_renderers_mib(browser))
    _print(steps, moved, memory, page)


def _address(base, keys, part=1):
    return f"{base}/compare/?part={part}&{'&'.join(f'image={key}' for key in keys)}"


def _open_at_one_to_one(page, address, count):
    page.goto(address)
    page.get_by_role("button", name="1:1").click()
    page.wait_for_function(f"() => document.querySelectorAll('.pane .full').length === {count}", timeout=120_000)
    page.wait_for_timeout(1000)


def _drag(page, *, seconds):
    """Drag in circles; return the milliseconds between frames, and in how many frames the pictures moved."""
    box = page.locator(".pane .view").nth(5).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(WATCH)
    ends = time.monotonic() + seconds
    for n in itertools.count():
        if time.monotonic() > ends:
            break
        page.mouse.move(x + 60 * ((n % 40) - 20) / 20, y + 40 * ((n % 26) - 13) / 13)
        time.sleep(PACE_SECONDS)
    moments, moved = page.evaluate(STOP)
    page.mouse.up()
    return [later - earlier for earlier, later in itertools.pairwise(moments)], moved


def _renderers_mib(browser):
    """Return the memory of all processes that draw pages."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(_resident_mib(each["id"]) for each in processes if each["type"] == "renderer")


def _resident_mib(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _print(steps, moved, memory, page):
    scripts = page.evaluate(SCRIPTS)
    ordered = sorted(steps)
    measuring.print_table(
        f"{AT_ONCE} pictures of {EDGE} x {EDGE} at 1:1 in Chromium, dragged",
        [
            ("frame, ms: median", f"{statistics.median(steps):.1f}", "< 20"),
            ("frame, ms: 95 %, worst", f"{ordered[int(len(ordered) * 0.95)]:.1f}, {ordered[-1]:.1f}", ""),
            ("frames; of them moved", f"{len(steps)}; {moved}", ""),
            (f"renderer, MiB, after each of {PARTS} parts", " ".join(f"{each:.0f}" for each in memory), "bounded"),
            (
                "own script of the page, gzip KiB",
                f"{sum(measuring.gzipped(each.encode()) for each in scripts) / 1024:.1f}",
                "<= 15",
            ),
        ],
    )


if __name__ == "__main__":
    main()
