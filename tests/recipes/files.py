"""Files of pictures in every container, and ways to read them that are not ours."""

import io
from xml.etree import ElementTree

import sd_parsers
from PIL import Image as Pillow
from PIL import ImageCms

SIZE = (96, 64)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PROMPT = "ein roter Löwe 🦁, 夜の猫 {red|blue} <b>&amp;</b>\nand a second line: 50 % grey"
FACTS = {
    "prompt": PROMPT, "model": "flux-2-flex", "seed": 7, "steps": 20, "guidance": 4.5, "output_format": "png",
    "size": "96x64", "width": 96, "height": 64,
}  # fmt: skip


def drawn(mode="RGB"):
    ramp = Pillow.linear_gradient("L").resize(SIZE)
    return Pillow.merge(mode, [ramp, ramp.rotate(180), ramp, ramp.point(lambda v: 255 - v // 2)][: len(mode)])


def encoded(image_format, mode="RGB", **options):
    out = io.BytesIO()
    drawn(mode).save(out, image_format, **options)
    return out.getvalue()


def turned_exif(word="by somebody"):
    tags = Pillow.Exif()
    tags[0x0112], tags[0x010E] = 6, word
    return tags.tobytes()


LOOKS = {"icc_profile": PROFILE, "exif": turned_exif()}
FILES = {
    "jpeg": ("jpeg", encoded("jpeg")),
    "jpeg without JFIF": ("jpeg", b"\xff\xd8" + encoded("jpeg")[20:]),
    "jpeg with looks": ("jpeg", encoded("jpeg", **LOOKS)),
    "progressive jpeg with XMP": (
        "jpeg",
        encoded(
            "jpeg",
            progressive=True,
            xmp=b'<x xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:RDF></rdf:RDF></x>',
        ),
    ),
    "png": ("png", encoded("png")),
    "clear png": ("png", encoded("png", "RGBA")),
    "png with looks": ("png", encoded("png", **LOOKS)),
    "lossy webp": ("webp", encoded("webp", quality=60)),
    "lossless webp": ("webp", encoded("webp", lossless=True)),
    "clear lossless webp": ("webp", encoded("webp", "RGBA", lossless=True)),
    "clear lossy webp": ("webp", encoded("webp", "RGBA", quality=60)),  # in the long form by itself
    "webp with looks": ("webp", encoded("webp", **LOOKS)),
}


def pixels(content):
    with Pillow.open(io.BytesIO(content)) as opened:
        return opened.mode, opened.size, opened.tobytes()


def looks(content):
    with Pillow.open(io.BytesIO(content)) as opened:
        opened.load()
        return opened.info.get("icc_profile"), opened.getexif().get(0x0112)


def xmp_of(content):
    """Read the packet with a parser of XML: it must be one, whatever the prompt."""
    with Pillow.open(io.BytesIO(content)) as opened:
        opened.load()
        found = opened.info.get("xmp") or opened.info.get("XML:com.adobe.xmp")
    return ElementTree.fromstring(found) if found else None


def source_types(content):
    root = xmp_of(content)
    name = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    return [each.text.rpartition("/")[2] for each in root.iter(name)] if root is not None else []


def read_by_others(content):
    """Read a recipe as sd-parsers does: (prompt, settings, models)."""
    found = sd_parsers.ParserManager().parse(io.BytesIO(content))
    [sampler] = found.samplers
    return found.full_prompt, sampler.parameters, {each.name for each in found.models}
