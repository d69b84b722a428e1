"""The website as its own server serves it, and a signed-in browser before it."""

import contextlib
import http.client
import urllib.parse
from dataclasses import dataclass

from tests.processes.town import free_port, wait_until

TOKEN = "t" * 32  # the form's must be the cookie's, whatever it is
SECONDS = 90


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str


class Website:
    """One web process of a town, or its whole `up`, on a port of its own."""

    def __init__(self, town, *, command=("-m", "fluxweb.server"), **options):
        self.port = free_port()
        self.cookies = f"sessionid={town.ask('session')}; csrftoken={TOKEN}"
        self.process = town.start(*command, "--bind", f"127.0.0.1:{self.port}", **options)
        wait_until(self._answers)

    def _answers(self):
        with contextlib.suppress(ConnectionError):
            return self.get("/healthz").status == 200
        return False

    def get(self, path):
        return self._ask("GET", path)

    def press(self, form):
        """Send the studio's form."""
        body = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": TOKEN}, doseq=True)
        return self._ask("POST", "/", body)

    def _ask(self, method, path, body=None):
        headers = {"Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)) as line:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers.get("Location", ""), answer.read().decode())
