"""The simulator's memory: its clock, its till, its results, and the faults a test has scripted."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from .drawing import pictures

CONTRACT = json.loads(Path(__file__).with_name("contract.json").read_text())
PICTURE_CACHE_BYTES = 32 * 1024 * 1024
JITTER = 0.25


class Clock:
    """Real time plus an offset, so that ten minutes can pass at once."""

    def __init__(self):
        self._offset = 0.0

    def now(self):
        """Tell the time in seconds since 1970."""
        return time.time() + self._offset

    def advance(self, seconds):
        """Move on; there is no way back."""
        self._offset += max(0.0, seconds)
        return self.now()


@dataclass
class Post:
    """One POST that reached the simulator. `status` stays None while it runs and when no answer was sent."""

    number: int
    time: float
    path: str
    key: str
    body: dict
    request_id: str
    status: int | None = None
    billed_micros: int = 0
    result_url: str | None = None
    sha256: str | None = None
    fault: str | None = None

    @property
    def billed(self):
        return self.billed_micros > 0

    @property
    def model(self):
        return str(self.body.get("model", ""))

    @property
    def prompt(self):
        return str(self.body.get("prompt", ""))

    def as_json(self):
        """Give every field, with references shortened: they can be megabytes each."""
        fields = {name: value for name, value in vars(self).items() if name != "body"}
        return {**fields, "billed": self.billed, "body": shortened(self.body)}


@dataclass(frozen=True)
class Result:
    """What an address stands for; the picture is made when somebody asks."""

    token: str
    signature: str
    expires: float
    recipe: pictures.Recipe
    post: Post


@dataclass
class _Scripted:
    fault: object
    model: str | None
    prompt: str | None
    times: int

    def fits(self, post):
        return (self.model is None or self.model == post.model) and (self.prompt is None or self.prompt in post.prompt)


@dataclass
class World:
    """Everything the simulator remembers. Safe to share between threads.

    `latency` in seconds: a number, a dict by model (`"*"` = the others), or a function of the `Post`.
    `keys`: the accepted keys; None accepts any that is not empty; `account_tokens` likewise for the account's pages.
    `credit_micros`: what the account had before the first call. `strict`: answer the open questions of
    the contract with refusals (safety 6 on FLUX.2, sizes of 1.1, sizes on edits).
    `plain_pictures`: one picture per size, for benchmarks. `keep_references=False`: the till forgets uploads.
    `control`: answer `/_till`, `/_script`, `/_clock`, `/_latency`, `/_release`.
    """

    latency: object = 0.0
    keys: set | None = None
    account_tokens: set | None = None
    credit_micros: int = 100_000_000
    public_origin: str | None = None
    control: bool = False
    plain_pictures: bool = False
    strict: bool = False
    keep_references: bool = True
    clock: Clock = field(default_factory=Clock)
    till: list[Post] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event, repr=False)

    def __post_init__(self):
        self._lock = threading.RLock()
        self.released = threading.Event()
        self._calls, self._downloads = [], []
        self.results: OrderedDict[str, Result] = OrderedDict()
        self.picture_cache: OrderedDict[str, bytes] = OrderedDict()

    def script(self, *faults, model=None, prompt=None, times=1):
        """Let the next calls (only of this model, only with this text in the prompt) meet these faults, in this order.

        Only a call that passes the key check and the validation uses a fault up.
        """
        with self._lock:
            self._calls += [_Scripted(fault, model, prompt, times) for fault in faults]

    def script_download(self, *faults, model=None, prompt=None, times=1):
        """Let the next fetches of living results meet these faults, in this order."""
        with self._lock:
            self._downloads += [_Scripted(fault, model, prompt, times) for fault in faults]

    def forget_script(self):
        """Drop the faults that nobody met."""
        with self._lock:
            self._calls, self._downloads = [], []

    def record(self, *, path, key, body):
        """Write a POST into the till, first of all: what follows may be cut, killed or refused."""
        with self._lock:
            number = len(self.till) + 1
            kept = body if self.keep_references else shortened(body)
            post = Post(number, self.clock.now(), path, key, kept, self._request_id(number))
            self.till.append(post)
            return post

    def bill(self, post):
        """Charge the model's price, at once: the generation runs on whatever happens to the line."""
        post.billed_micros = CONTRACT["models"].get(post.model, {}).get("micros", 0)

    def call_fault(self, post):
        """Use up the first scripted fault that fits this call, or give None."""
        return self._take(self._calls, post)

    def download_fault(self, post):
        """Use up the first scripted fault that fits this fetch, or give None."""
        return self._take(self._downloads, post)

    def wait_latency(self, post):
        """Sleep as long as the model takes, in real seconds; wakes when the server stops."""
        seconds = self.latency
        if callable(seconds):
            seconds = seconds(post)
        elif isinstance(seconds, dict):
            seconds = seconds.get(post.model, seconds.get("*", 0.0))
        if seconds > 0 and not self.closing.is_set():
            self.released.wait(seconds)

    def release(self):
        """Answer what waits now: a test that needs calls in flight for as long as it takes names no time."""
        with self._lock:
            waiting, self.released = self.released, threading.Event()
        waiting.set()

    def keep_result(self, post, *, recipe, origin):
        """Remember a result for ten minutes and return its signed address."""
        token, signature = secrets.token_hex(12), secrets.token_hex(16)
        with self._lock:
            self._forget_expired()
            expires = self.clock.now() + CONTRACT["result_seconds"]
            self.results[token] = Result(token, signature, expires, recipe, post)
        base = self.public_origin or origin
        post.result_url = f"{base}/results/{token}/sample.{recipe.output_format}?signature={signature}"
        return post.result_url

    def result(self, token):
        """Find a living result, or None."""
        with self._lock:
            found = self.results.get(token)
        return found if found and found.expires > self.clock.now() else None

    def picture(self, address):
        """Give the bytes behind a result address or token as the server sends them. Raises KeyError when it is gone."""
        token = urlsplit(address).path.split("/")[2] if "/" in address else address
        result = self.result(token)
        if result is None:
            raise KeyError(token)
        return self._drawn(result)

    def _drawn(self, result):
        """Draw at the first request; keep a few megabytes, since the same recipe always gives the same bytes."""
        with self._lock:
            content = self.picture_cache.get(result.token)
        if content is None and self.plain_pictures:
            content = pictures.plain_bytes(result.recipe, token=result.token)
        elif content is None:
            content = pictures.picture_bytes(result.recipe)
            self._remember(result.token, content)
        result.post.sha256 = result.post.sha256 or hashlib.sha256(content).hexdigest()
        return content

    def _remember(self, token, content):
        with self._lock:
            self.picture_cache[token] = content
            while sum(map(len, self.picture_cache.values())) > PICTURE_CACHE_BYTES:
                self.picture_cache.popitem(last=False)

    def _forget_expired(self):
        """Results stand in the order of their death, so that only the dead are looked at."""
        while self.results and next(iter(self.results.values())).expires <= self.clock.now():
            token, _ = self.results.popitem(last=False)
            self.picture_cache.pop(token, None)

    def _take(self, queue, post):
        with self._lock:
            scripted = next((entry for entry in queue if entry.fits(post)), None)
            if scripted is None:
                return None
            scripted.times -= 1
            if scripted.times <= 0:
                queue.remove(scripted)
            return scripted.fault

    def _request_id(self, number):
        stamp = datetime.fromtimestamp(self.clock.now(), UTC).strftime("%Y%m%d%H%M%S")
        return f"{stamp}{number:06d}{secrets.token_hex(5)}"


def demo_latency(post):
    """Take the model's usual time, give or take a quarter, the same for the same prompt and seed."""
    usual = CONTRACT["models"].get(post.model, {}).get("seconds", 1.0)
    digest = hashlib.sha256(f"{post.model}\0{post.prompt}\0{post.body.get('seed')}".encode(errors="replace")).digest()
    return usual * (1 - JITTER + 2 * JITTER * digest[0] / 255)


def demo_world(**options):
    """Make the world of demo mode: the models' real latencies, uploads not kept."""
    return World(**{"latency": demo_latency, "keep_references": False, **options})


def shortened(body):
    """Copy a body with its data URLs cut down to a word about them."""
    return {name: _short(value) for name, value in body.items()}


def _short(value):
    if isinstance(value, str) and value.startswith("data:") and len(value) > 200:
        return f"{value[:40]}... ({len(value)} characters, sha256 {hashlib.sha256(value.encode()).hexdigest()})"
    return value
