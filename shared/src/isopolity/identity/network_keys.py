"""The network's signing keys (Ed25519), each with the name of its holder, and what that holder may sign.

Invariant: the id of a key begins with its holder's name and ends with a digest of its public half, so that a token can
claim neither another holder nor another key; the limits of a holder are in this module, not in its tokens.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from isopolity.client.registry.models import PublishedKey
from isopolity.identity.actors import OFFICE_SCOPES, SCOPES

REGISTRY: Final = "registry"
COMMAND: Final = "command"
NOTIFY: Final = "notify"
_SEED: Final = "isopolity.signing-key"
_DATED: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.")
"""Prefix of a secret that has the day on which it was made."""
_DIGEST_LENGTH: Final = 16
_BYTES_OF_A_HALF: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Limits of the tokens that the holder of a key may sign."""

    scopes: frozenset[str]
    longest: timedelta | None = None
    """Longest life of its tokens; None: the network's limit."""
    in_sessions: bool = False
    """Whether each of its tokens belongs to a session, with which it ends."""
    speaks_for_itself: bool = False
    """Whether its tokens name the holder itself as the subject, and no member."""


HOLDERS: Final[Mapping[str, Holder]] = {
    REGISTRY: Holder(scopes=frozenset({"member", *OFFICE_SCOPES}), longest=timedelta(hours=1), in_sessions=True),
    COMMAND: Holder(scopes=frozenset(SCOPES)),
    NOTIFY: Holder(scopes=frozenset({"contacts:read"}), longest=timedelta(hours=1), speaks_for_itself=True),
}
"""All holders of keys. matching and the portal call no service in their own name, so they have no key."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a holder's key: 32 bytes, in Base64 for addresses without padding."""

    name: str
    half: str
    made: str = field(default="", compare=False)
    """The day on which its secret was made, such as `2026-12-01`; empty if the secret does not have it."""

    @property
    def key_id(self) -> str:
        """The id by which a token names the key."""
        digest = urlsafe_b64encode(sha256(self.half.encode()).digest()).decode()
        return f"{self.name}.{digest[:_DIGEST_LENGTH]}"

    @property
    def holder(self) -> Holder:
        """Limits of the tokens that the holder may sign."""
        return HOLDERS[self.name]

    @property
    def verifying(self) -> Ed25519PublicKey:
        """The verifying key. Raises ValueError if the public half is not a key."""
        return Ed25519PublicKey.from_public_bytes(_bytes_of(self.half))

    @property
    def text(self) -> str:
        """The key as settings name it."""
        return ":".join(filter(None, (self.name, self.half, self.made)))

    def document(self) -> dict[str, str]:
        """The key in a JSON Web Key Set (RFC 7517, RFC 8037)."""
        named = {"kid": self.key_id, "use": "sig", "alg": "EdDSA"} | ({"made": self.made} if self.made else {})
        return {"kty": "OKP", "crv": "Ed25519", "x": self.half, **named}


def signing_key(secret: str, name: str) -> Ed25519PrivateKey:
    """The private key of the holder `name`, derived from its secret."""
    return Ed25519PrivateKey.from_private_bytes(sha256(f"{_SEED}\n{name}\n{secret}".encode()).digest())


def public_key(secret: str, name: str) -> PublicKey:
    """The public half of the key of the holder `name`, derived from its secret."""
    raw = signing_key(secret, name).public_key().public_bytes_raw()
    dated = _DATED.match(secret)
    return PublicKey(name, urlsafe_b64encode(raw).rstrip(b"=").decode(), dated[1] if dated else "")


def read_public_keys(text: str) -> tuple[PublicKey, ...]:
    """The keys of a setting such as `command:HALF,notify:HALF:2026-12-01`. Raises ValueError with what to change."""
    return tuple(_read(entry.strip()) for entry in text.split(",") if entry.strip())


def _read(entry: str) -> PublicKey:
    name, colon, half = entry.partition(":")
    half, _, made = half.partition(":")
    if not (colon and name in HOLDERS) or (made and not _DATED.fullmatch(f"{made}.")):
        raise ValueError(f"write each key as NAME:HALF or NAME:HALF:YYYY-MM-DD, with the names {', '.join(HOLDERS)}")
    return _checked(PublicKey(name, half, made))


def read_published(keys: Sequence[PublishedKey]) -> Mapping[str, PublicKey]:
    """The keys that registry publishes, by their ids; those of holders that this release does not know are left out.

    Raises ValueError if one is not a key, or has the id of another.
    """
    read = [PublicKey(each.kid.partition(".")[0], each.x, each.made or "") for each in keys]
    known = [_checked(key) for key in read if key.name in HOLDERS]
    if {key.key_id for key in known} - {each.kid for each in keys}:
        raise ValueError("a key has an id of another one")
    return {key.key_id: key for key in known}


def _checked(key: PublicKey) -> PublicKey:
    try:
        _ = key.verifying
    except ValueError:
        raise ValueError(f"the half of {key.name} is no key: `isopolity keys show` prints it") from None
    return key


def _bytes_of(half: str) -> bytes:
    raw = urlsafe_b64decode(f"{half}=")
    if len(raw) != _BYTES_OF_A_HALF or urlsafe_b64encode(raw).rstrip(b"=").decode() != half:
        raise ValueError("no public half")
    return raw
