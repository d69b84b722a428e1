"""Draws what a call asked for: pleasant, the same bytes for the same recipe, in the exact size and format."""

from __future__ import annotations

import functools
import hashlib
import io
import itertools
import math
import random
import struct
import threading
import unicodedata
import zlib
from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from . import interiors, landscapes, surfaces
from .palettes import Palette, choose_palette, choose_scene, mix
from .strip import draw_strip
from .styles import Style, style_of
from .tools import clouds, ellipse, shade, soft_mask

DRAWING_PIXELS = 1_050_000  # larger pictures are drawn at this size and enlarged: composition first, pixels second
RENDERING = threading.BoundedSemaphore(2)  # 64 calls at once must not hold 64 canvases
SCENES = {name: getattr(landscapes, name) for name in ("ridges", "dunes", "sea", "city", "forest")}
SCENES |= {name: getattr(interiors, name) for name in ("vase", "bottle", "forms", "figure")}
SCENES |= {name: getattr(surfaces, name) for name in ("poster", "fluid", "coast")}


@dataclass(frozen=True)
class Recipe:
    """Everything that makes a picture."""

    model: str
    prompt: str
    seed: int
    width: int
    height: int
    parameters: dict = field(default_factory=dict)
    references: tuple = ()
    output_format: str = "jpeg"


