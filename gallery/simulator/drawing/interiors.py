"""Scenes indoors: still lifes on a plinth or a disc, and a faceless portrait."""

from __future__ import annotations

from PIL import ImageOps

from . import solids
from .palettes import mix
from .tools import WHITE, column, ellipse, fill, lay, row, shade, soft_mask, spread, strokes, unit_of


def vase(canvas):
    """A turned vessel on a plinth, with twigs in the richer styles and a ball beside it."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    floor, unit = _room(canvas), unit_of(canvas)
    cx = image.size[0] * rng.uniform(0.42, 0.58)
    ground = _plinth(canvas, cx, floor, unit)
    radii = rng.choice(VESSELS)
    height, wide = unit * rng.uniform(0.42, 0.5), unit * rng.uniform(0.13, 0.17)
    clay = rng.choice((pal.light, pal.light, mix(pal.light, pal.warm, 0.5), pal.accent))
    if canvas.style.detail > 1:
        twig = canvas.own("twigs")
        reach = unit * twig.uniform(0.34, 0.46)
        pod = mix(pal.accent, pal.shade, 0.35)
        solids.twigs(
            image,
            cx,
            ground - height,
            reach,
            twig,
            colour=mix(pal.deep, pal.shade, 0.3),
            pod=pod,
            count=twig.randint(2, 4),
        )
    solids.vessel(
        image, cx, ground, height, [wide * r for r in radii], colour=clay, dark=pal.deep, detail=canvas.style.detail
    )
    side = rng.choice((-1, 1))
    r = unit * rng.uniform(0.045, 0.07)
    solids.ball(
        image,
        cx + side * unit * rng.uniform(0.2, 0.25),
        ground - r * 0.7,
        r,
        colour=mix(pal.body, pal.accent, 0.3),
        dark=pal.deep,
    )


def bottle(canvas):
    """A flask with a wooden stopper, two balls, a low drum: a product shot."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    floor, unit = _room(canvas), unit_of(canvas)
    cx = image.size[0] * rng.uniform(0.44, 0.56)
    ground = floor + unit * 0.17
    side = rng.choice((-1, 1))
    solids.drum(
        image, cx + side * unit * 0.27, ground - unit * 0.03, unit * 0.13, unit * 0.06, colour=pal.light, dark=pal.shade
    )
    tall, half = unit * rng.uniform(0.34, 0.44), unit * rng.uniform(0.12, 0.16)
    glass = mix(pal.shade, pal.body, 0.35)
    solids.vessel(
        image,
        cx,
        ground - tall + 4,
        unit * 0.1,
        [unit * 0.05] * 3,
        colour=mix(pal.warm, pal.accent, 0.45),
        dark=pal.deep,
        reach=0,
    )
    body = [half * r for r in rng.choice(FLASKS)]
    solids.vessel(image, cx, ground, tall, body, colour=glass, dark=pal.deep, detail=canvas.style.detail)
    if canvas.style.detail:
        _label(canvas, cx, ground - tall * 0.45, half)
    solids.ball(
        image, cx + side * unit * 0.27, ground - unit * 0.085, unit * 0.055, colour=pal.light, dark=pal.shade, reach=0.3
    )
    solids.ball(image, cx - side * unit * 0.24, ground - unit * 0.02, unit * 0.075, colour=pal.accent, dark=pal.deep)


