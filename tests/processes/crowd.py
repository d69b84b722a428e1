"""A small crowd: members who click through every page and write, while paid calls run behind a real `manage.py up`.

Also the child that gives them accounts: python -m tests.processes.crowd NAME ...
"""

import itertools
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf

import django
import httpx

from tests.processes.town import free_port, wait_until

PASSWORD = "light table 5"
MODEL = "flux-2-klein-4b"
PATIENCE_SECONDS = 60
WATCH_SECONDS = 0.1
TOWN_ONLY = ("FLUX_TIMEOUT", "FLUXWEB_HEARTBEAT", "FLUXWEB_DEAD_AFTER", "FLUXWEB_SWEEP")
LOCKED = re.compile(r"database is locked|database table is locked|deadlock detected|OperationalError", re.IGNORECASE)
TROUBLE = re.compile(rf"{LOCKED.pattern}|Traceback|wake-up lost|round failed", re.IGNORECASE)

SIGN_IN, PAGE, WRITE, POLL, FILE, FLOOR = "sign in", "page", "write", "poll", "file", "floor"


@dataclass(frozen=True)
class Answer:
    """One answer of the web server, as the browser of a member saw it."""

    kind: str
    path: str
    status: int
    expected: bool
    seconds: float


class UnexpectedAnswer(Exception):
    """An answer after which the next button would not be there."""


class Member:
    """One person and one browser. `tour` is a day's work, and every page of the menu, in an order that makes sense."""

    def __init__(self, name, address):
        self.name = name
        self.browser = httpx.Client(base_url=address, timeout=PATIENCE_SECONDS, trust_env=False)
        self.answers = []
        self.refused = []
        self.page = self.run = self.image = ""
        self.tour = (
            self.open_studio, self.compose, self.poll_run, self.extend, self.open_queue, self.cancel, self.resume,
            self.cancel,
            self.open_gallery, self.open_image, self.open_files, self.compose_again, self.retry, self.cancel,
            self.open_losses, self.open_menu, self.open_account,
        )  # fmt: skip

    def sign_in(self):
        """Sign in and fetch what a browser fetches once."""
        self.open("/accounts/login/")
        self.press("/accounts/login/", kind=SIGN_IN, login=self.name, password=PASSWORD)
        for address in dict.fromkeys(re.findall(r'(?:src|href)="(/static/[^"]+)"', self.page)):
            self.fetch(address)

    def open_studio(self):
        self.open("/")
        self.poll("/studio/runs/")
        self.poll_again("studio/runs/")

    def compose(self):
        """Type, look at the price, press: a small run that has to wait while all calls are taken."""
        self.submit(f"a harbour, seen by {self.name}", seeds="2 random")

    def submit(self, prompt, *, seeds):
        self.open("/")
        typed = {"prompt": prompt, "model": MODEL, "seed": seeds, "aspect_ratio": "1:1"}
        for address in ("/studio/check/", "/studio/review/"):
            self.ask(POLL, "POST", address, data={**self.hidden(), **typed})
        self.run = self.press("/", **typed)
        return self.run

    def poll_run(self):
        """Ask like the open page does, and like a page that slept since the run began."""
        self.poll_again("changes/")
        self.poll(f"{self.run}changes/?since=0")

    def extend(self):
        """Add a seed to the run, for the price that the check says."""
        self.open(self.run)
        wish = {**self.hidden(), "seed": "1 random"}
        said = self.ask(POLL, "POST", f"{self.run}extend/check/", data=wish).text
        price = re.search(r'name="quoted_micros" value="(\d+)"', said)[1]
        self.press(f"{self.run}extend/", seed="1 random", quoted_micros=price)

    def cancel(self):
        self.press(f"{self.run}cancel/")

    def resume(self):
        self.press(f"{self.run}resume/")

    def retry(self):
        """Ask again for what was refused; without any left, a press that finds nothing."""
        self.run = self.refused.pop() if self.refused else self.run
        self.open(self.run)
        self.press(f"{self.run}retry/")

    def open_queue(self):
        self.open("/queue/")

    def open_gallery(self):
        """Open the gallery and scroll on from its newest picture."""
        self.open("/gallery/")
        self.image = re.search(r'href="(/images/\w+/)"', self.page)[1]
        self.poll(f"/gallery/?before={self.image.split('/')[2]}")

    def open_image(self):
        self.open(self.image)

    def open_files(self):
        self.fetch(f"{self.image}thumbnail")
        self.fetch(f"{self.image}original")

    def compose_again(self):
        """Open the studio with the settings of a picture, then with those of a run."""
        self.open(f"/?image={self.image.split('/')[2]}")
        self.open(f"/?run={self.run.split('/')[2]}")

    def open_losses(self):
        self.open("/queue/losses/")

    def open_menu(self):
        """Open every page of the app that the bar leads to."""
        bar = self.page.partition("<header")[2].partition("</header>")[0]
        for address in dict.fromkeys(re.findall(r'href="(/(?!accounts|admin)[^"]*)"', bar)):
            self.open(address)

    def open_account(self):
        self.open("/accounts/password/change/")

    def open(self, address, *, kind=PAGE):
        self.page = self.ask(kind, "GET", address).text

    def fetch(self, address):
        self.ask(FILE, "GET", address)

    def poll(self, address):
        """Ask for a fragment; the page stays as it is."""
        self.ask(POLL, "GET", address, expect=(200, 204), headers={"HX-Request": "true"})

    def poll_again(self, part):
        """Poll the address that the page itself would poll, if it does."""
        if found := re.search(rf'hx-get="([^"]*{part}[^"]*)"', self.page):
            self.poll(found[1].replace("&amp;", "&"))

    def press(self, address, *, kind=WRITE, **typed):
        """Press a button of the page that is open, go where the answer leads, and return that address."""
        answer = self.ask(kind, "POST", address, expect=(302,), data={**self.hidden(), **typed})
        leads_to = answer.headers["Location"]
        self.open(leads_to)
        return leads_to

    def hidden(self):
        """Read the hidden fields of the open page: the CSRF token and the nonce of the form."""
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.page))

    def ask(self, kind, method, address, *, expect=(200,), **options):
        began = time.perf_counter()
        answer = self.browser.request(method, address, **options)
        seconds = time.perf_counter() - began
        expected = answer.status_code in expect
        self.answers.append(Answer(kind, answer.url.path, answer.status_code, expected, seconds))
        if not expected:
            raise UnexpectedAnswer(f"{method} {address}: {answer.status_code}")
        return answer


