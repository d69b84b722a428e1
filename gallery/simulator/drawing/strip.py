"""The strip along the top of an edit: the pictures that went in, in their order, whole and in their own colours.

Nothing that styles the rest touches it, so that one can see, and a test can read, what was sent at which place.
"""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageStat

PLACES = 8
GROUND, LINE = (20, 20, 22), (236, 236, 232)
LINE_SEEN = 128  # grey level that no ground reaches and every line does, also in a JPEG
SMALLEST = 24  # pixels of a place: below that there is no strip


def draw_strip(image, references):
    """Return the picture with the strip; one that is too small for it as it is."""
    places = list(_places(image.size))
    if not places:
        return image
    sheet = image.copy()
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 0, image.width - 1, places[0][3] - 1), fill=GROUND)
    for place, reference in zip(places, references, strict=False):
        _draw(sheet, pen, place, reference)
    return sheet


def read_strip(image):
    """Return what stands in the strip of a picture, as (mean colour, of its left half, of its right half) in order."""
    found = []
    for place in _places(image.size) if _has_strip(image) else ():
        box = image.crop(place).convert("L").point([255 * (level > LINE_SEEN) for level in range(256)]).getbbox()
        if box is None:
            break
        found.append(_colours(image.crop(place).convert("RGB").crop(box)))
    return found


def _has_strip(image):
    """Look along the upper edge, where nothing but the ground is."""
    return all(
        low >= level - 14 and high <= level + 14
        for (low, high), level in zip(
            image.convert("RGB").crop((0, 0, image.width, 1)).getextrema(), GROUND, strict=True
        )
    )


def _places(size):
    """Yield (left, top, right, bottom) of each."""
    wide, high = size[0] / PLACES, round(min(size[0] / PLACES, size[1] / 6))
    if min(wide, high) >= SMALLEST:
        for n in range(PLACES):
            yield round(n * wide), 0, round((n + 1) * wide), high


def _line(place):
    return max(2, (place[3] - place[1]) // 32)


def _draw(sheet, pen, place, reference):
    """Whole and in its shape, with a line around it; a very long one gets at least some pixels of height."""
    left, top, right, bottom = place
    line = _line(place)
    room = (right - left - 4 * line, bottom - top - 4 * line)
    share = min(room[0] / reference.width, room[1] / reference.height)
    width, height = (max(8, round(side * share)) for side in reference.size)
    x, y = (left + right - width) // 2, (top + bottom - height) // 2
    pen.rectangle((x - line, y - line, x + width + line - 1, y + height + line - 1), fill=LINE)
    sheet.paste(reference.resize((width, height), Image.Resampling.BICUBIC), (x, y))


def _colours(framed):
    """Leave the line out, and what a JPEG makes of its neighbours."""
    edge = round(framed.height / 6) if framed.height < framed.width else round(framed.width / 6)
    inner = framed.crop((edge, edge, framed.width - edge, framed.height - edge))
    middle = inner.width // 2
    gap = max(1, inner.width // 10)
    halves = [inner.crop((0, 0, middle - gap, inner.height)), inner.crop((middle + gap, 0, *inner.size))]
    return tuple(tuple(round(level) for level in ImageStat.Stat(part).mean) for part in (inner, *halves))
