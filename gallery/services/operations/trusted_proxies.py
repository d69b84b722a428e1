"""Whose forwarding headers are believed: those of the addresses and networks in FLUXWEB_TRUSTED_PROXIES."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings


def is_trusted(address: str) -> bool:
    """Tell whether an address is one of our proxies."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # a socket of the file system has none, and in a header anything can stand
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(text) for text in texts]


def client_address(meta: Mapping[str, str]) -> str:
    """Return the nearest address that is no proxy of ours; what stands further left, anybody can write."""
    forwarded = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    hops = [meta.get("REMOTE_ADDR", ""), *reversed(forwarded)]
    return next((hop for hop in hops if not is_trusted(hop)), hops[-1])


def loggable_address(meta: Mapping[str, str]) -> str:
    """Return the client's address for a log: what a proxy passes on may be any text."""
    return ascii(client_address(meta))[1:-1][:64]


def is_forwarded_https(meta: Mapping[str, str]) -> bool:
    """Tell whether a proxy of ours says that it was asked over TLS."""
    scheme = meta.get("HTTP_X_FORWARDED_PROTO", "").partition(",")[0].strip().lower()
    return scheme == "https" and is_trusted(meta.get("REMOTE_ADDR", ""))