def forms(canvas):
    """Balls, a ring and blocks on a disc: a study in simple solids."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    floor, unit = _room(canvas), unit_of(canvas)
    cx, ground = image.size[0] * 0.5, floor + unit * 0.14
    side = rng.choice((-1, 1))
    solids.drum(image, cx, ground - unit * 0.02, unit * 0.44, unit * 0.07, colour=pal.light, dark=pal.shade)
    tall = unit * rng.uniform(0.26, 0.36)
    left = cx - side * unit * 0.22 - unit * 0.08
    paper = mix(pal.light, pal.warm, 0.35)
    r = unit * rng.uniform(0.13, 0.16)
    solids.ring(image, cx + side * unit * 0.04, ground - r * 0.95, r, colour=pal.accent, dark=pal.deep)
    solids.block(image, left, ground - tall, unit * 0.16, tall, depth=unit * 0.03, colour=paper, dark=pal.shade)
    solids.ball(
        image,
        left + unit * 0.08,
        ground - tall - unit * 0.042,
        unit * 0.055,
        colour=pal.shade,
        dark=pal.deep,
        reach=0.1,
    )
    solids.ball(
        image,
        cx + side * unit * 0.26,
        ground - unit * 0.1,
        unit * 0.115,
        colour=mix(pal.warm, pal.light, 0.4),
        dark=pal.shade,
    )
    solids.ball(image, cx + side * unit * 0.02, ground + unit * 0.005, unit * 0.065, colour=pal.body, dark=pal.deep)


def figure(canvas):
    """A faceless portrait in flat, softly lit shapes before a disc."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    w, h = image.size
    unit, cx = unit_of(canvas), w * rng.uniform(0.44, 0.56)
    image.paste(spread(column(h, [(0, mix(pal.warm, pal.light, 0.3)), (1, pal.body)]), image.size))
    halo = unit * rng.uniform(0.3, 0.38)
    fill(image, ellipse(cx + unit * rng.uniform(-0.12, 0.12), h * 0.42, halo, halo), mix(pal.accent, pal.warm, 0.25))
    cy, turn = h * rng.uniform(0.39, 0.45), rng.uniform(-0.16, 0.16)
    hair, skin, cloth = mix(pal.deep, pal.shade, 0.2), mix(pal.warm, pal.shade, 0.28), mix(pal.shade, pal.body, 0.2)
    fill(
        image,
        ellipse(
            cx - unit * 0.02,
            cy + unit * 0.03,
            unit * rng.uniform(0.165, 0.21),
            unit * rng.uniform(0.18, 0.34),
            turn=turn,
        ),
        hair,
    )
    _shoulders(canvas, cx, cy, unit, skin, cloth)
    fill(
        image,
        ellipse(cx + unit * 0.01, cy + unit * 0.03, unit * 0.125, unit * 0.175, turn=turn),
        _side_lit(canvas, cx, unit * 0.14, skin),
    )
    fringe = ellipse(cx - unit * 0.03, cy - unit * 0.1, unit * 0.155, unit * 0.085, turn=turn - 0.35)
    fill(image, fringe, mix(hair, pal.shade, 0.25))
    if canvas.style.detail > 1:
        solids.ball(image, cx + unit * 0.135, cy + unit * 0.13, unit * 0.018, colour=pal.accent, dark=pal.deep, reach=0)
    if rng.random() < 0.5:
        image.paste(ImageOps.mirror(image))


VESSELS = (
    (0.36, 0.3, 0.3, 0.5, 0.98, 1.0, 0.78, 0.5),
    (0.42, 0.34, 0.4, 0.72, 0.86, 1.0, 0.98, 0.7),
    (0.5, 0.46, 0.62, 0.95, 1.0, 0.9, 0.7, 0.48),
    (0.24, 0.2, 0.22, 0.3, 0.62, 0.96, 1.0, 0.76),
    (0.7, 0.62, 0.66, 0.85, 1.0, 0.96, 0.8, 0.6),
)


FLASKS = (
    (0.5, 0.98, 1.02, 1.0, 1.0, 1.0, 0.98),
    (0.4, 0.6, 0.92, 1.0, 1.0, 0.96, 0.86),
    (0.36, 0.86, 1.08, 1.1, 1.02, 0.86, 0.7),
)


