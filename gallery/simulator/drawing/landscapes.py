"""Scenes out of doors, painted from far to near: haze lies between the layers."""

from __future__ import annotations

import math

from PIL import Image, ImageChops

from .palettes import mix
from .tools import (
    clouds,
    column,
    ellipse,
    fill,
    fill_all,
    flecks,
    glow,
    lay,
    polygon_mask,
    profile,
    shade,
    soft_mask,
    spread,
)

LAYERS = (3, 4, 6, 7)  # by a style's detail


def ridges(canvas):
    """Mountain chains, one behind the other, under a low sun."""
    horizon = canvas.rng.uniform(0.34, 0.46)
    sky(canvas, horizon)
    count, pal = LAYERS[canvas.style.detail], canvas.palette
    for layer in range(count):
        share = (layer + 1) / count
        base = horizon + (1.02 - horizon) * (layer / count) ** 1.15
        height = canvas.rng.uniform(0.1, 0.17) * (1.15 - 0.45 * share)
        colour = _hazed(pal, share)
        mist = mix(colour, pal.warm, 0.6 - 0.35 * share)
        points = _line(canvas, base, height, rough=0.46 + 0.1 * share, base_cells=2 + layer)
        after = horizon + (1.02 - horizon) * ((layer + 1) / count) ** 1.15
        _layer(canvas, points, colour, mist, texture=canvas.style.detail > 1 and layer > 0, until=after + 0.18)


def dunes(canvas):
    """Long dunes with a lit side and a side in shadow, parted by their crests."""
    horizon = canvas.rng.uniform(0.36, 0.48)
    sky(canvas, horizon)
    count, pal = max(3, LAYERS[canvas.style.detail] - 2), canvas.palette
    for layer in range(count):
        share = (layer + 1) / count
        base = horizon + (0.95 - horizon) * (layer / count) ** 1.2 + 0.03
        points = _line(canvas, base, 0.1, rough=0.3, base_cells=2, octaves=2 if canvas.style.detail else 1)
        lit = mix(pal.warm, pal.body, share * 0.75)
        _layer(canvas, points, lit, mix(lit, pal.shade, 0.3 + 0.3 * share), texture=canvas.style.detail > 1)
        _lee(canvas, points, mix(lit, pal.shade, 0.55 + 0.25 * share))


def sea(canvas):
    """A sun or a moon over water, its light on the waves, a dark shore in front."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    w, h = image.size
    line = rng.uniform(0.52, 0.64)
    cx, _ = sky(canvas, line, high=True)
    water = [
        (0, pal.shade),
        (line, mix(pal.body, pal.warm, 0.3)),
        (line + 0.12, pal.body),
        (1, mix(pal.shade, pal.deep, 0.5)),
    ]
    fill(image, [(0, line * h), (w, line * h), (w, h), (0, h)], column(h, water))
    if canvas.style.detail > 0:
        _far_coast(canvas, line)
    _waves(canvas, line, cx)
    if rng.random() < 0.6:
        _layer(canvas, _line(canvas, rng.uniform(0.94, 1.0), 0.08, rough=0.5, base_cells=2), pal.deep, pal.deep)


def city(canvas):
    """A skyline in the haze of the evening, nearer blocks with lit windows."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    w, h = image.size
    sky(canvas, 0.72)
    count = max(2, LAYERS[canvas.style.detail] - 2)
    for layer in range(count):
        share = (layer + 1) / count
        colour = mix(mix(pal.body, pal.warm, 0.45), pal.deep, share**1.1)
        faces = column(h, [(0.2, colour), (1, mix(colour, pal.warm, 0.4 - 0.3 * share))])
        x = -0.05 * w * rng.random()
        ground = h * (0.88 - 0.06 * share)
        fill(image, [(0, ground), (w, ground), (w, h), (0, h)], faces)
        while x < w:
            x += _tower(canvas, x, share, faces) + (rng.random() < 0.25) * 0.02 * w
    shade(image, [([(0, h * 0.93), (w, h * 0.93), (w, h * 1.1), (0, h * 1.1)], 150)], colour=pal.deep, blur=h * 0.05)


