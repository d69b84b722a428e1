"""Things that stand in a still life: balls, rings, blocks, drums, turned vessels, twigs. Light comes from the left."""

from __future__ import annotations

import functools
import itertools
import math

from PIL import Image, ImageChops

from .palettes import mix
from .tools import RIM, column, ellipse, fill, polygon_mask, row, shade, strokes, tone_stops, toned

BANDS = 40


def ball(image, cx, cy, r, *, colour, dark, reach=1.0):
    """Draw a lit ball with its shadow on the ground to the right."""
    ground_shadow(image, cx, cy + r * 0.96, r, colour=dark, reach=reach)
    side = max(4, round(2 * r))
    lit = Image.radial_gradient("L").resize((side, side), Image.Resampling.BILINEAR, box=(70, 76, 246, 252))
    box = (round(cx - r), round(cy - r), round(cx - r) + side, round(cy - r) + side)
    points = ellipse(side / 2, side / 2, r - 0.5, r - 0.5)
    image.paste(toned(lit, tone_stops(colour, dark=dark)), box, polygon_mask([points], (0, 0, side, side)))


def ring(image, cx, cy, r, *, colour, dark, thick=0.3):
    """Draw a standing torus: round across its tube, darker towards the lower right."""
    ground_shadow(image, cx, cy + r * 0.97, r * 0.8, colour=dark)
    size = (max(8, round(2 * r)),) * 2
    radial = Image.radial_gradient("L").resize(size, Image.Resampling.BILINEAR)
    middle, half = RIM * (1 - thick / 2), RIM * thick / 2
    tube = radial.point([round(115 * min(1, abs(v - middle) / half)) for v in range(256)])
    tube = ImageChops.add(tube, _slope(size).point(lambda v: v * 0.6))
    mask = polygon_mask([ellipse(r, r, r - 0.5, r - 0.5)], (0, 0, *size))
    hole = polygon_mask([ellipse(r, r, r * (1 - thick), r * (1 - thick))], (0, 0, *size))
    image.paste(
        toned(tube, tone_stops(colour, dark=dark)), (round(cx - r), round(cy - r)), ImageChops.subtract(mask, hole)
    )


def _slope(size):
    down = Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR)
    return Image.blend(down, down.transpose(Image.Transpose.ROTATE_90), 0.5)


def ground_shadow(image, cx, y, r, *, colour, reach=1.0):
    """Lay a contact shadow and a longer, fainter one away from the light; `reach` 0 keeps it off what is in the air."""
    if not reach:
        return
    long = ellipse(cx + r * 0.95 * reach, y + r * 0.02, r * (0.55 + 0.95 * reach), r * 0.2)
    near = ellipse(cx + r * 0.2 * reach, y, r * 0.9, r * 0.14)
    shade(image, [(long, 75)], colour=colour, blur=max(6, r * 0.12))
    shade(image, [(near, 170)], colour=colour, blur=max(3, r * 0.05))


def block(image, left, top, width, height, *, depth, colour, dark):
    """Draw a box seen slightly from above."""
    shade(image, [(_shadow_of_block(left, top, width, height), 80)], colour=dark, blur=max(8, width * 0.05))
    right, bottom = left + width, top + height
    lean = depth * 0.9
    front = [(left, top + depth), (right, top + depth), (right, bottom), (left, bottom)]
    upper = [(left + lean, top), (right - lean * 0.4, top), (right, top + depth), (left, top + depth)]
    tall = column(image.size[1], [(0, mix(colour, dark, 0.04)), (1, mix(colour, dark, 0.42))])
    fill(image, front, tall)
    fill(image, upper, mix(colour, (255, 255, 255), 0.38))


def _shadow_of_block(left, top, width, height):
    bottom, right = top + height, left + width
    return [
        (left, bottom),
        (right, bottom - height * 0.4),
        (right + width * 0.4, bottom),
        (right, bottom + height * 0.06),
    ]


def drum(image, cx, top, rx, height, *, colour, dark):
    """Draw a cylinder seen slightly from above."""
    ry = rx * 0.2
    ground_shadow(image, cx, top + height + ry * 0.3, rx, colour=dark)
    side = row(image.size[0], _around(cx, rx, image.size[0], colour, dark))
    under = [(x, y + height) for x, y in ellipse(cx, top, rx, ry) if y >= top]
    body = sorted(under, key=lambda point: point[0])
    fill(image, [(cx - rx, top), *body, (cx + rx, top)], side)
    fill(image, ellipse(cx, top, rx, ry), mix(colour, (255, 255, 255), 0.4))


def _around(cx, rx, width, colour, dark):
    """Spread a solid's ramp between its left and right edge, in places of the whole canvas."""
    left, span = (cx - rx) / width, 2 * rx / width
    first = mix(colour, dark, 0.2)
    places = [(0.0, first), (0.25, mix(colour, (255, 255, 255), 0.3)), (0.55, colour), (0.95, mix(colour, dark, 0.5))]
    stops = [(left + span * place, shade_) for place, shade_ in places]
    return [(min(-0.01, stops[0][0]), first), *stops, (max(1.01, stops[-1][0]), stops[-1][1])]


