"""Keys of a network for tests: all are made from one secret, with which `LocalTokens([secret], clock)` signs too.

Those tokens are the command's: they may hold any scope, and belong to no session.
"""

from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from isopolity.identity.network_keys import COMMAND, NOTIFY, REGISTRY, public_key, signing_key


def public_keys_of(secret: str) -> str:
    """The setting that names the public halves of all holders."""
    keys = (public_key(secret, name) for name in (REGISTRY, COMMAND, NOTIFY))
    return ",".join(key.text for key in keys)


def keys_of(secret: str) -> dict[str, Any]:
    """Arguments of the settings of any service; each reads those of them that are its own."""
    links = f"links of {secret}"
    return {
        "registry_keys": secret,
        "notify_key": secret,
        "link_keys": links,
        "public_keys": public_keys_of(secret),
    }


def environment_of(secret: str) -> dict[str, Any]:
    """The same settings, and the command's key, as variables of the environment."""
    given = keys_of(secret) | {"command_key": secret}
    return {f"ISOPOLITY_{name.upper()}": value for name, value in given.items()}


def registry_half(secret: str) -> Ed25519PublicKey:
    """The key that verifies what registry signs."""
    return public_key(secret, REGISTRY).verifying


def command_token(secret: str, claims: Mapping[str, Any]) -> str:
    """A token with any claims, signed with the command's key."""
    return jwt.encode(
        dict(claims), signing_key(secret, COMMAND), "EdDSA", headers={"kid": public_key(secret, COMMAND).key_id}
    )