def forest(canvas):
    """Firs on slopes, each row paler the farther it stands."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    w, h = image.size
    sky(canvas, 0.5)
    count = LAYERS[canvas.style.detail]
    for layer in range(count):
        share = (layer + 1) / count
        base, colour = 0.46 + 0.6 * (layer / count) ** 1.25, _hazed(pal, share)
        slope = _line(canvas, base + 0.07, 0.12, rough=0.4, base_cells=2, octaves=2)
        size = min(w, h) * (0.04 + 0.3 * share**2.4)
        spots = range(int(-size * rng.random()), w + int(size), max(4, int(size * (0.3 + 0.4 * share))))
        trees = [_fir(rng, x + rng.uniform(-0.4, 0.4) * size, _height_at(slope, x, w), size) for x in spots]
        fill_all(image, trees, colour)
        _layer(canvas, slope, colour, mix(colour, pal.warm, 0.5 * (1 - share)))
        if layer < count - 1:
            band = [(0, h * (base + 0.09)), (w, h * (base + 0.06)), (w, h * (base + 0.16)), (0, h * (base + 0.17))]
            shade(image, [(band, round(110 * (1 - share)) + 20)], colour=mix(pal.light, pal.warm, 0.4), blur=h * 0.035)


def sky(canvas, horizon, *, high=False):
    """Paint the sky with its sun down to the horizon (a share of the height) and return the sun's place."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    w, h = image.size
    top = mix(pal.shade, pal.body, 0.45)
    stops = [
        (0, top),
        (horizon * 0.5, mix(pal.body, pal.warm, 0.5)),
        (horizon, mix(pal.warm, pal.light, 0.35)),
        (1, pal.warm),
    ]
    image.paste(spread(column(h, stops), image.size))
    if canvas.style.detail > 1:
        _cirrus(canvas, horizon)
    side = min(w, h)
    cx = w * rng.choice((rng.uniform(0.2, 0.42), rng.uniform(0.58, 0.8)))
    cy = h * horizon * (rng.uniform(0.32, 0.55) if high else rng.uniform(0.55, 0.95))
    radius = side * rng.uniform(0.045, 0.085)
    glow(image, cx, cy, side * 0.62, colour=pal.light, strength=0.75)
    fill(image, ellipse(cx, cy, radius, radius), mix(pal.light, (255, 255, 255), 0.45))
    glow(image, cx, cy, radius * 3.2, colour=mix(pal.light, (255, 255, 255), 0.4), strength=0.6)
    return cx, cy


