"""Search at a million pictures: words of every kind, pages, what it says to 100,000 pictures in the trash.

python -m tests.benchmarks.search [--images 1000000] [--times 15]
"""

import argparse
import io
import statistics
import time

from tests.benchmarks import measuring, stand

MEMBER_SHARE = 10  # one picture in so many is somebody else's
TRASHED_SHARE = 10  # one in so many is trashed
GOALS_MS = {"sqlite": (10, 15), "postgresql": (25, 25)}  # any words; one to three characters
COMBINED_MS = 50
SEARCHES = {
    "common word": "light",
    "two common words": "light film",
    "rare words": "beekeeper linocut moonlight",
    "exact words": '"soft overcast light"',
    "exact words that are nowhere": '"light soft overcast"',
    "beginning of a word": "moonl*",
    "two letters of a word": "mo*",
    "one without the other": "harbour NOT light",
    "one or the other": "herons OR beekeeper",
    "word that is nowhere": "zebra",
    "Chinese, one character": "猫",
    "Chinese, two characters": "黑猫",
    "Chinese, three characters": "青花瓷",
    "Japanese, two characters": "の猫",
    "Thai, one character": "แ",
    "Thai, three characters": "แมว",
    "Korean, inside a word": "자기",
    "emoji": "🌊",
}


def main():
    asked = _arguments()
    with stand.scratch():
        from django.db import connection

        searched = _Searched(asked.images)
        rows = [*searched.measure(asked.times, *GOALS_MS[connection.vendor]), *searched.trash()]
        title = f"Search in {asked.images:,} pictures on {connection.vendor}, a page of 60 newest, median (longest) ms"
        measuring.print_table(title, rows)


def _arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=15)
    return parser.parse_args()


class _Searched:
    def __init__(self, images):
        from gallery.models import Image, User

        self.images = images
        self.owner, self.member = User.objects.create_user("olga"), User.objects.create_user("max")
        for user, count in ((self.member, images // MEMBER_SHARE), (self.owner, images - images // MEMBER_SHARE)):
            _fill(user, count)
        self.model = Image.objects.of(self.member).latest("id").model
        _tidy()

    def measure(self, times, goal, goal_of_characters):
        for name, text in SEARCHES.items():
            aim = goal_of_characters if "character" in name else goal
            yield name, self._figure(lambda text=text: self.find(text), times), f"<= {aim}"
        middle = self.images // 2
        yield "common word, deep", self._figure(lambda: self.find("light", before=middle), times), f"<= {goal}"
        for name, text in (("common word", "light"), ("two characters", "黑猫")):
            combined = self._figure(lambda text=text: self.find_of_member(text), times)
            yield f"{name} + member + model", combined, f"<= {COMBINED_MS}"

    def find(self, text, before=None):
        from gallery.models import Image

        return self._page(Image.objects.of(self.owner), text, [f"_o{self.owner.id}"], before)

    def find_of_member(self, text):
        """All of the member's pictures are older than all of the owner's, in which the word is as common."""
        from gallery.models import Image

        rows = Image.objects.of(self.member).filter(model=self.model)
        return self._page(rows, text, [f"_o{self.member.id}", f"_m{self.model}"])

    def _page(self, rows, text, facets, before=None):
        from gallery.services.search.finding import find_images

        return find_images(rows.kept().for_tiles(), text, facets=facets).before(before)[:61]

    def _figure(self, act, times):
        found = len(act())
        spent = [measuring.seconds_of(act) * 1000 for _ in range(times)]
        return f"{statistics.median(spent):.1f} ({max(spent):.1f}), {'60+' if found > 60 else found} found"

    def trash(self):
        from gallery.services.search import index, upkeep

        before, count = _index_bytes(), self.images // TRASHED_SHARE
        self._trash(count)
        indexing = measuring.seconds_of(index.index_changes)
        night = measuring.seconds_of(upkeep.sweep_index)
        after = _index_bytes()
        rebuilding = measuring.seconds_of(lambda: list(upkeep.rebuild_index()))
        fresh = _index_bytes()
        yield "index, MB", f"{before / 1e6:.0f}", ""
        yield f"{count:,} trashed: texts taken out, s", f"{indexing:.1f}", ""
        yield "the night after, s", f"{night:.1f}", ""
        yield "index then / a fresh one", f"{after / fresh:.2f}", "<= 1.2"
        yield "all of it rebuilt, s", f"{rebuilding:.1f}", ""

    def _trash(self, count):
        from django.utils import timezone

        from gallery.models import Image
        from gallery.services.db.slices import write_in_slices
        from gallery.services.search import index

        def trash(part):
            Image.objects.filter(id__in=part).update(trashed_at=timezone.now())
            index.mark_changed(part)

        ids = Image.objects.of(self.owner).values_list("id", flat=True)
        write_in_slices([pk for pk in ids if not pk % TRASHED_SHARE][:count], trash)


def _fill(user, count):
    from django.core.management import call_command

    began = time.monotonic()
    call_command("demo_data", images=count, owner=user.username, stdout=io.StringIO())
    print(f"{count:,} pictures in {time.monotonic() - began:.0f} s", flush=True)


def _tidy():
    """As after a night: an index in one piece, and what the planner knows."""
    from django.db import connection

    from gallery.services.search import upkeep

    upkeep.sweep_index()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _index_bytes():
    from django.db import connection

    sqlite = "SELECT SUM(pgsize - unused) FROM dbstat WHERE name LIKE 'gallery_search%%'"
    with connection.cursor() as cursor:
        cursor.execute(sqlite if connection.vendor == "sqlite" else "SELECT pg_relation_size('gallery_search')")
        return cursor.fetchone()[0]


if __name__ == "__main__":
    main()
