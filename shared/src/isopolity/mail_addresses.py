"""Which e-mail addresses can be mailed: one rule for the service that takes them in and the one that writes to them.

SMTP without extensions carries ASCII, so the part before the @ must be ASCII (RFC 5321, dot-atom); the domain may be
in any script and becomes ASCII by IDNA 2008 with the mapping of UTS 46, as in browsers.
"""

import re
from typing import Final

import idna

_LONGEST: Final = 254
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_LOCAL: Final = 64
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_ENCODED_WORD: Final = "=?"
"""Begins an encoded word (RFC 2047); a reader of the mail could take the address for one."""


class UnusableAddress(ValueError):
    """The address cannot be mailed."""


def mailable(address: str) -> str:
    """`address` as SMTP carries it, in ASCII. Raises UnusableAddress."""
    local, _, domain = address.rpartition("@")
    if len(address) > _LONGEST or len(local) > _LONGEST_LOCAL or _ENCODED_WORD in local or not _LOCAL.fullmatch(local):
        raise UnusableAddress
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise UnusableAddress from None
    carried = f"{local}@{ascii_domain}"
    if len(carried) > _LONGEST or _DOMAIN.fullmatch(ascii_domain) is None:
        raise UnusableAddress
    return carried
