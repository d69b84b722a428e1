"""Checks a body as the provider does and works out what would be drawn: exact size, seed, parameters, references."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import math
import re
import secrets
import threading
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from .drawing.pictures import RENDERING, Recipe

CONTRACT = json.loads(Path(__file__).with_name("contract.json").read_text())
REFERENCE_FIELDS = ["input_image"] + [f"input_image_{number}" for number in range(2, 9)]
THUMB_SIDE = 384
SEED_BOUND = 2**63
MEGAPIXEL = 1024 * 1024


class Refusal(Exception):
    """The provider's no: a status, its words, its code."""

    def __init__(self, message, *, status=400, code="invalid_request", param=None):
        super().__init__(message)
        self.message, self.status, self.code, self.param = message, status, code, param


def check(body, *, strict=False):
    """Return the `Recipe` of a valid body; raise `Refusal` otherwise."""
    rules = _model_rules(body)
    _check_prompt(body)
    _check_shape_of_call(body)
    _check_taken(body, rules)
    pictures = [_reference(body[name], param=name) for name in _reference_names(body, rules)]
    size = _size(body, rules, pictures, strict=strict)
    _check_together(size, pictures, rules)
    return Recipe(
        model=body["model"],
        prompt=body["prompt"],
        seed=_seed(body),
        width=size[0],
        height=size[1],
        parameters=_parameters(body, rules, strict=strict),
        references=tuple(picture for picture, _ in pictures if picture is not None),
        output_format=_choice(body, "output_format", CONTRACT["output_formats"], default="jpeg"),
    )


def _model_rules(body):
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise Refusal("you must provide a model parameter", param="model")
    if name not in CONTRACT["models"]:
        words = f"There are no channels available for model {name} under the current group"
        raise Refusal(words, status=503, code="model_not_found", param="model")
    rules = CONTRACT["models"][name]
    return {**CONTRACT["families"][rules["family"]], "takes": [], **rules}


def _check_prompt(body):
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise Refusal("prompt is required", param="prompt")
    if len(prompt) > CONTRACT["prompt_characters_max"]:
        raise Refusal("prompt is longer than 32K tokens", param="prompt")


def _check_shape_of_call(body):
    if "extra_body" in body:
        raise Refusal("extra_body is not a field of the API: its content belongs to the top level", param="extra_body")
    if body.get("n", 1) != 1 or isinstance(body.get("n"), bool):
        raise Refusal("n must be 1: one picture per call", param="n")


def _check_taken(body, rules):
    """Refuse what this model does not take; klein's prompt_upsampling and unknown fields are ignored, as upstream."""
    for name in CONTRACT["tunable"]:
        if name in body and name not in rules["takes"]:
            raise Refusal(f"{name} is not supported by {body['model']}", param=name)
    if rules["size"] == "ratio":
        _refuse_any(body, ("size", "width", "height"), f"not supported by {body['model']}: use aspect_ratio")
    elif "input_image" not in body:
        _refuse_any(body, ("aspect_ratio",), f"not supported by {body['model']} without input_image: use size")


def _refuse_any(body, names, words):
    for name in names:
        if name in body:
            raise Refusal(f"{name} is {words}", param=name)


def _reference_names(body, rules):
    names = sorted((name for name in body if name.startswith("input_image")), key=lambda name: (len(name), name))
    for number, name in enumerate(names, start=1):
        if name not in REFERENCE_FIELDS or number > rules["references"]:
            words = f"{body['model']} takes at most {rules['references']} reference images"
            raise Refusal(f"{name}: {words}", param=name)
    for wanted in REFERENCE_FIELDS[: len(names)]:
        if wanted not in names:
            raise Refusal(f"{wanted} is missing: reference images are numbered without gaps", param=wanted)
    return names


def _reference(value, *, param):
    """Return (a small copy, its true size); a public address is believed, since the simulator stays at home."""
    if not isinstance(value, str) or not value:
        raise Refusal(f"{param} must be a URL or a data URL", param=param)
    if re.match(r"https?://", value):
        return None, None
    digest = hashlib.sha256(value.encode(errors="replace")).digest()
    return _SEEN.get(digest) or _SEEN.keep(digest, _opened(_content(value, param=param), param=param))


class _Recent:
    """The last few references: a run sends the same ones again and again, and its results hold on to what they show."""

    def __init__(self, most):
        self._most, self._lock, self._found = most, threading.Lock(), {}

    def get(self, digest):
        return self._found.get(digest)

    def keep(self, digest, picture):
        with self._lock:
            self._found[digest] = picture
            while len(self._found) > self._most:
                self._found.pop(next(iter(self._found)))
        return picture


_SEEN = _Recent(64)


def _content(value, *, param):
    content = _data_url_bytes(value, param=param)
    if len(content) > CONTRACT["reference"]["bytes_max"]:
        raise Refusal(f"{param} is larger than 20 MB", status=413, param=param)
    return content


def _data_url_bytes(value, *, param):
    head, comma, data = value.partition(",")
    if not comma or not re.fullmatch(r"data:image/[a-z+.-]+;base64", head):
        raise Refusal(f"{param} must be a URL or data:image/...;base64,...", param=param)
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(f"{param} is not valid base64", param=param) from None


def _opened(content, *, param):
    limits = CONTRACT["reference"]
    try:
        with RENDERING, Image.open(io.BytesIO(content), formats=limits["formats"]) as picture:
            size = picture.size
            if size[0] * size[1] > limits["pixels_max"]:
                raise Refusal(f"{param} has more than 20 megapixels", status=413, param=param)
            picture.draft("RGB", (THUMB_SIDE, THUMB_SIDE))
            small = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Refusal(f"{param} is not a readable png, jpeg or webp", param=param) from None
    small.thumbnail((THUMB_SIDE, THUMB_SIDE))
    return small, size


