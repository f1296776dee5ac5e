"""What addresses a host name has, and which of them are on the public network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, TypeAlias

__all__ = ["Resolve", "is_public", "resolved"]

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""Host and port to addresses; an ``OSError`` when there is none."""

_NAT64: Final = b"\x00\x64\xff\x9b" + bytes(8)


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, those first that the system prefers. May block."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the public network, whatever it is wrapped in."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _embedded(found)
    if inner is not None:
        return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to (RFC 4291, 3056, 6052)."""
    if isinstance(address, IPv4Address):
        return None
    if address.packed[:12] == _NAT64:
        return IPv4Address(address.packed[12:])
    return address.ipv4_mapped or address.sixtofour
