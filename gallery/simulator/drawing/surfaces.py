"""Scenes without a room: a poster, folded paint, a coast from above."""

from __future__ import annotations

import functools
import itertools
import math
import re

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from .palettes import mix
from .tools import WHITE, clouds, ellipse, fill, relief, strokes, toned, unit_of


def poster(canvas):
    """A Swiss poster: one shape, some rules, and the prompt's word set large."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    w, h = image.size
    unit, paper = unit_of(canvas), mix(pal.light, pal.warm, 0.12)
    image.paste(rng.choice((paper, paper, mix(pal.shade, pal.deep, 0.4))), (0, 0, w, h))
    r = unit * rng.uniform(0.28, 0.4)
    cx, cy = w * rng.uniform(0.45, 0.8), h * rng.uniform(0.28, 0.45)
    fill(image, ellipse(cx, cy, r, r), pal.accent)
    ends = [rng.uniform(0.3, 0.6) for _ in range(7)]
    if canvas.style.detail:
        lower = [(x, y) for x, y in ellipse(cx - r * 0.5, cy + r * 0.3, r * 0.8, r * 0.8) if y >= cy + r * 0.3]
        fill(image, lower, pal.shade)
        bars = [
            [(w * 0.08, h * 0.1 + i * unit * 0.022), (w * end, h * 0.1 + i * unit * 0.022)]
            for i, end in enumerate(ends)
        ]
        strokes(image, bars, colour=pal.deep, width=unit * 0.006)
    word = _headline(canvas.prompt)
    size = min(unit * 0.3, w * 1.45 / max(3, max(map(len, word.split("\n")))))
    ink = WHITE if sum(image.getpixel((2, 2))) < 300 else pal.deep
    ImageDraw.Draw(image).multiline_text(
        (w * 0.07, h * 0.88),
        word,
        font=font(round(size)),
        fill=ink,
        anchor="ld",
        spacing=size * 0.02,
        stroke_width=size * 0.025,
    )


def fluid(canvas):
    """Folded paint: clouds bent by waves, coloured by the palette, lit as a relief."""
    image, pal = canvas.image, canvas.palette
    size = (max(16, image.size[0] // 2), max(16, image.size[1] // 2))
    field = _bent(clouds(size, _cells(size, 2), canvas.own("paint"), octaves=3), canvas.rng, strength=0.2)
    field = field.filter(ImageFilter.GaussianBlur(2))
    stops = [(0, pal.deep), (0.22, pal.shade), (0.42, pal.body), (0.58, pal.warm), (0.7, pal.light), (0.84, pal.accent)]
    paint = toned(field, [*stops, (1, pal.shade)])
    if canvas.style.detail:
        paint = ImageChops.overlay(paint, _veins(field, canvas.style.detail).convert("RGB"))
    image.paste(paint.resize(image.size, Image.Resampling.LANCZOS))


def coast(canvas):
    """A shore from high above: deep water, reef, foam, sand, green."""
    image, pal = canvas.image, canvas.palette
    size = (max(16, image.size[0] * 3 // 4), max(16, image.size[1] * 3 // 4))
    rocks = clouds(size, _cells(size, 2), canvas.own("coast"), octaves=4 + canvas.style.detail, rough=0.56)
    slope = Image.linear_gradient("L").rotate(canvas.rng.choice((0, 90, 180, 270))).resize(size)
    height = _bent(Image.blend(rocks, slope, 0.42), canvas.rng, strength=0.045)
    land = toned(height, _coast_colours(pal))
    if canvas.style.detail:
        land = ImageChops.overlay(land, relief(height, strength=0.9).convert("RGB"))
    image.paste(land.resize(image.size, Image.Resampling.BICUBIC))


@functools.lru_cache(64)
def font(size):
    """Give Pillow's own face, the only one that is surely there."""
    return ImageFont.load_default(size=max(6, size))


def _headline(prompt):
    """Take the quoted words of a prompt, else its first two."""
    quoted = re.search(r"[\"'“‘]([^\"'”’]{2,24})[\"'”’]", prompt)
    words = quoted[1].split() if quoted else re.findall(r"[A-Za-z]{3,12}", prompt)[:2]
    return "\n".join(words[:3]) or "Flux"


def _veins(field, detail):
    """Let thin lines follow the folds, as in marbled paper, and light them a little."""
    waves = 3 + 2 * detail
    lines = field.point([round(124 + 34 * math.sin(v / 255 * 6.3 * waves)) for v in range(256)])
    smooth = field.filter(ImageFilter.GaussianBlur(2))
    return Image.blend(lines.filter(ImageFilter.GaussianBlur(1.2)), relief(smooth, strength=1.1), 0.5)


def _coast_colours(pal):
    water, ground = mix(pal.shade, (24, 110, 140), 0.5), mix((74, 110, 62), pal.shade, 0.25)
    foam, sand = mix(pal.light, WHITE, 0.5), mix((226, 202, 160), pal.light, 0.35)
    stops = [
        (0, mix(water, pal.deep, 0.7)),
        (0.3, water),
        (0.47, mix(water, pal.light, 0.3)),
        (0.494, foam),
        (0.503, foam),
    ]
    return [*stops, (0.512, sand), (0.545, mix(sand, ground, 0.25)), (0.575, ground), (1, mix(ground, pal.deep, 0.45))]


def _cells(size, across):
    """Share noise cells out so that they are about square."""
    short = min(size)
    return max(2, round(across * size[0] / short)), max(2, round(across * size[1] / short))


def _bent(grey, rng, *, strength):
    """Push a picture about by three crossing waves, on a mesh fine enough to look smooth."""
    w, h = grey.size
    count, reach = 26, strength * min(w, h)
    waves = [(rng.uniform(0.4, 1.7), rng.uniform(0.4, 1.7), rng.uniform(0, 6.3), rng.uniform(0, 6.3)) for _ in range(3)]

    def place(i, j):
        u, v = i / count * 6.3 * w / max(w, h), j / count * 6.3 * h / max(w, h)
        dx = sum(math.sin(b * v + c + 0.6 * math.sin(a * u)) for a, b, c, _ in waves)
        dy = sum(math.sin(a * u + d + 0.6 * math.sin(b * v)) for a, b, _, d in waves)
        return _mirrored(i * w / count + dx * reach, w), _mirrored(j * h / count + dy * reach, h)

    places = {(i, j): place(i, j) for i in range(count + 1) for j in range(count + 1)}
    pieces = []
    for i, j in itertools.product(range(count), repeat=2):
        target = (i * w // count, j * h // count, (i + 1) * w // count, (j + 1) * h // count)
        corners = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
        pieces.append((target, tuple(value for corner in corners for value in places[corner])))
    return grey.transform((w, h), Image.Transform.MESH, pieces, Image.Resampling.BILINEAR)


def _mirrored(value, limit):
    """Reflect a place that left the picture back into it."""
    value = abs(value)
    return min(limit - 2, max(1, value if value < limit else 2 * limit - value))
