"""The gallery page at different sizes, against a minimal signed-in view with 60 cards; what it asks and what it weighs.

python -m tests.benchmarks.gallery [--sizes 1000 100000] [--times 40]
"""

import argparse
import io
import re
import statistics
from collections import defaultdict

from django.test import Client

from tests.benchmarks import measuring, stand

DEEP = 0.9  # how far down the deep page lies
SHARED = ("q=light", "stars_from=3")
COUNTING = re.compile(r"COUNT.*gallery_image|OFFSET")


def main():
    asked = _arguments()
    with stand.scratch() as _:
        from django.conf import settings

        settings.ROOT_URLCONF = "tests.benchmarks.minimal"
        galleries = [_Gallery(size) for size in asked.sizes]
        measured = _measure(galleries, asked.times)
        asks, weights = galleries[-1].asks(), _weights(galleries[-1].get("/gallery/"))
    _print(asked.sizes, measured, asks=asks, weights=weights)


def _arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000], help="add 1000000 with some patience")
    parser.add_argument("--times", type=int, default=40)
    return parser.parse_args()


class _Gallery:
    """One member with so many images; all of them share a database."""

    def __init__(self, size):
        from gallery.models import Image

        self.owner = _owner_with(size)
        self.client = stand.signed_in(self.owner)
        keys = Image.objects.of(self.owner).order_by("-id").values_list("key", flat=True)
        deep = f"/gallery/?before={keys[int(size * DEEP)]}"
        self.addresses = {"minimal": "/minimal/", "first": "/gallery/", "deep": deep}
        for query in _filters_of(self.owner):
            name = _name(query)
            self.addresses[name] = f"/gallery/?{query}"
            if deep := self._deep_in(query):
                self.addresses[f"{name}, deep"] = f"/gallery/?{query}&before={deep}"
        self.guest = Client()
        self.addresses |= {f"guest of {query}": _share(self.owner, query) for query in SHARED}
        self.addresses |= {f"collection that fills itself: {name}": each for name, each in _collections(self.owner)}

    def _deep_in(self, query):
        """Return the key of a picture far down in what a filter leaves."""
        from gallery.models import Image
        from gallery.services.images.filters import Filters

        found = Filters.of(query).narrow(Image.objects.of(self.owner), self.owner).order_by("-id")
        keys = list(found.values_list("key", flat=True))
        last = keys[int(len(keys) * DEEP)] if keys else ""
        return f"3.{last}" if last and "sort=best" in query else last

    def get(self, address):
        answer = (self.guest if address.startswith("/s/") else self.client).get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.content

    def list(self):
        from gallery.services.images.filters import Bound, Filters
        from gallery.services.images.pages import page_rows

        return list(page_rows(Bound(Filters(), self.owner)))

    def asks(self):
        """Return how many queries the first page makes, and how many of them count images or skip rows."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            self.get("/gallery/")
        return len(queries), sum(bool(COUNTING.search(query["sql"])) for query in queries)


def _name(query):
    return query if "sort" in query or "q=" in query or "made" in query else query.partition("=")[0]


def _filters_of(owner):
    """Write one of each filter that has pictures to leave."""
    from gallery.models import Collection, Image, Project, Tag

    some = Image.objects.of(owner).filter(seed__isnull=False).order_by("-id")[0]
    project = Project.objects.filter(images__owner=owner).first()
    tag, collection = Tag.objects.of(owner).first(), Collection.objects.owned_by(owner).first()
    queries = [f"model={some.model}", f"shape={some.shape}", f"size={some.width}x{some.height}", f"seed={some.seed}"]
    queries += [f"month={some.created_at:%Y-%m}", "from=2020-01-01", "to=2099-01-01", "stars=3", "stars_from=3"]
    queries += ["favourite=1", "verdict=pick", "verdict=none", "sort=best", "sort=oldest"]
    queries += [f"project={project.name.replace('&', '%26')}"] if project else []
    queries += [f"tag={tag.key}"] if tag else []
    queries += [f"collection={collection.key}"] if collection else []
    queries += [f"run={some.run.key}", "made=reference", "made=upload", "colour=2F4B6E", f"like={some.key}"]
    return [*queries, "q=light", "q=light&sort=oldest", "q=light&sort=best"]


def _share(owner, query):
    """Share a search by link; return its address."""
    from gallery.models import Share
    from gallery.models.shares import Kind
    from gallery.services.shares import shares

    share = Share(owner=owner, title="Shared", kind=Kind.GALLERY, live=True, filter={"query": query})
    return f"/s/{shares.token_of(shares.create_share(share))}/"


def _collections(owner):
    """Make collections that fill themselves; give (name, address)."""
    from gallery.services.collections import collections

    tag, inner = owner.tags.first().key, {"join": "or", "parts": ["stars=4", "verdict=pick"]}
    rules = {
        "words and stars": {"join": "and", "parts": ["q=light", "stars_from=3"]},
        "nested": {"join": "or", "parts": [{"join": "and", "parts": [f"tag={tag}", inner]}, "q=harbour&favourite=1"]},
        "not judged": {"join": "and", "parts": ["verdict=none", "shape=3:2"]},
    }
    for name, each in rules.items():
        yield name, f"/collections/{collections.make_collection(owner=owner, name=name, rules=each).key}/"


def _measure(galleries, times):
    """Measure everything in turns, so that a slow minute of the machine meets all of it; return medians by gallery."""
    rounds = [defaultdict(list) for _ in galleries]
    for _ in range(times):
        for gallery, found in zip(galleries, rounds, strict=True):
            for name, address in gallery.addresses.items():
                found[name].append(measuring.seconds_of(lambda g=gallery, a=address: g.get(a)) * 1000)
            found["listing"].append(measuring.seconds_of(gallery.list) * 1000)
    return [{name: statistics.median(values) for name, values in found.items()} for found in rounds]


def _owner_with(size):
    from django.core.management import call_command

    from gallery.models import User

    owner = User.objects.create_user(f"owner-{size}")
    call_command("demo_data", images=size, owner=owner.username, stdout=io.StringIO())
    return owner


def _weights(page):
    """Return gzip bytes of the page, its style sheets and its scripts."""
    text = page.decode()
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', text)
    return measuring.gzipped(page), sum(map(_static, styles)), sum(map(_static, scripts))


def _static(address):
    from django.contrib.staticfiles import finders

    with open(finders.find(address.removeprefix("/static/")), "rb") as file:  # noqa: PTH123
        return measuring.gzipped(file.read())


def _print(sizes, measured, *, asks, weights):
    small, large = measured[0], measured[-1]
    html, css, script = weights
    names = " / ".join(f"{size:,}" for size in sizes)
    measuring.print_table(
        f"Gallery page, {names} images",
        [
            ("minimal signed-in view, 60 cards, ms", _row(measured, "minimal"), "the floor"),
            ("first page, ms", _row(measured, "first"), ""),
            ("deep page, ms", _row(measured, "deep"), ""),
            ("first page / minimal view", _ratio(large["first"], large["minimal"]), "<= 1.0, aim 0.6"),
            ("first page, largest / smallest", _ratio(large["first"], small["first"]), "<= 1.2"),
            ("deep page, largest / smallest", _ratio(large["deep"], small["deep"]), "<= 1.2"),
            *_filter_rows(measured),
            *(
                (f"guest of {query} / its owner", _ratio(large[f"guest of {query}"], large[_name(query)]), "<= 1.1")
                for query in SHARED
            ),
            ("listing query through the ORM, ms", _row(measured, "listing"), "<= 3"),
            ("queries; of these COUNT or OFFSET", f"{asks[0]}; {asks[1]}", "<= 6; 0"),
            ("HTML, gzip, kB", f"{html / 1000:.1f}", "<= 15"),
            ("CSS, gzip, kB", f"{css / 1000:.1f}", "<= 20"),
            ("script, gzip, KiB", f"{script / 1024:.1f}", "<= 25"),
        ],
    )


def _filter_rows(measured):
    """One line for each filter: its page of the largest gallery, against that of the smallest."""
    usual = ("minimal", "first", "deep", "listing")
    names = [name for name in measured[-1] if name not in usual and name in measured[0]]
    small, large = measured[0], measured[-1]
    found = [(name, f"{large[name]:.1f}; {large[name] / small[name]:.2f}") for name in names]
    return [(f"{name}, ms; largest / smallest", value, "<= 1.2") for name, value in found]


def _row(measured, name):
    return " / ".join(f"{each[name]:.1f}" for each in measured)


def _ratio(value, beside):
    return f"{value / beside:.2f}"


if __name__ == "__main__":
    main()
