"""A real browser, a real server and a worker that works by itself."""

import threading

import pytest
from django.db import connection
from playwright.sync_api import expect

from gallery.services.contact_sheets import sheets
from gallery.services.jobs import gates, provider
from gallery.services.media import thumbnails
from gallery.services.operations import workers
from gallery.services.paid_calls import claims, downloads, perform
from tests.browsers import find_browser

OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# What htmx says when a newer check replaces one that runs: meant so (hx-sync="replace").
REPLACED = ("htmx:afterRequest", "htmx:sendAbort")
IDLE_SECONDS = 0.05  # between two looks for work
expect.set_options(timeout=20_000)  # ms; what comes is seen at once, and a slow machine has its time


@pytest.fixture(scope="session")
def base_url():
    """Addresses are written whole. (The plugin's own fixture is deprecated by this pytest, which is an error here.)"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": find_browser("chromium"), "args": list(OPTIONS)}


class BusyWorker(threading.Thread):
    """Claims, calls and fetches, one job after the other, and draws sheets between them, until it is told to stop."""

    def __init__(self):
        super().__init__(name="busy worker", daemon=True)
        gates.ensure_gates()
        self.row = workers.register_worker(threads=1)
        self.ending = threading.Event()
        self.trouble = None

    def run(self):
        try:
            while not self.ending.is_set():
                if not self._do_one():
                    self.ending.wait(IDLE_SECONDS)
        except Exception as error:  # told to the test when it stops the worker
            self.trouble = error
        finally:
            provider.close_client()
            connection.close()

    def _do_one(self):
        attempt = claims.claim_next(self.row)
        if attempt is None:
            return sheets.draw_next_part()
        if perform.perform_call(attempt):
            downloads.fetch_image(attempt.pk, worker=self.row)
            thumbnails.make_next_thumbnail()
        return True

    def stop(self):
        self.ending.set()
        self.join()
        if self.trouble:
            raise self.trouble


@pytest.fixture
def idle_worker(live_server, provider_server):
    """A worker that the test starts when it wants to; the simulator answers it."""
    worker = BusyWorker()
    yield worker
    if worker.ident:
        worker.stop()


@pytest.fixture
def busy_worker(idle_worker):
    """A worker in the background from the beginning."""
    idle_worker.start()
    return idle_worker


@pytest.fixture
def complaints(page):
    """Whatever the console says in red, every broken rule of the content policy and every answer of 4xx and 5xx."""
    heard = []

    def hear(message):
        if message.type in ("error", "warning") and not message.text.startswith(REPLACED):
            heard.append(message.text)

    def judge(response):
        if response.status >= 400:
            heard.append(f"{response.status} {response.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("response", judge)
    return heard


@pytest.fixture
def cookie(live_server):
    """Sign a person in without the form: the cookie of a session."""

    def of(client):
        return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}

    return of


@pytest.fixture
def look(page, live_server, owner_client, cookie, complaints):
    """Open a page in Olga's browser; nothing on it may complain."""
    page.context.add_cookies([cookie(owner_client)])

    def at(path):
        page.goto(live_server.url + path)
        return page

    yield at
    assert complaints == []


@pytest.fixture
def studio(page, live_server, owner_client, cookie):
    """Olga's browser, signed in, with the studio open."""
    page.context.add_cookies([cookie(owner_client)])
    page.goto(live_server.url)
    return page
