"""Which network addresses a connection may reach. A name is looked up once; what was checked is connected to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any, Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
SockAddress = tuple[Any, ...]

# Nobody keeps a business system there, and cloud hosts hand out their own credentials there.
_NEVER: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata address of most clouds
        "100.100.100.200/32",  # metadata, Alibaba
        "168.63.129.16/32",  # platform channel, Azure
        "192.0.0.192/32",  # metadata, Oracle
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fe80::/10",
        "fd00:ec2::254/128",  # metadata, AWS
        "fd20:ce::254/128",  # metadata, Google
        "ff00::/8",
    )
)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenAddress(Exception):
    """A name leads to an address that this connection may not reach."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(f"{host} leads to {address}, which this connection may not reach.")
        self.host = host
        self.address = address


def resolve(host: str, port: int, *, allow_private: bool) -> list[tuple[int, SockAddress]]:
    """(family, socket address) of every address of the name; each of them may be reached.

    Raises: ForbiddenAddress when one of them may not, whatever the others are; OSError when there is no such name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, place in found:
        if not allowed(str(place[0]), allow_private=allow_private):
            raise ForbiddenAddress(host, str(place[0]))
    return [(int(family), place) for family, _, _, _, place in found]


def allowed(address: str, *, allow_private: bool) -> bool:
    """Whether the address may be reached; private ones only where the connection says so, some never."""
    whole = ipaddress.ip_address(address.partition("%")[0])
    for each in (whole, *_inside(whole)):
        if any(each in network for network in _NEVER if network.version == each.version):
            return False
        if not (each.is_global or allow_private):
            return False
    return True


def _inside(address: Address) -> Iterator[Address]:
    """Yield the addresses that an IPv6 address carries on to."""
    if not isinstance(address, ipaddress.IPv6Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
