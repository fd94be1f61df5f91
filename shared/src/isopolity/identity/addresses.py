"""E-mail addresses: one rule for every service of which can be mailed and which are equal; the site of passkeys.

SMTP without extensions carries ASCII, so the part before the @ must be ASCII (RFC 5321, dot-atom); the domain may be
in any script and becomes ASCII by IDNA 2008 with the mapping of UTS 46, as in browsers (non-transitional: `ß` and `ς`
stay letters of their own). Invariant: two addresses have one key where mail to them goes to one mail box, and nowhere
else; no other folding of an address may decide who somebody is (ADR 0073). The host and origin of passkeys come from
the public address alone, and never from a request.
"""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final, Self
from urllib.parse import urlsplit

import idna

_LONGEST: Final = 254
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_LOCAL: Final = 64
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_ENCODED_WORD: Final = "=?"
"""Begins an encoded word (RFC 2047); mail programs could decode the address as one."""
_UNMAILABLE: Final = "unmailable "
"""Begins the key of a text that is no address; keys of addresses never have a space."""


class UnusableAddress(ValueError):
    """The address cannot be mailed."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MailAddress:
    """An address that can be mailed; two addresses of one mail box are equal."""

    carried: str = field(compare=False)
    """As SMTP carries it: the part before the @ as it was written, the domain as its A-labels."""
    key: str
    """The form in which addresses are compared and looked up: `carried` with the part before the @ in lower case."""

    @classmethod
    def of(cls, text: str) -> Self:
        """The address in `text`. Raises UnusableAddress."""
        local, _, domain = text.rpartition("@")
        if len(text) > _LONGEST or len(local) > _LONGEST_LOCAL or _ENCODED_WORD in local or not _LOCAL.fullmatch(local):
            raise UnusableAddress
        try:
            ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise UnusableAddress from None
        carried = f"{local}@{ascii_domain}"
        if len(carried) > _LONGEST or _DOMAIN.fullmatch(ascii_domain) is None:
            raise UnusableAddress
        return cls(carried=carried, key=f"{local.lower()}@{ascii_domain}")


def address_key(text: str) -> str:
    """The key of the address in `text`; for a text that cannot be mailed, a key that no other text has."""
    try:
        return MailAddress.of(text).key
    except UnusableAddress:
        return f"{_UNMAILABLE}{text}"


_LOCALHOST: Final = "localhost"
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
        host = _LOCALHOST if ip_address(host).is_loopback else ""
    except ValueError:  # a name
        host = host.encode("idna").decode() if host else ""
    is_local = host == _LOCALHOST or host.endswith(f".{_LOCALHOST}")
    if not host or (scheme != "https" and not (scheme == "http" and is_local)):
        return None
    port = "" if parts.port in (None, _USUAL_PORTS[scheme]) else f":{parts.port}"
    return PasskeySite(host, f"{scheme}://{host}{port}")