def vessel(image, cx, bottom, height, radii, *, colour, dark, detail=2, reach=1.0):
    """Turn a vessel: `radii` are its half widths from lip to foot, smoothly joined. Returns the height of its mouth."""
    ground_shadow(image, cx, bottom, radii[-1] * 1.15, colour=dark, reach=reach)
    top, widest = bottom - height, max(radii)
    outline = [(_radius(radii, step / BANDS), top + height * step / BANDS) for step in range(BANDS + 1)]
    box = (
        math.floor(cx - widest) - 2,
        math.floor(top) - 2,
        math.ceil(cx + widest) + 2,
        math.ceil(bottom + widest * 0.2),
    )
    lit = _turned(outline, cx, box, detail=detail)
    foot = ellipse(cx, bottom, radii[-1], radii[-1] * 0.16)
    left = [(cx - r, y) for r, y in outline]
    points = left + sorted((p for p in foot if p[1] >= bottom), key=lambda p: p[0])
    points += [(cx + r, y) for r, y in reversed(outline)]
    local = [(x - box[0], y - box[1]) for x, y in points]
    stops = tone_stops(colour, dark=dark)
    image.paste(toned(lit, stops), box[:2], polygon_mask([local], (0, 0, *lit.size)))
    fill(image, ellipse(cx, top, radii[0], radii[0] * 0.17), mix(colour, (255, 255, 255), 0.3))
    fill(image, ellipse(cx, top + 1, radii[0] * 0.84, radii[0] * 0.12), mix(colour, dark, 0.72))
    return top


def _radius(radii, place):
    """Join the given radii by a Catmull-Rom curve."""
    at = place * (len(radii) - 1)
    i = min(int(at), len(radii) - 2)
    p0, p1, p2, p3 = (radii[min(len(radii) - 1, max(0, i + d))] for d in (-1, 0, 1, 2))
    t = at - i
    return 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t * t + (3 * p1 - p0 - 3 * p2 + p3) * t**3)


def _turned(outline, cx, box, *, detail):
    """Wrap the light of a cylinder around an outline, band by band; 0 is the highlight, 255 the shadow side."""
    texture, pieces = _cylinder_light(), []
    middle = texture.size[0] / 2
    for (r1, y1), (r2, y2) in itertools.pairwise(outline):
        target = (0, round(y1 - box[1]), box[2] - box[0], round(y2 - box[1]))
        if target[1] == target[3]:
            continue  # a band of a very small picture
        edges = [
            middle + 128 * (x - cx) / max(1, r) for x, r in ((box[0], r1), (box[0], r2), (box[2], r2), (box[2], r1))
        ]
        pieces.append((target, (edges[0], 1, edges[1], 3, edges[2], 3, edges[3], 1)))
    size = (box[2] - box[0], box[3] - box[1])
    lit = texture.transform(size, Image.Transform.MESH, pieces, Image.Resampling.BILINEAR)
    foot = round(outline[-1][1] - box[1])
    lit.paste(lit.crop((0, foot - 2, size[0], foot - 1)).resize((size[0], size[1] - foot + 1)), (0, foot - 1))
    down = Image.linear_gradient("L").resize(size).point(lambda v: v * 0.3)
    return ImageChops.add(lit, down) if detail else lit.point(lambda v: 40 + v * 0.6)


@functools.lru_cache(1)
def _cylinder_light():
    """Return a strip that holds one lit cylinder in its middle 256 pixels and its edges' light beyond them."""
    levels = [_light_at(x / 128) for x in range(-1024, 1024)]
    return Image.frombytes("L", (2048, 1), bytes(levels)).resize((2048, 4))


def _light_at(x):
    x = min(1.0, max(-1.0, x))
    angle = math.asin(x) + 0.55
    return round(255 * min(1.0, max(0.0, 0.95 - 0.95 * math.cos(angle) + 0.05 * x)))


def twigs(image, x, y, length, rng, *, colour, pod, count=3):
    """Let bent twigs with pods grow out of a vessel's mouth."""
    lines, pods = [], []
    for _ in range(count):
        lean, bend = rng.uniform(-0.75, 0.75), rng.uniform(-0.35, 0.35)
        reach = length * rng.uniform(0.75, 1.1)
        line = [_along(x, y, reach, lean, bend, step / 12) for step in range(13)]
        lines.append(line)
        pods += [(line[step], rng.uniform(0.026, 0.045) * length, rng.uniform(0, 3)) for step in range(5, 13)]
    strokes(image, lines, colour=colour, width=max(1.5, length * 0.011))
    for (px, py), r, turn in pods:
        side = r * math.cos(turn * 3) * 1.3
        fill(image, ellipse(px + side, py, r * 1.25, r * 0.8, turn=turn), pod)
        fill(
            image,
            ellipse(px + side - r * 0.2, py - r * 0.2, r * 0.6, r * 0.35, turn=turn),
            mix(pod, (255, 255, 255), 0.3),
        )


def _along(x, y, reach, lean, bend, t):
    return x + reach * (lean * t + bend * t * t), y - reach * t * (1 - 0.12 * abs(lean))