@dataclass
class Canvas:
    """What a scene draws on. `rng` composes, in the same order for every model; `own` serves the rest."""

    image: Image.Image
    palette: Palette
    style: Style
    prompt: str
    rng: random.Random
    seed: int
    _texture: Image.Image | None = None

    def own(self, part):
        """Give a part that not every model draws its own dice, so that the rest stays where it is."""
        return _random(self.prompt, self.seed, part)

    def texture(self):
        """Give one soft unevenness around 128 for the whole canvas, made once."""
        if self._texture is None:
            small = (max(8, self.image.size[0] // 3), max(8, self.image.size[1] // 3))
            grey = clouds(small, (16, 12), self.own("texture"), octaves=4, rough=0.7).point(lambda v: 115 + v * 0.1)
            self._texture = Image.merge("RGB", (grey.resize(self.image.size, Image.Resampling.BILINEAR),) * 3)
        return self._texture


def picture_bytes(recipe):
    """Draw and encode, at most two pictures at once."""
    with RENDERING:
        image = render(
            model=recipe.model,
            prompt=recipe.prompt,
            seed=recipe.seed,
            width=recipe.width,
            height=recipe.height,
            parameters=recipe.parameters,
            references=recipe.references,
        )
        return encode(image, recipe.output_format)


def render(*, model, prompt, seed, width, height, parameters=None, references=()):
    """Draw the picture. Prompt and seed compose it, so that models can be compared; model and parameters style it."""
    parameters = parameters or {}
    style = style_of(model, parameters)
    rng, hand = _random(prompt, seed), _random(prompt, seed, model, sorted(parameters.items()))
    palette = choose_palette(prompt, rng)
    scale = min(1.0, math.sqrt(DRAWING_PIXELS / (width * height)))
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    canvas = Canvas(Image.new("RGB", size), palette, style, prompt, rng, seed)
    _edit(canvas, references) if references else SCENES[choose_scene(prompt, rng)](canvas)
    image = _developed(canvas)
    image = image if image.size == (width, height) else image.resize((width, height), Image.Resampling.BICUBIC)
    image = _finished(image, style, hand)
    image = _framed(image, style, palette) if style.frame else image
    image = draw_strip(image, references) if references else image
    return _captioned(image, style.frame, model=model, prompt=prompt, seed=seed)


def encode(image, output_format):
    """Encode as jpeg or png, without metadata."""
    out = io.BytesIO()
    if output_format == "png":
        image.save(out, "PNG", compress_level=1)
    else:
        image.save(out, "JPEG", quality=90)
    return out.getvalue()


def plain_bytes(recipe, *, token):
    """Return one picture per size and format, made unlike all others by a comment: costs next to nothing."""
    content = _plain(recipe.width, recipe.height, recipe.output_format)
    note = f"fluxweb {token} {recipe.model} {recipe.seed}".encode()
    if recipe.output_format == "png":
        text = b"tEXtComment\0" + note
        chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
        return content[:33] + chunk + content[33:]
    return content[:20] + b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note + content[20:]


@functools.lru_cache(16)
def _plain(width, height, output_format):
    return picture_bytes(Recipe("flux-2-pro", "mountains at dawn", 1, width, height, output_format=output_format))


def _random(*parts):
    digest = hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).digest()
    return random.Random(int.from_bytes(digest[:16]))


def _edit(canvas, references):
    """Show the references, graded with the prompt's colours: the first alone, several side by side melting together."""
    image, pal = canvas.image, canvas.palette
    w, h = image.size
    for place, reference in enumerate(references):
        fitted = ImageOps.fit(reference, (w, h), Image.Resampling.BICUBIC)
        left = w * place / len(references)
        mask = soft_mask((w, h), [([(left, -h), (2 * w, -h), (2 * w, 2 * h), (left, 2 * h)], 255)], blur=w * 0.04)
        image.paste(fitted, (0, 0), mask if place else None)
    tones = ImageOps.colorize(ImageOps.grayscale(image), pal.deep, mix(pal.light, (255, 255, 255), 0.4), mid=pal.body)
    image.paste(Image.blend(image, tones, 0.55))
    lamp = ellipse(w * canvas.rng.uniform(0.2, 0.8), h * 0.2, w * 0.4, h * 0.3)
    shade(image, [(lamp, 70)], colour=pal.light, blur=min(w, h) * 0.15)


def _developed(canvas):
    """Give the picture its model's contrast, colour and tint."""
    image, style = canvas.image, canvas.style
    image = ImageEnhance.Color(image).enhance(style.colour) if style.colour != 1 else image
    curve = [v * style.contrast + 128 * (1 - style.contrast) for v in range(256)]
    return image.point([min(255, max(0, round(v * tint / 255))) for tint in style.tint for v in curve])


def _finished(image, style, rng):
    """Add grain, darker corners and bloom in one pass over the colours, as a grey sheet around 128."""
    sheet = _grain(image.size, style.grain, rng)
    if style.vignette:
        sheet = ImageChops.subtract(sheet, _corners(image.size, style.vignette))
    if style.bloom:
        bright = image.reduce(8).convert("L").filter(ImageFilter.GaussianBlur(3))
        bright = bright.point([round(max(0, v - 120) * 0.4 * style.bloom) for v in range(256)])
        sheet = ImageChops.add(sheet, bright.resize(image.size, Image.Resampling.BILINEAR))
    return ImageChops.add(image, Image.merge("RGB", (sheet,) * 3), offset=-128)


def _grain(size, strength, rng):
    """Make film grain, which also hides the steps of 8-bit gradients; one tile repeats, too fine to notice."""
    table = [128 + round((v - 127.5) / 127.5 * strength) for v in range(256)]
    tile = Image.frombytes("L", (512, 512), rng.randbytes(512 * 512)).point(table)
    sheet = Image.new("L", size)
    for place in itertools.product(range(0, size[0], 512), range(0, size[1], 512)):
        sheet.paste(tile, place)
    return sheet


def _corners(size, strength):
    radial = Image.radial_gradient("L").point([round(150 * strength * (v / 255) ** 3) for v in range(256)])
    return radial.resize(size, Image.Resampling.BILINEAR, box=(24, 24, 232, 232))


def _framed(image, style, palette):
    """Mount the picture in a mat with a thin line around it."""
    w, h = image.size
    edge = max(4, round(min(w, h) * style.frame))
    sheet = Image.new("RGB", (w, h), mix(palette.light, (255, 255, 255), 0.55))
    sheet.paste(image.resize((w - 2 * edge, h - 2 * edge), Image.Resampling.BICUBIC), (edge, edge))
    line = round(edge * 0.8)
    ImageDraw.Draw(sheet).rectangle(
        (line, line, w - line - 1, h - line - 1), outline=mix(palette.light, palette.shade, 0.4)
    )
    return sheet


def _captioned(image, frame, *, model, prompt, seed):
    """Say in the lower left corner what was asked, where there is room for it."""
    w, h = image.size
    size = max(11, round(min(w, h) * 0.0165))
    lines = [f"{model}  ·  seed {seed}  ·  {w}x{h}", _first_words(prompt, 44)]
    face, pad = surfaces.font(size), round(size * 0.75)
    wide = max(face.getlength(line) for line in lines)
    if wide + 4 * pad > w * (1 - 2 * frame) or h < 8 * size:
        return image
    edge = pad + round(min(w, h) * frame)
    box = (edge, h - edge - round(size * 4.1), edge + round(wide) + 2 * pad, h - edge)
    patch = image.crop(box)
    pen = ImageDraw.Draw(patch)
    ink = Image.blend(patch, Image.new("RGB", patch.size, (12, 12, 12)), 0.62)
    corners = Image.new("L", patch.size)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, patch.width - 1, patch.height - 1), radius=size * 0.5, fill=255)
    patch.paste(ink, (0, 0), corners)
    pen.text((pad, size * 0.75), lines[0], font=face, fill=(250, 250, 250))
    pen.text((pad, size * 2.15), lines[1], font=face, fill=(205, 205, 205))
    image.paste(patch, box)
    return image


def _first_words(prompt, length):
    """Shorten a prompt to what the built-in face can write: ASCII, accents taken off."""
    plain = unicodedata.normalize("NFKD", prompt[:400]).encode("ascii", "ignore").decode()
    text = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + "…"
