"""What bytes are, by how they begin: headers and names of files may lie."""

import re

HEAD_BYTES = 1024

PREFIXES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),  # the large kind
    (b"MM\0+", "tiff"),
    (b"\0\0\1\0", "ico"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL ", "jxl"),
    (b"\0\0\0\x0cjP  ", "jp2"),
    (b"8BPS", "psd"),
    (b"\x1aE\xdf\xa3", "webm"),
    (b"%PDF", "pdf"),
    (b"PK\3\4", "zip"),
    (b"\x1f\x8b", "gzip"),
)
AVIF_BRANDS, HEIC_BRANDS = (b"avif", b"avis"), (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
JSON = re.compile(rb'(\{\s*["}]|\[\s*[\[{"\]])')
PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")
PICTURES = {"jpeg", "png", "webp", "gif", "bmp", "tiff", "ico", "jxl", "jp2", "psd", "avif", "heic", "svg"}


def sniff(head: bytes) -> str:
    """Return the short name of the format that these first bytes are of, "" for one nobody knows."""
    for prefix, name in PREFIXES:
        if head.startswith(prefix):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _sniff_brand(head[8:12], head[16 : int.from_bytes(head[:4])])
    return _sniff_text(head[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip().lower())


def _sniff_brand(brand: bytes, others: bytes) -> str:
    """mif1 and msf1 are of pictures of either kind: what else it says it can be read as tells which."""
    if brand in AVIF_BRANDS or (brand in (b"mif1", b"msf1") and any(each in others for each in AVIF_BRANDS)):
        return "avif"
    return "heic" if brand in HEIC_BRANDS else "mp4"


def _sniff_text(head: bytes) -> str:
    if head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!doctype svg", b"<!--")) and b"<svg" in head):
        return "svg"
    if head.startswith(PAGES) or (head.startswith((b"<!--", b"<?xml")) and b"<html" in head):
        return "html"
    if head.startswith(b"<?xml"):
        return "xml"
    return "json" if JSON.match(head) else ""
