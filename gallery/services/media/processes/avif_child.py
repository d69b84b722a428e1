"""Encodes one large AVIF, in a process of its own: knows Pillow and nothing else."""

import json
import sys

from PIL import Image as Pillow


def main() -> None:
    """Turn the TIFF that is read into an AVIF. The only argument: options of Pillow as JSON, bytes of them as text."""
    options = json.loads(sys.argv[1])
    if "xmp" in options:
        options["xmp"] = options["xmp"].encode()
    with Pillow.open(sys.stdin.buffer, formats=("TIFF",)) as picture:
        picture.load()
        picture.info = {}
        picture.save(sys.stdout.buffer, "AVIF", **options)


if __name__ == "__main__":
    main()
