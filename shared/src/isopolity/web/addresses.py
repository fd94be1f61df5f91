"""Network addresses, as a connection or a Host header names them."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` is, or None where it is a name or nothing."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether `host` is an address of this machine itself; a name is not."""
    address = address_of(host)
    return address is not None and address.is_loopback
