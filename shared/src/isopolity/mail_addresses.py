"""E-mail addresses: which can be mailed, and which are the same. One rule for every service that takes them in, looks
people up by them, or writes to them.

SMTP without extensions carries ASCII, so the part before the @ must be ASCII (RFC 5321, dot-atom); the domain may be
in any script and becomes ASCII by IDNA 2008 with the mapping of UTS 46, as in browsers (non-transitional: `ß` and `ς`
stay letters of their own). Invariant: two addresses have one key where mail to them goes to one mail box, and nowhere
else; no other folding of an address may decide who somebody is (ADR 0073).
"""

import re
from dataclasses import dataclass, field
from typing import Final, Self

import idna

_LONGEST: Final = 254
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_LOCAL: Final = 64
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_ENCODED_WORD: Final = "=?"
"""Begins an encoded word (RFC 2047); a reader of the mail could take the address for one."""
_UNMAILABLE: Final = "unmailable "
"""Begins the key of a text that is no address; no key of an address holds a space."""


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
