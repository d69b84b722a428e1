"""Draws one picture in a process of its own, with limits that it cannot lift: started by `apart` and by nothing else.

What it may use: Pillow, `decoding`, `limits`, `sizes`, and pillow-heif if it is asked for. It gets no secrets.
"""

import json
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 1_500_000_000  # of address space; a WebP of 20 MP needs 400 MB of it, HEIC twice that
CPU_SECONDS = 20
ANSWER_BYTES = 64 * 1024 * 1024


def main() -> None:
    """Read a picture of the format argv[1] from standard input; write a line of JSON and raw pixels."""
    sys.path.insert(0, str(Path(__file__).parents[4]))
    from gallery.services.media.processes.limits import set_limit

    set_limit(resource.RLIMIT_AS, MEMORY_BYTES)
    set_limit(resource.RLIMIT_CPU, CPU_SECONDS)
    set_limit(resource.RLIMIT_FSIZE, ANSWER_BYTES)
    try:
        _draw(sys.argv[1])
    except MemoryError:
        _answer(trouble="memory")
    except Exception:  # whatever a decoder says of a damaged file: what comes of it is decided outside
        _answer(trouble="damaged")


def _draw(image_format: str) -> None:
    from PIL import Image as Pillow

    from gallery.services.media import decoding
    from gallery.services.references import sizes

    if image_format == "heic":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
        image_format = "heif"
    Pillow.MAX_IMAGE_PIXELS = sizes.READ_PIXELS_MOST
    with Pillow.open(sys.stdin.buffer, formats=(image_format.upper(),)) as picture:
        lying = picture.size
        if not sizes.is_readable(*lying):
            _answer(lying=lying)
            return
        shown = decoding.render_upright(picture, lying=sizes.fit_size(*lying))
        _answer(shown.tobytes(), lying=lying, turned=decoding.upright_size(picture) != lying, mode=shown.mode)


def _answer(pixels: bytes = b"", **facts: object) -> None:
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + pixels)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
