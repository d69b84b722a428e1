"""Where results may come from: reads an address once, and says whether it may be contacted at all.

Rules and reasons: services/paid_calls/README.md, "Addresses and bytes from outside". httpx parses here and connects
later, so the checker and the connection cannot disagree about what the host is.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

from ..errors import ResultRefused

MAX_ADDRESS_CHARS = 4096
MAX_TEXT_CHARS = 100_000  # in which an address is looked for
# Blanks and controls, which browsers drop around an address; marks without width; what stands in pairs around one.
BLANKS = "".join(map(chr, range(0x21))) + "\x7f\xa0\u200b\u200e\u200f\u2060\ufeff"
PAIRS = {'"': '"', "'": "'", "`": "`", "<": ">", "(": ")", "[": "]", "“": "”", "‘": "’", "«": "»"}
NEVER_LAST = '"`<>”»'  # no address ends in one
LINE_ENDS = re.compile(r"[\t\r\n]+")
HTML_AMPERSAND = re.compile(r"&(?:amp|#38|#x26);", re.IGNORECASE)
ADDRESS_IN_TEXT = re.compile(r"https?://[^\s\"'`<>()\[\]{}\\^|]+", re.IGNORECASE)
DEFAULT_PORTS = {"http": 80, "https": 443}

# No user part and no backslash in the authority: other programs read "https://bfl.ai\@evil.com" differently.
PLAIN_AUTHORITY = re.compile(r"https?://[^/?#\\@]+(?:[/?#]|\Z)", re.IGNORECASE)
# Two labels or more, the last one starting with a letter: no trailing dot, no "localhost", none of the numeric
# spellings (127.1, 2130706433, 0x7f000001, 0177.0.0.1) that a C library would still take for an address.
PUBLIC_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
MAX_NAME_CHARS = 253
PLAIN_HOST = re.compile(r"[a-z0-9._:-]+")  # a name or an IP address, however odd; nothing that was escaped

# What Python 3.11's is_global still counts as global: tunnels that lead inward, relays, documentation.
NOT_PUBLIC = [
    ipaddress.ip_network(net)
    for net in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]
GLOBAL_UNICAST_V6 = ipaddress.ip_network("2000::/3")  # leaves out NAT64, mapped, compatible, local and multicast


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be fetched. The URL stays out of the repr: its signature opens the picture."""

    url: httpx.URL = field(repr=False)
    scheme: str
    host: str
    port: int
    listed: bool  # False: a public host nobody vouched for; keep its bytes aside
    is_named_origin: bool  # an admin wrote down this very origin, so it may be a private address

    def allows(self, address: str) -> bool:
        """Say whether this resolved address may be connected."""
        if not self.is_named_origin:
            return is_public(address)
        ip = ipaddress.ip_address(address)
        # Link-local stays closed even then: it is where clouds keep their credentials (169.254.169.254).
        return not (ip.is_link_local or ip.is_multicast or ip.is_unspecified)


def is_usable_address(value: object) -> bool:
    """Say whether the API's answer holds an address we could store and try; whether we may is decided later."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ADDRESS_CHARS:
        return False
    if not value.isprintable() or " " in value:  # control characters and lone surrogates are not printable
        return False
    return bool(result_host(value))


def read_address(text: str, *, base: str = "") -> str:
    """Return the address that a text of a paid answer means, "" if it means none. base: of one without a host.

    As browsers read addresses: without what stands around it, without line ends in it, "&amp;" as "&".
    """
    if len(text) > MAX_TEXT_CHARS:
        return ""
    plain = _plain_address(text)
    if plain.startswith("//"):
        plain = f"https:{plain}"
    elif base and plain.startswith("/"):
        plain = str(httpx.URL(base).join("/")).rstrip("/") + plain
    if is_usable_address(plain):
        return plain
    found = ADDRESS_IN_TEXT.search(text)
    inside = _plain_address(found[0].rstrip(".,;:!?")) if found else ""
    return inside if is_usable_address(inside) else ""


def _plain_address(text: str) -> str:
    inner = text.strip(BLANKS)
    while inner and (closing := PAIRS.get(inner[0])):
        inner = inner[1:].removesuffix(closing).strip(BLANKS)
    inner = LINE_ENDS.sub("", inner.rstrip(NEVER_LAST)).replace("\\/", "/")  # escaped once too often
    return HTML_AMPERSAND.sub("&", inner).replace(" ", "%20")


def result_host(url: str) -> str:
    """Return the host of an http(s) address, for showing to people; "" if there is none. Never raises."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        return ""
    host = parsed.raw_host.decode("ascii")
    return host if parsed.scheme in DEFAULT_PORTS and PLAIN_HOST.fullmatch(host) else ""


