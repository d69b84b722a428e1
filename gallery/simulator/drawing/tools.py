"""Drawing tools on Pillow: smooth gradients, clean edges, soft shadows, shaded solids. No loop runs over pixels."""

from __future__ import annotations

import functools
import itertools
import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .palettes import mix

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
RIM = 180  # what Pillow's radial gradient reads half a side from its centre
SOFT = 8  # soft shadows are drawn up to so many times smaller: their blur hides it and costs next to nothing


def column(height, stops):
    """Return a strip one pixel wide with colours at [(place 0..1, colour)], top to bottom; `fill` widens it."""
    colours = ramp(tuple(stops), steps=64)
    strip = Image.frombytes("RGB", (1, 64), bytes(channel for colour in colours for channel in colour))
    return strip.resize((1, height), Image.Resampling.BICUBIC)


def row(width, stops):
    """Return a strip one pixel high with colours from left to right."""
    return column(width, stops).transpose(Image.Transpose.ROTATE_90)


def spread(strip, size, box=None):
    """Widen a strip to a size, or to the part of that size inside a box."""
    left, top, right, bottom = box or (0, 0, *size)
    part = strip.crop((0, top, 1, bottom)) if strip.size[0] == 1 else strip.crop((left, 0, right, 1))
    return part.resize((right - left, bottom - top), Image.Resampling.NEAREST)


@functools.lru_cache(128)
def ramp(stops, *, steps=256):
    """Spread stops over so many colours."""
    return [_colour_at(stops, step / (steps - 1)) for step in range(steps)]


def _colour_at(stops, place):
    for (start, first), (end, second) in itertools.pairwise(stops):
        if place <= end:
            share = min(1.0, max(0.0, (place - start) / ((end - start) or 1)))
            return mix(first, second, share)
    return stops[-1][1]


def toned(grey, stops):
    """Colour a grey picture by a ramp."""
    colours = ramp(tuple(stops))
    bands = [grey.point([colour[band] for colour in colours]) for band in range(3)]
    return Image.merge("RGB", bands)


def fill(image, points, paint):
    """Fill a polygon with a colour, or with a strip of colours over the whole canvas, with clean edges."""
    fill_all(image, [points], paint)


def fill_all(image, polygons, paint):
    """Fill many polygons in one go."""
    box = _clipped([point for points in polygons for point in points], image.size)
    if box is not None:
        content = paint if isinstance(paint, tuple) else spread(paint, image.size, box)
        lay(image, content, box, polygon_mask(polygons, box))


def lay(image, paint, box, mask):
    """Lay a colour or a picture of the box's size over the box: `composite` is twice as fast as a masked `paste`."""
    size = (box[2] - box[0], box[3] - box[1])
    paint = Image.new("RGB", size, paint) if isinstance(paint, tuple) else paint
    image.paste(Image.composite(paint, image.crop(box), mask), box)


def polygon_mask(polygons, box, *, fine=True):
    """Draw polygons inside a box, twice as large and halved again; not `fine` saves that where no edge shows."""
    scale = 2 if fine else 1
    mask = Image.new("L", ((box[2] - box[0]) * scale, (box[3] - box[1]) * scale))
    pen = ImageDraw.Draw(mask)
    for points in polygons:
        pen.polygon([((x - box[0]) * scale, (y - box[1]) * scale) for x, y in points], fill=255)
    return mask.reduce(2) if fine else mask


def _clipped(points, size):
    left, top = (math.floor(min(point[axis] for point in points)) - 1 for axis in (0, 1))
    right, bottom = (math.ceil(max(point[axis] for point in points)) + 1 for axis in (0, 1))
    box = (max(0, left), max(0, top), min(size[0], right), min(size[1], bottom))
    return box if box[0] < box[2] and box[1] < box[3] else None