@contextmanager
def crowd_before(town, *, members, calls):
    """Start `up` in this town with room for so many calls, and let the members settle in before it."""
    crowd = Crowd(town, members=members, calls=calls)
    up = crowd.start_up()
    try:
        crowd.settle_in()
        yield crowd
    finally:
        crowd.leave()
        up.terminate()  # running calls end first
        up.wait()


class Crowd:
    """Members before the `up` of a town, whose provider can be made slow."""

    def __init__(self, town, *, members, calls):
        self.town, self.calls = town, calls
        self.address = f"http://127.0.0.1:{free_port()}"
        self.members = [Member(f"member{n}", self.address) for n in range(1, members + 1)]
        self.sign_ins = []

    def start_up(self):
        """Start everything with the defaults of an install: what makes a town quick is taken away again."""
        names = [member.name for member in self.members]
        assert self.town.start("-m", "tests.processes.crowd", *names).wait() == 0
        for name in TOWN_ONLY:
            self.town.env.pop(name, None)
        bind = self.address.removeprefix("http://")
        return self.town.start("manage.py", "up", "--bind", bind, FLUX_CONCURRENCY=str(self.calls))

    def settle_in(self):
        """Sign in, and make what the pages will show: pictures, and a run that was refused for nothing."""
        wait_until(self._is_ready, seconds=PATIENCE_SECONDS, every=0.2)
        self.town.slow(0)
        self._together(_settle_in)
        self.town.settle()
        self.sign_ins = [each for member in self.members for each in member.answers if each.kind == SIGN_IN]

    def leave(self):
        for member in self.members:
            member.browser.close()

    def _is_ready(self):
        try:
            return httpx.get(f"{self.address}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def take_all_calls(self, *, seconds):
        """Fill every place with a paid call of so many seconds; return the calls once they are all in flight."""
        self.town.slow(seconds)
        self.members[0].submit("a slow sunrise", seeds=f"1..{self.calls}")
        wait_until(lambda: len(self.calls_in_flight()) == self.calls)
        return self.calls_in_flight()

    def calls_in_flight(self):
        """Return the numbers of the calls that the provider has received and not answered yet."""
        return {post["number"] for post in self.town.till() if post["status"] is None}

    def go_round(self):
        """Let everybody make the whole tour once, however long it takes; return these answers."""
        for member in self.members:
            member.answers.clear()
        self._together(lambda member: _click(member, ends=inf))
        return [answer for member in self.members for answer in member.answers]

    def click(self, *, seconds):
        """Let everybody click as fast as the answers come; return these answers, with the floor among them."""
        ends = time.monotonic() + seconds
        for member in self.members:
            member.answers.clear()
        watchman = Member("watchman", self.address)
        with watchman.browser:
            watch = threading.Thread(target=_watch, args=(watchman, ends))
            watch.start()
            self._together(lambda member: _click_until(member, ends))
            watch.join()
        return [answer for member in (*self.members, watchman) for answer in member.answers]

    def _together(self, act):
        with ThreadPoolExecutor(len(self.members)) as threads:
            list(threads.map(act, self.members))

    def log_lines(self, pattern):
        """Return the lines of every child's log in which the pattern stands."""
        logs = sorted(self.town.folder.glob("log-*"))
        return [line for log in logs for line in log.read_text().splitlines() if pattern.search(line)]


def _settle_in(member):
    member.sign_in()
    member.submit("a quay in the morning", seeds="3 random")
    member.refused = [member.submit("moderated", seeds="1 random")]


def _click_until(member, ends):
    """Go round and round; after an unexpected answer, begin the tour again."""
    while time.monotonic() < ends:
        _click(member, ends)


def _click(member, ends):
    """Go round once, or until an unexpected answer, which is on record."""
    with suppress(UnexpectedAnswer):
        for act in itertools.takewhile(lambda _: time.monotonic() < ends, member.tour):
            act()


def _watch(watchman, ends):
    """Ask for /healthz now and then: it needs nothing, so it shows what the machine and the server alone cost."""
    while time.monotonic() < ends:
        with suppress(UnexpectedAnswer):
            watchman.open("/healthz", kind=FLOOR)
        time.sleep(WATCH_SECONDS)


def make_accounts(names):
    """Give everybody an account with the same password, hashed once: a hash takes half a second."""
    django.setup()
    from django.contrib.auth.hashers import make_password

    from gallery.models import User

    password = make_password(PASSWORD)
    User.objects.bulk_create([User(username=name, password=password) for name in names])


if __name__ == "__main__":
    make_accounts(sys.argv[1:])