def check_address(url: str, result_hosts: Iterable[str]) -> Target:
    """Return the target of a result's address. Raises ResultRefused for what must never be contacted.

    Does not resolve: ask the target's `allows` about every resolved address before connecting.
    """
    names, origins = check_result_hosts(result_hosts)
    parsed = _parse(url)
    host = parsed.raw_host.decode("ascii")
    origin = _origin(parsed)
    if origin in origins:
        return Target(parsed, *origin, listed=True, is_named_origin=True)
    if parsed.scheme != "https":
        raise ResultRefused("the address is not https")
    if origin[2] != 443:
        raise ResultRefused("the address names another port")
    if not _is_public_host(host):
        raise ResultRefused("the host is not a public one")
    return Target(parsed, *origin, listed=_is_listed(host, names), is_named_origin=False)


def check_web_address(url: str, origins: Iterable[str] = ()) -> Target:
    """Return the target of an address that somebody typed, or that one leads to: http or https at its usual port.

    Raises ResultRefused for what must never be contacted. Does not resolve: ask the target's `allows` about every
    resolved address before connecting.
    """
    parsed = _parse(url)
    origin = _origin(parsed)
    if origin in check_origins(origins):
        return Target(parsed, *origin, listed=True, is_named_origin=True)
    if origin[2] != DEFAULT_PORTS[parsed.scheme]:
        raise ResultRefused("the address names another port")
    if not _is_public_host(origin[1]):
        raise ResultRefused("the host is not a public one")
    return Target(parsed, *origin, listed=False, is_named_origin=False)


def check_result_hosts(entries: Iterable[str]) -> tuple[frozenset[str], frozenset[tuple[str, str, int]]]:
    """Return (hosts, whole origins) of FLUX_RESULT_HOSTS. Raises ValueError naming the first entry that is neither."""
    entries = [entry.strip() for entry in entries if entry.strip()]
    origins = frozenset(_read_origin(entry) for entry in entries if "://" in entry)
    names = frozenset(_read_name(entry) for entry in entries if "://" not in entry)
    return names, origins


def check_origins(entries: Iterable[str]) -> frozenset[tuple[str, str, int]]:
    """Return the whole origins that these are. Raises ValueError naming the first entry that is none."""
    return frozenset(_read_origin(entry.strip()) for entry in entries)


def is_public(address: str) -> bool:
    """Say whether an IP address, as text, is one of the public Internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 6 and (ip not in GLOBAL_UNICAST_V6 or ip.scope_id):
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in NOT_PUBLIC)


def _parse(url: str) -> httpx.URL:
    if not is_usable_address(url) or not PLAIN_AUTHORITY.match(url):
        raise ResultRefused("the address is not a plain one")
    return httpx.URL(url)  # which a usable address can be read as


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.raw_host.decode("ascii"), url.port or DEFAULT_PORTS[url.scheme]


def _is_public_host(host: str) -> bool:
    if _is_ip(host):
        return is_public(host)
    return len(host) <= MAX_NAME_CHARS and bool(PUBLIC_NAME.fullmatch(host))


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_listed(host: str, names: frozenset[str]) -> bool:
    return host in names or any(host.endswith("." + name) for name in names)


def _read_origin(entry: str) -> tuple[str, str, int]:
    try:
        url = httpx.URL(entry)
    except httpx.InvalidURL:
        raise ValueError(f"not an origin: {entry!r}") from None
    if not PLAIN_AUTHORITY.match(entry) or not url.host or url.raw_path not in (b"", b"/") or url.fragment:
        raise ValueError(f"not an origin such as http://127.0.0.1:9000: {entry!r}")
    return _origin(url)


def _read_name(entry: str) -> str:
    try:
        url = httpx.URL(f"https://{entry}")
    except httpx.InvalidURL:
        raise ValueError(f"not a host: {entry!r}") from None
    host = url.raw_host.decode("ascii")
    if str(url) != f"https://{host}" or not (_is_ip(host) or PUBLIC_NAME.fullmatch(host)):
        raise ValueError(f"not a host such as bfl.ai: {entry!r}")
    return host