def ellipse(cx, cy, rx, ry, *, turn=0.0):
    """Return the outline of an ellipse as points."""
    count = max(24, min(160, int(max(rx, ry))))
    angles = [2 * math.pi * step / count for step in range(count)]
    cos, sin = math.cos(turn), math.sin(turn)
    flat = [(rx * math.cos(angle), ry * math.sin(angle)) for angle in angles]
    return [(cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in flat]


def strokes(image, lines, *, colour, width):
    """Draw open lines of one width with clean edges."""
    points = [point for line in lines for point in line]
    box = _clipped([(x + d, y + d) for x, y in points for d in (-width, width)], image.size) if points else None
    if box is None:
        return
    mask = Image.new("L", ((box[2] - box[0]) * 2, (box[3] - box[1]) * 2))
    pen = ImageDraw.Draw(mask)
    for line in lines:
        scaled = [((x - box[0]) * 2, (y - box[1]) * 2) for x, y in line]
        pen.line(scaled, fill=255, width=max(1, round(width * 2)), joint="curve")
    lay(image, colour, box, mask.reduce(2))


def flecks(image, spots, *, colour):
    """Scatter lens-shaped strokes [(x, y, half width, half height)]; too fine for smooth edges to matter."""
    lenses = [[(x - half, y), (x, y - thick), (x + half, y), (x, y + thick)] for x, y, half, thick in spots]
    box = _clipped([point for lens in lenses for point in lens], image.size)
    if box is not None:
        lay(image, colour, box, polygon_mask(lenses, box, fine=False))


def soft_mask(size, shapes, *, blur):
    """Draw polygons [(points, strength 0..255)] and blur them by so many pixels of the canvas."""
    soft = max(1, min(SOFT, int(blur / 2.5)))
    small = (max(2, size[0] // soft), max(2, size[1] // soft))
    scale = (small[0] / size[0], small[1] / size[1])
    mask = Image.new("L", small)
    pen = ImageDraw.Draw(mask)
    for points, strength in shapes:
        pen.polygon([(x * scale[0], y * scale[1]) for x, y in points], fill=strength)
    return mask.filter(ImageFilter.GaussianBlur(blur / soft)).resize(size, Image.Resampling.BICUBIC)


def shade(image, shapes, *, colour, blur):
    """Lay soft shapes of a colour over the picture: shadows when dark, light when bright."""
    box = _clipped(
        [(x + d, y + d) for points, _ in shapes for x, y in points for d in (-3 * blur, 3 * blur)], image.size
    )
    if box is None:
        return
    moved = [([(x - box[0], y - box[1]) for x, y in points], strength) for points, strength in shapes]
    lay(image, colour, box, soft_mask((box[2] - box[0], box[3] - box[1]), moved, blur=blur))


def glow(image, cx, cy, radius, *, colour, strength=1.0):
    """Add light that fades out from a point."""
    box = _clipped([(cx - radius, cy - radius), (cx + radius, cy + radius)], image.size)
    if box is None:
        return
    fade = Image.radial_gradient("L").point([round(strength * 255 * max(0, 1 - v / RIM) ** 2) for v in range(256)])
    whole = (cx - radius, cy - radius)
    scale = 256 / (2 * radius)
    window = tuple((box[i] - whole[i % 2]) * scale for i in range(4))
    size = (box[2] - box[0], box[3] - box[1])
    lay(image, colour, box, fade.resize(size, Image.Resampling.BILINEAR, box=_within(window, 256)))


def _within(window, side):
    return tuple(min(side, max(0, value)) for value in window)


def noise(size, cells, rng):
    """Make one octave of smooth grey noise, `cells` across and down."""
    across, down = max(2, cells[0]), max(2, cells[1])
    grid = Image.frombytes("L", (across, down), rng.randbytes(across * down))
    return grid.resize(size, Image.Resampling.BICUBIC)


def clouds(size, cells, rng, *, octaves=4, rough=0.5):
    """Add octaves of noise, each twice as fine and `rough` as strong, and stretch the greys to the full range."""
    total, weight = noise(size, cells, rng), 1.0
    for octave in range(1, octaves):
        finer = noise(size, (cells[0] << octave, cells[1] << octave), rng)
        weight += rough**octave
        total = Image.blend(total, finer, rough**octave / weight)
    low, high = total.getextrema()
    return total.point([min(255, max(0, round((v - low) * 255 / max(1, high - low)))) for v in range(256)])


def relief(grey, *, strength=0.5):
    """Light a height map from the upper left: 128 is flat."""
    w, h = grey.size
    moved = ImageChops.offset(grey, 2, 2)
    moved.paste(grey.crop((0, 0, w, 2)), (0, 0))
    moved.paste(grey.crop((0, 0, 2, h)), (0, 0))
    lit = ImageChops.subtract(grey, moved, scale=1 / (strength * 4), offset=128)
    return lit.filter(ImageFilter.GaussianBlur(0.6))


def profile(count, rng, *, rough=0.5, octaves=5, base=3):
    """Make a line of so many heights in -1..1: smooth hills with finer and finer ones on them."""
    heights, weight = [0.0] * count, 1.0
    for octave in range(octaves):
        cells = base << octave
        knots = [rng.uniform(-1, 1) for _ in range(cells + 2)]
        heights = [h + weight * _eased(knots, i * cells / count) for i, h in enumerate(heights)]
        weight *= rough
    top = max(map(abs, heights)) or 1
    return [height / top for height in heights]


def _eased(knots, place):
    cell = int(place)
    share = place - cell
    share = share * share * (3 - 2 * share)
    return knots[cell] * (1 - share) + knots[cell + 1] * share


def tone_stops(colour, *, light=WHITE, dark=BLACK):
    """Return the ramp of a lit matte solid, from its highlight to its shadow with a little light thrown back."""
    return [
        (0.0, mix(colour, light, 0.62)),
        (0.22, mix(colour, light, 0.22)),
        (0.5, colour),
        (0.82, mix(colour, dark, 0.5)),
        (1.0, mix(colour, dark, 0.36)),
    ]


def unit_of(canvas):
    """Give the measure of a scene: the smaller side, a little more on long formats."""
    w, h = canvas.image.size
    return min(w * 1.1, h * 1.1, (w * h) ** 0.5)
