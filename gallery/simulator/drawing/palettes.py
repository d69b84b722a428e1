"""Chooses colours and a kind of scene from the words of a prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import ImageColor

HEX = re.compile(r"#(?:[0-9a-fA-F]{6})\b")


@dataclass(frozen=True)
class Palette:
    """Six colours that get on: from the darkest over the body of the picture to paper, and one accent."""

    deep: tuple
    shade: tuple
    body: tuple
    warm: tuple
    light: tuple
    accent: tuple


PALETTES = {
    "terracotta": "#381b13 #7c3b24 #c56a40 #e9a676 #fbeedd #6f8f86",
    "dawn": "#2d2938 #6f5d6c #bd8b7d #edbd97 #fdf1db #8ba1bf",
    "dusk": "#151a30 #39426c #7b6c93 #d79c88 #fbdfbc #e4805b",
    "teal": "#0e2e32 #2b6866 #66aea0 #abdac9 #f3f0e2 #d8834f",
    "sea": "#0c2640 #235a83 #64a3c1 #bcdae2 #fbf6ea #e6a360",
    "forest": "#15241b #345541 #7a9770 #c4cea3 #f5f1db #c6773f",
    "pastel": "#465163 #8b9fb4 #bccfdb #e7ddd4 #fbf8f1 #d88c61",
    "plum": "#27102e #5a265e #a54a78 #e3917e #fbe5d0 #efb04f",
    "sand": "#3b291c #8a6142 #c69b6e #e5c8a0 #fbf2e1 #7c9fb2",
    "ink": "#16181b #454a4f #8c9194 #c6c7c4 #f5f3ee #c6462f",
    "night": "#080c18 #172441 #36517a #7f92ad #ebe8dd #efc46e",
    "rose": "#381a25 #874356 #cd8a92 #ecc5be #fcf1ec #5d7a6b",
}
PALETTE_WORDS = {
    "terracotta": "terracotta clay orange brick rust stoneware copper autumn",
    "dawn": "dawn sunrise morning haze fog mist soft",
    "dusk": "dusk sunset evening twilight golden",
    "teal": "teal mint turquoise cyan perfume emerald",
    "sea": "sea ocean blue water wave coast sailing ice winter snow",
    "forest": "forest green moss pine jungle leaf olive botanical",
    "pastel": "pastel light white minimal product clean airy",
    "plum": "purple violet plum magenta neon vivid fluid",
    "sand": "desert dune dunes sand beige linen wood",
    "ink": "black monochrome ink typography poster swiss logo",
    "night": "night moon midnight dark star stars",
    "rose": "rose pink blush flower floral portrait fashion beauty",
}
SCENE_WORDS = {
    "ridges": "mountain mountains ridge ridges alps hill hills valley landscape peak fog summit",
    "dunes": "desert dune dunes sand sahara",
    "sea": "sea ocean beach wave waves boat sail sailing lake moon moonlit sunset harbour harbor horizon",
    "vase": "vase stoneware ceramic ceramics pottery bowl cup jug still flowers flower lamp teapot",
    "bottle": "bottle perfume product cosmetic cosmetics fragrance wine packaging serum watch jar",
    "forms": "sphere spheres geometric shapes forms cube render sculpture pedestal studio 3d minimal",
    "city": "city skyline street tower towers building buildings architecture neon urban downtown",
    "forest": "forest tree trees wood woods pine pines jungle woodland",
    "figure": "portrait woman man face person girl boy fashion people headshot character dancer",
    "poster": "typography poster logo lettering type headline infographic sign flyer cover magazine words",
    "fluid": "fluid marble paint abstract smoke liquid texture ink pattern silk",
    "coast": "aerial coast map island islands drone reef river satellite shore",
}
FALLBACK_SCENES = ("ridges", "dunes", "sea", "forms", "vase", "fluid", "coast", "forest")


def choose_palette(prompt, rng):
    """Take the palette whose words the prompt uses most, else any; the prompt's own hex colours replace its heart."""
    name = _most_used(PALETTE_WORDS, prompt) or rng.choice(sorted(PALETTES))
    colours = [ImageColor.getrgb(colour) for colour in PALETTES[name].split()]
    asked = [ImageColor.getrgb(colour) for colour in HEX.findall(prompt)[:3]]
    for place, colour in zip((2, 5, 3), asked, strict=False):
        colours[place] = colour
    if asked:
        colours[1] = mix(asked[0], colours[0], 0.55)
    return Palette(*colours)


def choose_scene(prompt, rng):
    """Take the scene whose words the prompt uses most, else one of those that suit anything."""
    chance = rng.choice(FALLBACK_SCENES)
    return _most_used(SCENE_WORDS, prompt) or chance


def mix(first, second, share):
    """Blend two colours; share 0 gives the first, 1 the second."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))


def _most_used(table, prompt):
    """Count each word of a long prompt once; earlier words break ties, since the subject comes first."""
    words = list(dict.fromkeys(re.findall(r"[a-z0-9]+", prompt[:4000].lower())))
    scores = {}
    for name, wanted in table.items():
        hits = [words.index(word) for word in wanted.split() if word in words]
        if hits:
            scores[name] = (len(hits), -min(hits))
    return max(scores, key=scores.get, default=None)