def _cirrus(canvas, horizon):
    """Draw thin clouds, stretched along the horizon."""
    image, pal = canvas.image, canvas.palette
    w, h = image.size
    box = (0, 0, w, max(8, round(h * horizon)))
    low = (max(2, w // 4), max(2, box[3] // 4))
    veil = clouds(low, (3, 7), canvas.own("clouds"), octaves=5, rough=0.6)
    veil = veil.point([max(0, round((v - 128) * 1.1)) for v in range(256)])
    fade = Image.linear_gradient("L").resize(low).point([255 - v for v in range(256)])
    lay(image, mix(pal.light, pal.warm, 0.35), box, ImageChops.multiply(veil, fade).resize((w, box[3]), 2))


def _hazed(pal, share):
    """Give the colour of a layer: the far ones almost sky, the nearest nearly black."""
    far, middle = mix(pal.warm, pal.body, 0.55), mix(pal.body, pal.shade, 0.75)
    return mix(far, middle, share * 2) if share < 0.5 else mix(middle, pal.deep, (share - 0.5) * 1.8)


def _line(canvas, base, height, *, rough, base_cells, octaves=6):
    """Draw the upper edge of a layer; base and height are shares of the canvas's height."""
    w, h = canvas.image.size
    count = max(24, w // 5)
    heights = profile(count + 1, canvas.rng, rough=rough, octaves=octaves + (canvas.style.detail > 0), base=base_cells)
    return [(w * i / count, h * (base - height * value)) for i, value in enumerate(heights)]


def _layer(canvas, points, colour, low, *, texture=False, until=1.0):
    """Fill from an edge down to the bottom, or to where the next layer covers; paler at the foot, in the mist."""
    image = canvas.image
    w, h = image.size
    top, edge = min(y for _, y in points), min(h, math.ceil(max(y for _, y in points)) + 1)
    paint = column(h, [(top / h, colour), (min(1.0, top / h + 0.34), low), (1.01, low)])
    fill(image, [*points, (w, edge), (0, edge)], paint)
    bottom = min(h, max(edge, math.ceil(h * until)))
    if bottom > edge:
        image.paste(spread(paint, image.size, (0, edge, w, bottom)), (0, edge))
    if texture:
        _roughen(canvas, points, bottom)


def _roughen(canvas, points, bottom):
    """Break the smooth slope up a little, where the layer lies."""
    image = canvas.image
    box = (0, max(0, math.floor(min(y for _, y in points))), image.size[0], bottom)
    if box[1] >= bottom:
        return
    part = image.crop(box)
    rough = ImageChops.add(part, canvas.texture().crop(box), offset=-128)
    lay(image, rough, box, polygon_mask([[*points, (box[2], bottom), (0, bottom)]], box, fine=False))


def _lee(canvas, points, colour):
    """Lay the shadow side under a crest, fading into the lit side."""
    image, rng = canvas.image, canvas.rng
    w, h = image.size
    drop, place = rng.uniform(0.1, 0.2) * h, rng.uniform(0.25, 0.7) * len(points)
    crest = [point for i, point in enumerate(points) if abs(i - place) < len(points) * 0.3]
    swell = [math.sin(math.pi * i / len(crest)) for i in range(len(crest))]
    foot = [(x + drop * 0.5 * s, y + drop * s) for (x, y), s in zip(crest, swell, strict=True)]
    shape, top = [*crest, *reversed(foot)], max(0, math.floor(min(y for _, y in crest)))
    box = (0, top, w, min(h, math.ceil(max(y for _, y in foot)) + 1))
    if box[1] < box[3]:
        fade = Image.linear_gradient("L").point([235 - v * 235 // 255 for v in range(256)])
        mask = ImageChops.multiply(polygon_mask([shape], box), fade.resize((w, box[3] - box[1])))
        lay(image, colour, box, mask)


def _height_at(points, x, width):
    return points[min(len(points) - 1, max(0, round(x / width * (len(points) - 1))))][1]


def _far_coast(canvas, line):
    pal = canvas.palette
    w, h = canvas.image.size
    edge = [(x, min(y, line * h)) for x, y in _line(canvas, line + 0.012, 0.05, rough=0.5, base_cells=3)]
    fill(canvas.image, [*edge, (w, line * h), (0, line * h)], mix(pal.body, pal.shade, 0.5))


def _waves(canvas, line, cx):
    """Scatter the light of the sun over the water, in short strokes that widen towards us."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    w, h = image.size
    rows = (60, 90, 130, 180)[canvas.style.detail]
    for near, colour in ((0.9, pal.light), (2.6, mix(pal.warm, pal.body, 0.35)), (5.0, mix(pal.shade, pal.body, 0.3))):
        spots = []
        for _ in range(rows):
            depth = rng.random() ** 1.6
            y = h * (line + 0.006 + (1 - line) * depth)
            x = cx + rng.gauss(0, 0.035 + 0.06 * depth) * w * near
            half = w * (0.006 + 0.035 * depth) * rng.uniform(0.5, 1.4)
            spots.append((x, y, half, h * (0.001 + 0.002 * depth)))
        flecks(image, spots, colour=colour)
    glitter = soft_mask(
        image.size,
        [([(cx - 9, line * h), (cx + 9, line * h), (cx + w * 0.16, h), (cx - w * 0.16, h)], 90)],
        blur=w * 0.03,
    )
    lay(image, pal.light, (0, 0, *image.size), glitter.point(lambda v: v * 0.6))


def _tower(canvas, x, share, faces):
    """Raise one block and return its width."""
    image, rng = canvas.image, canvas.rng
    w, h = image.size
    unit = min(w, h)
    wide = unit * rng.uniform(0.035, 0.09) * (0.6 + share)
    top = h * (0.88 - 0.06 * share) - unit * rng.triangular(0.03, 0.5, 0.1) * (1.1 - 0.4 * share)
    roof = [(x, top), (x + wide, top)]
    if rng.random() < 0.25:
        roof = [(x, top), (x + wide * 0.3, top), (x + wide * 0.3, top - wide * 0.5), (x + wide * 0.7, top - wide * 0.5)]
        roof += [(x + wide * 0.7, top), (x + wide, top)]
    fill(image, [*roof, (x + wide, h), (x, h)], faces)
    if share > 0.5 and canvas.style.detail:
        _windows(canvas, x, top, wide)
    return wide


def _windows(canvas, x, top, wide):
    image, rng, pal = canvas.image, canvas.rng, canvas.palette
    step = max(5, min(image.size) * 0.014)
    colour = mix(pal.light, pal.accent, 0.35)
    for row in range(int((image.size[1] * 0.97 - top) / (step * 1.4))):
        for pane in range(int(wide / step) - 1):
            if rng.random() < 0.22:
                left, upper = round(x + step * (pane + 0.6)), round(top + step * (row * 1.4 + 1))
                image.paste(
                    colour, (left, upper, left + max(2, round(step * 0.45)), upper + max(2, round(step * 0.62)))
                )


def _fir(rng, x, y, size):
    """Outline a fir: a spire with uneven branches."""
    tall, tiers = size * rng.uniform(1.1, 1.7), 7
    left, right = [], []
    for tier in range(1, tiers + 1):
        half = size * 0.3 * (tier / tiers) ** 0.9 * rng.uniform(0.8, 1.15)
        level = y - tall + tall * tier / tiers
        left += [(x - half, level), (x - half * 0.55, level - tall * 0.02)]
        right += [(x + half, level + tall * 0.01), (x + half * 0.55, level - tall * 0.02)]
    return [(x, y - tall), *right, (x, y + size * 0.1), *reversed(left)]
