"""Where a push may go: addresses that browsers name, and so anybody could.

The server posts to them, so a free hand would let a signed-in phone knock at doors behind the server's
own firewall. An endpoint is https on port 443 at a host of the list; when it is used, the host's
addresses are looked up, all of them must be public, and the connection goes to one of those looked at.
Source: RFC 8030 section 8; RFC 6890 (addresses of special purpose).
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from msgspec import Struct

ENDPOINT_MAX: Final = 1_024  # characters; those in use have 150 to 600
LABEL: Final = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
# One pattern for the whole: what is parsed once cannot be read differently by the next that parses it.
ENDPOINT: Final = re.compile(
    rf"https://(?P<host>{LABEL}(?:\.{LABEL})+)(?::443)?(?P<target>/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]+)",
    re.ASCII,
)
NAT64: Final = IPv6Network("64:ff9b::/96")  # an IPv4 address in its last four bytes, RFC 6052


class Hosts(Struct, frozen=True):
    """The push services that may be spoken to."""

    listed: tuple[str, ...]  # names; `*.` at the start stands for one label or more
    inside: tuple[str, ...] = ()  # names of the town's own gateways: these may have private addresses

    def allow(self, host: str) -> bool:
        """Tell whether a host may be sent to."""
        return any(
            host.endswith(name[1:]) if name.startswith("*.") else host == name
            for name in (*self.listed, *self.inside)
        )


def names(text: str) -> tuple[str, ...]:
    """Read a setting: names with commas between."""
    return tuple(name for part in text.split(",") if (name := part.strip().lower()))


def parted(endpoint: str) -> tuple[str, str] | None:
    """Part an endpoint into host and what is asked of it; None if it is none of ours."""
    found = ENDPOINT.fullmatch(endpoint) if len(endpoint) <= ENDPOINT_MAX else None
    return (found["host"], found["target"]) if found else None


def may_go(endpoint: str, hosts: Hosts) -> bool:
    """Tell whether an endpoint may be kept and sent to, as far as its words tell."""
    parts = parted(endpoint)
    return parts is not None and hosts.allow(parts[0])


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open network, whatever it is wrapped in."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast for each in _unwrapped(found))


def _unwrapped(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """List what an address means: the IPv4 address in it, for those that carry one, else itself."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    inner = [each for each in (address.sixtofour, *(address.teredo or ())) if each is not None]
    return [address, *inner]
