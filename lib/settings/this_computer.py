"""Which addresses are this computer's own."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address


def is_loopback(address: str) -> bool:
    """Whether an address is this computer's own, IPv4 in IPv6's clothes included."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped.is_loopback
    return found.is_loopback


def is_this_computer(host: str) -> bool:
    """Whether a Host, with or without a port, names this computer.

    A name that somebody else points at us does not: only `localhost` and addresses.
    """
    name = (
        host.partition("]")[0].lstrip("[")
        if host[:1] == "["
        else host.split(":", maxsplit=1)[0]
    )
    return name.lower() == "localhost" or is_loopback(name)