def _size(body, rules, pictures, *, strict):
    if strict and pictures and {"size", "width", "height"} & set(body):
        raise Refusal("an edit takes aspect_ratio, not a size", param="size")
    if rules["size"] == "ratio" or "aspect_ratio" in body:
        return _size_of_ratio(body, pictures)
    if not {"size", "width", "height"} & set(body):
        return _size_like(pictures, multiple=16) if pictures else tuple(CONTRACT["size"]["default"])
    limits = {**CONTRACT["size"], **(rules.get("strict_size", {}) if strict else {})}
    return _pixels_asked(body, limits)


def _pixels_asked(body, limits):
    if "size" in body and {"width", "height"} & set(body):
        raise Refusal("use either size or width and height, not both", param="size")
    if "size" in body:
        match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", str(body["size"]))
        if not match:
            raise Refusal("size must look like 1024x1024", param="size")
        sides = {"width": int(match[1]), "height": int(match[2])}
    else:
        sides = {name: _integer(body, name) for name in ("width", "height")}
    for name, side in sides.items():
        _check_side(side, limits, param="size" if "size" in body else name, name=name)
    if sides["width"] * sides["height"] > limits["pixels_max"]:
        raise Refusal(f"at most {limits['pixels_max']} pixels", param="size")
    return sides["width"], sides["height"]


def _check_side(side, limits, *, param, name):
    if not limits["side_min"] <= side <= limits["side_max"]:
        raise Refusal(f"{name} must be between {limits['side_min']} and {limits['side_max']}, got {side}", param=param)
    if side % limits["multiple"]:
        raise Refusal(f"{name} must be a multiple of {limits['multiple']}, got {side}", param=param)


def _size_of_ratio(body, pictures):
    if "aspect_ratio" not in body:
        return _size_like(pictures, multiple=8) if pictures else tuple(CONTRACT["ratio"]["sizes"]["1:1"])
    match = re.fullmatch(r"([1-9][0-9]{0,4}):([1-9][0-9]{0,4})", str(body["aspect_ratio"]))
    if not match:
        raise Refusal("aspect_ratio must look like 16:9", param="aspect_ratio")
    wide, high = int(match[1]), int(match[2])
    low, top = CONTRACT["ratio"]["min"], CONTRACT["ratio"]["max"]
    if wide * low[1] < low[0] * high or wide * top[1] > top[0] * high:
        raise Refusal("aspect_ratio must be between 3:7 and 7:3", param="aspect_ratio")
    return ratio_size(wide, high)


def ratio_size(wide, high, *, multiple=8):
    """Return the size the provider gives for a ratio: its own examples, else about one megapixel."""
    common = math.gcd(wide, high)
    known = CONTRACT["ratio"]["sizes"].get(f"{wide // common}:{high // common}")
    if known and multiple == 8:
        return tuple(known)
    width = math.sqrt(CONTRACT["ratio"]["pixels"] * wide / high)
    return tuple(max(multiple, round(side / multiple) * multiple) for side in (width, width * high / wide))


def _size_like(pictures, *, multiple):
    """Follow the first reference's shape, kept within 3:7 and 7:3; an unseen one counts as square."""
    wide, high = pictures[0][1] or (1, 1)
    wide, high = max(wide, math.ceil(high * 3 / 7)), max(high, math.ceil(wide * 3 / 7))
    return ratio_size(wide, high, multiple=multiple)


def _check_together(size, pictures, rules):
    limit = rules.get("megapixels_together")
    pixels = size[0] * size[1] + sum(seen[0] * seen[1] for _, seen in pictures if seen)
    if limit and pictures and pixels > limit * MEGAPIXEL:
        raise Refusal(f"input and output together are more than {limit} megapixels", param="input_image")


def _seed(body):
    if body.get("seed") is None:
        return secrets.randbelow(2**31)
    seed = _integer(body, "seed")
    if not -SEED_BOUND <= seed < SEED_BOUND:
        raise Refusal("seed is out of range", param="seed")
    return seed


def _parameters(body, rules, *, strict):
    """Keep what shapes the picture; klein's prompt_upsampling is dropped without a word."""
    kept = {}
    safety = CONTRACT["safety_tolerance"]
    most = rules.get("strict_safety_max", safety["max"]) if strict else safety["max"]
    if "safety_tolerance" in body:
        kept["safety_tolerance"] = _bounded(body, "safety_tolerance", {**safety, "max": most, "integer": True})
    if not isinstance(body.get("prompt_upsampling", False), bool):
        raise Refusal("prompt_upsampling must be true or false", param="prompt_upsampling")
    if "klein" not in body["model"]:
        kept["prompt_upsampling"] = body.get("prompt_upsampling", False)
    for name in rules["takes"]:
        if name in body:
            kept[name] = _bounded(body, name, CONTRACT["tunable"][name])
    return kept


def _bounded(body, name, limits):
    value = _integer(body, name) if limits.get("integer") else _number(body, name)
    if not limits["min"] <= value <= limits["max"]:
        raise Refusal(f"{name} must be between {limits['min']} and {limits['max']}, got {value}", param=name)
    return value


def _integer(body, name):
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refusal(f"{name} must be an integer", param=name)
    return value


def _number(body, name):
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise Refusal(f"{name} must be a number", param=name)
    return value


def _choice(body, name, allowed, *, default):
    value = body.get(name, default)
    if value not in allowed:
        raise Refusal(f"{name} must be one of {', '.join(allowed)}", param=name)
    return value