def _room(canvas):
    """Paint a wall and a floor that meet softly, with the light of a window, and return the floor's height."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    w, h = image.size
    wall = rng.choice((pal.body, mix(pal.body, pal.warm, 0.6), mix(pal.warm, pal.light, 0.4)))
    floor = rng.uniform(0.62, 0.7)
    stops = [(0, mix(wall, pal.shade, 0.22)), (floor - 0.1, wall), (floor, mix(wall, pal.light, 0.14))]
    stops += [(floor + 0.06, mix(wall, pal.light, 0.3)), (1, mix(wall, pal.shade, 0.12))]
    image.paste(spread(column(h, stops), image.size))
    lamp = ellipse(w * rng.uniform(0.2, 0.4), h * 0.3, w * 0.35, h * 0.35)
    shade(image, [(lamp, 90)], colour=mix(wall, pal.light, 0.6), blur=min(w, h) * 0.16)
    if canvas.style.window:
        _window_light(canvas)
    return floor * h


def _window_light(canvas):
    """Let the bars of a window and some leaves throw their shadow on the wall."""
    image, pal, rng = canvas.image, canvas.palette, canvas.own("window")
    w, h = image.size
    lean, x, bars = rng.uniform(0.25, 0.6) * h * rng.choice((-1, 1)), -0.4 * w, []
    while x < 1.5 * w:
        wide = w * rng.uniform(0.05, 0.09)
        bars.append(([(x, 0), (x + wide, 0), (x + wide + lean, h), (x + lean, h)], 255))
        x += wide + w * rng.uniform(0.12, 0.2)
    y = h * rng.uniform(0.15, 0.5)
    bars.append(([(0, y), (w, y - h * 0.14), (w, y - h * 0.08), (0, y + h * 0.06)], 255))
    mask = soft_mask(image.size, bars, blur=min(w, h) * 0.018).point(lambda v: v * canvas.style.window * 0.6)
    lay(image, pal.shade, (0, 0, *image.size), mask)


def _plinth(canvas, cx, floor, unit):
    """Stand a block or a drum on the floor and return the height of its upper side's middle."""
    image, pal, rng = canvas.image, canvas.palette, canvas.rng
    stone, top = mix(pal.light, pal.warm, 0.3), floor + unit * 0.08
    height = image.size[1] - top + unit * 0.02
    if rng.random() < 0.5:
        solids.drum(image, cx, top, unit * 0.36, height, colour=stone, dark=pal.shade)
        return top + unit * 0.02
    solids.block(
        image, cx - unit * 0.36, top - unit * 0.03, unit * 0.72, height, depth=unit * 0.07, colour=stone, dark=pal.shade
    )
    return top + unit * 0.015


def _label(canvas, cx, y, half):
    image, pal = canvas.image, canvas.palette
    paper = [
        (cx - half * 0.5, y),
        (cx + half * 0.5, y),
        (cx + half * 0.5, y + half * 0.8),
        (cx - half * 0.5, y + half * 0.8),
    ]
    fill(image, paper, mix(pal.light, pal.body, 0.15))
    rules = [
        [(cx - half * s, y + half * t), (cx + half * s, y + half * t)]
        for s, t in ((0.3, 0.25), (0.2, 0.42), (0.3, 0.58))
    ]
    strokes(image, rules, colour=pal.shade, width=max(1, half * 0.025))


def _shoulders(canvas, cx, cy, unit, skin, cloth):
    image = canvas.image
    h = image.size[1]
    neck = [(cx - unit * 0.065, cy + unit * 0.1), (cx + unit * 0.07, cy + unit * 0.1)]
    neck += [(cx + unit * 0.085, cy + unit * 0.32), (cx - unit * 0.08, cy + unit * 0.32)]
    top, low = cy + unit * 0.26, h + unit * 0.3
    body = ellipse(cx, low, unit * 0.42, low - top)
    fill(image, body, _side_lit(canvas, cx, unit * 0.42, cloth))
    fill(image, ellipse(cx, top + unit * 0.03, unit * 0.11, unit * 0.05), mix(skin, canvas.palette.deep, 0.25))
    fill(image, neck, mix(skin, canvas.palette.deep, 0.22))


def _side_lit(canvas, cx, half, colour):
    w = canvas.image.size[0]
    lit, dark = mix(colour, WHITE, 0.3), mix(colour, canvas.palette.deep, 0.5)
    stops = [(-0.01, lit), ((cx - half) / w, lit), (cx / w, colour), ((cx + half) / w, dark), (1.01, dark)]
    return row(w, stops)
