"""What is found by being seen, at a million pictures: near-duplicates of one, and what shows a colour.

python -m tests.benchmarks.likeness [--images 1000000] [--times 15]
"""

import argparse
import random
import statistics
import time

from tests.benchmarks import measuring, stand

GOAL_MS = 50
COLOURS = 3  # that a picture is found by
SHOWN = {"grey": "#808080", "orange": "#FF6600", "a common blue": "#1A2B60"}
COPIES = 40  # of one picture, a few bits apart
SAME = 20_000  # of another, all alike
CHUNK = 20_000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=15)
    asked = parser.parse_args()
    with stand.scratch():
        from django.db import connection

        rows = list(_measure(asked.images, asked.times))
        measuring.print_table(f"Seen, {asked.images:,} pictures on {connection.vendor}, median (longest) ms", rows)


def _measure(images, times):
    from gallery.models import Image, ImageLook
    from gallery.services.images.filters import Bound, Filters
    from gallery.services.images.pages import page_rows
    from gallery.services.images.seen import likeness
    from gallery.services.images.walks import Place

    owner = stand.make_owner()
    draw = random.Random(7)
    first = _fill(owner, images, draw)
    _tidy()
    cases = {
        "one of 40 near-duplicates": first,
        "one of 20,000 alike": first + COPIES,
        "one like no other": first + images - 1,
    }
    for name, pk in cases.items():
        image = Image.objects.get(pk=pk)
        found = likeness.images_like(image.pk, owner)
        yield (
            f"{name}: {len(found)} found",
            _figure(lambda image=image: likeness.images_like(image.pk, owner), times),
            f"<= {GOAL_MS}",
        )
    assert ImageLook.objects.count() == images
    middle = Place(first + images // 2)
    for name, colour in SHOWN.items():
        bound = Bound(Filters.of(f"colour={colour[1:]}"), owner)
        yield f"a page of {name}", _figure(lambda bound=bound: list(page_rows(bound)), times), f"<= {GOAL_MS}"
        deep = _figure(lambda bound=bound: list(page_rows(bound, after=middle)), times)
        yield f"a page of {name}, deep", deep, f"<= {GOAL_MS}"
        near = Bound(bound.filters.sorted_by("near"), owner)
        yield (
            f"a page of {name}, nearest first",
            _figure(lambda near=near: list(page_rows(near)), times),
            f"<= {GOAL_MS}",
        )
        last = page_rows(near)[-1]
        place = Place(last.id, last.created_at, rank=last.rank)
        after = _figure(lambda near=near, place=place: list(page_rows(near, after=place)), times)
        yield f"a page of {name}, nearest first, the next", after, f"<= {GOAL_MS}"


def _fill(owner, count, draw):
    """Make uploads with looks; return the first id: copies of one come first, then the many that are alike."""
    from gallery.models import Image
    from gallery.services.db.raw_updates import PreparedRows, take_ids
    from gallery.services.db.transactions import write_transaction
    from gallery.services.media.seeing.looks import look_rows

    one, other = draw.getrandbits(64), draw.getrandbits(64)
    first = None
    for start in range(0, count, CHUNK):
        with write_transaction():
            ids = take_ids(Image, min(CHUNK, count - start))
            first = first or ids[0]
            images = [_image(pk, owner) for pk in ids]
            hashes = [_hash(start + n, one, other, draw) for n in range(len(ids))]
            seen = [look_rows(image, _look(number, draw)) for image, number in zip(images, hashes, strict=True)]
            colours = [colour for _, found_by in seen for colour in found_by]
            for rows in (images, [look for look, _ in seen], colours):
                PreparedRows(rows).insert()
    return first


def _hash(number, one, other, draw):
    from gallery.services.media.seeing import perceptual_hash

    if number < COPIES:
        return perceptual_hash.signed(one ^ (1 << draw.randrange(64)) ^ (1 << draw.randrange(64)))
    return perceptual_hash.signed(other if number < COPIES + SAME else draw.getrandbits(64))


def _image(pk, owner):
    from gallery.models import Image

    return Image.of_upload(
        id=pk, owner=owner, width=64, height=64, bytes=1, sha256="0" * 64, format="jpeg", file="none", thumbnail="none",
        look_tries=None, edited=False, name="a.jpg",
    )  # fmt: skip


def _look(number, draw):
    from gallery.models import ImageLook
    from gallery.models.finding.looks import BANDS
    from gallery.services.media.seeing import perceptual_hash

    bands = dict(zip(BANDS, perceptual_hash.bands(number), strict=True))
    palette = [(f"#{draw.getrandbits(24):06X}", 300) for _ in range(COLOURS)]
    return ImageLook(hash=number, palette=palette, **bands)


def _tidy():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _figure(find, times):
    took = []
    for _ in range(times):
        began = time.perf_counter()
        find()
        took.append(1000 * (time.perf_counter() - began))
    return f"{statistics.median(took):.1f} ({max(took):.1f})"


if __name__ == "__main__":
    main()
