"""The site of a network's passkeys: the host that they belong to, and the origin that a browser has to be at.

Invariant: both come from the public address alone, and never from a request.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_LOCAL: Final = "localhost"
_USUAL_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class PasskeySite:
    """A relying party of WebAuthn."""

    host: str
    """The relying party's id."""
    origin: str
    """Scheme, host and port, as a browser writes them."""


def passkey_site(public_url: str) -> PasskeySite | None:
    """The site of a network at this address; None where browsers offer no passkeys.

    Browsers accept no IP address as a site, so a loopback address stands for `localhost`. Without HTTPS they offer
    passkeys on `localhost` only.
    """
    parts = urlsplit(public_url)
    host, scheme = (parts.hostname or "").rstrip("."), parts.scheme.lower()
    try:
        host = _LOCAL if ip_address(host).is_loopback else ""
    except ValueError:  # a name
        host = host.encode("idna").decode() if host else ""
    is_local = host == _LOCAL or host.endswith(f".{_LOCAL}")
    if not host or (scheme != "https" and not (scheme == "http" and is_local)):
        return None
    port = "" if parts.port in (None, _USUAL_PORTS[scheme]) else f":{parts.port}"
    return PasskeySite(host, f"{scheme}://{host}{port}")
