"""Debian's own Firefox, driven by WebDriver BiDi: just what its tests need.

Playwright's Firefox is one of its own, which is downloaded; this one people have. Elements are named by selectors of
CSS, what is true of a page is said in JavaScript, and the mouse and the keys are real ones.
"""

import json
import re
import subprocess
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from websockets.sync.client import connect

PATIENCE_SECONDS = 120  # until what is waited for must be true
LOOK_SECONDS = 0.05  # between two looks
SHIFT, DELETE = "\ue008", "\ue017"
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.search.update": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}


MOVED = "move target out of bounds"


class Refused(AssertionError):
    """Firefox would not do what it was told; says why."""


@contextmanager
def run_firefox(command: str, folder: Path):
    """Run a browser with an empty profile in this folder."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (folder / "user.js").write_text("\n".join(lines))
    said = folder / "stderr"
    command = [command, "--headless", "--no-remote", "--remote-debugging-port=0", f"--profile={folder}", "about:blank"]
    with (
        said.open("wb") as stderr,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr) as process,
    ):
        try:
            address = wait_until(lambda: _find_address(process, said), "Firefox listens")
            with connect(f"{address}/session", max_size=None, compression=None, proxy=None) as line:
                yield Firefox(line)
        finally:
            process.kill()


def _find_address(process: subprocess.Popen, said: Path) -> str | None:
    assert process.poll() is None, f"Firefox ended: {said.read_text(errors='replace')}"
    found = LISTENING.search(said.read_text(errors="replace"))
    return found and found[1]


class Firefox:
    """The line to a browser: commands and their answers, and what happens meanwhile."""

    def __init__(self, line):
        self.line, self.numbers, self.events = line, count(1), []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])

    def send(self, method: str, **params) -> dict:
        """Give a command and return its result; what happens meanwhile is kept in `events`."""
        number = next(self.numbers)
        self.line.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self.line.recv(timeout=PATIENCE_SECONDS))).get("id") != number:
            self.events.append(answer)
        if answer["type"] != "success":
            raise Refused(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def new_tab(self) -> "Tab":
        """Open a tab that shares no cookies and no storage with the others."""
        self.events.clear()
        return Tab(self, self.send("browser.createUserContext")["userContext"])


class Tab:
    """One tab, and what a person does in it."""

    def __init__(self, firefox: Firefox, user_context: str):
        self.firefox, self.user_context = firefox, user_context
        self.context = self._send("browsingContext.create", type="tab", userContext=user_context)["context"]

    def _send(self, method: str, **params) -> dict:
        return self.firefox.send(method, **params)

    def sign_in(self, cookie: dict):
        """Take a session's cookie: {name, value, domain}."""
        value = {"type": "string", "value": cookie["value"]}
        partition = {"type": "storageKey", "userContext": self.user_context}
        self._send("storage.setCookie", cookie={**cookie, "value": value}, partition=partition)

    def open(self, address: str):
        self._send("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def reload(self):
        self._send("browsingContext.reload", context=self.context, wait="complete")

    def back(self):
        self._send("browsingContext.traverseHistory", context=self.context, delta=-1)

    def read(self, script: str):
        """Return the value of an expression."""
        target = {"context": self.context}
        answer = self._send(
            "script.evaluate", expression=f"JSON.stringify({script})", target=target, awaitPromise=False
        )
        assert answer["type"] == "success", f"{script}: {answer['exceptionDetails']['text']}"
        return json.loads(answer["result"].get("value", "null"))

    def wait_for(self, script: str):
        """Look until an expression is true, over reloads and new pages too."""

        def look():
            try:
                return self.read(script)
            except AssertionError:
                return None  # the page is just being left, or what is looked into is not there yet

        return wait_until(look, script)

    def click(self, selector: str, *, shift: bool = False):
        """Press the mouse in the middle of the first such element that is drawn."""
        wait_until(lambda: self._press(selector, shift=shift), f"a press on {selector}")

    def _press(self, selector: str, *, shift: bool) -> bool:
        """Press it, and return whether it stood still: what was swapped meanwhile can have moved it off the screen."""
        self._bring(selector)
        press = {"type": "pointer", "id": "mouse", "actions": [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": self._find(selector)}},
            {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0},
        ]}  # fmt: skip
        before, after = [], []
        if shift:
            key = {"type": "key", "id": "keys"}
            before = [{**key, "actions": [{"type": "keyDown", "value": SHIFT}]}]
            after = [{**key, "actions": [{"type": "keyUp", "value": SHIFT}]}]
        try:
            for actions in (before, [press], after):
                if actions:
                    self._send("input.performActions", context=self.context, actions=actions)
        except Refused as refused:
            if MOVED not in str(refused):
                raise
            self._send("input.releaseActions", context=self.context)
            return False
        return True

    def fill(self, selector: str, text: str):
        """Click into a field, take what is there and type over it."""
        self.click(selector)
        self.read(f"document.querySelector({json.dumps(selector)}).select()")
        self.press(*text)

    def press(self, *keys: str):
        """Press keys, one after the other."""
        keys = [{"type": kind, "value": each} for each in keys for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keys", "actions": keys}]
        self._send("input.performActions", context=self.context, actions=actions)

    def _bring(self, selector: str):
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait_for(f"{found}?.getClientRects().length > 0")
        self.read(f"{found}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")

    def _find(self, selector: str) -> dict:
        locator = {"type": "css", "value": selector}
        [node] = self._send("browsingContext.locateNodes", context=self.context, locator=locator, maxNodeCount=1)[
            "nodes"
        ]
        return {"sharedId": node["sharedId"]}

    def complaints(self) -> list[str]:
        """List what the console said in red."""
        entries = [event["params"] for event in self.firefox.events if event.get("method") == "log.entryAdded"]
        return [entry["text"] for entry in entries if entry["level"] == "error"]

    def close(self):
        self._send("browser.removeUserContext", userContext=self.user_context)


def wait_until(look, what: str):
    """Return what `look()` returns once that is true."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < until, f"not within {PATIENCE_SECONDS} s: {what}"
        time.sleep(LOOK_SECONDS)
    return seen
