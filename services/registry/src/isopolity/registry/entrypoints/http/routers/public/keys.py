"""The network's public keys, for everybody who verifies its tokens: `/registry/v1/keys`, a JSON Web Key Set.

Invariant: it contains no private keys.
"""

from fastapi import Response
from pydantic import BaseModel, Field

from isopolity.registry.entrypoints.http.context import Registry
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1")


class PublishedKey(BaseModel):
    """A public key (RFC 7517, RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str = Field(description="The name of the key's holder, a dot, and a digest of the key.")
    use: str
    alg: str
    made: str | None = Field(default=None, description="The day on which it was made, if that is known.")


class KeySet(BaseModel):
    """Public keys of valid tokens; the first is the one with which registry signs now."""

    keys: list[PublishedKey]


@router.get("/keys")
async def keys(registry: Registry, response: Response) -> KeySet:
    """The public keys of registry and of others that sign tokens in their own name, such as the command."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return KeySet(keys=[PublishedKey.model_validate(key.document()) for key in registry.public_keys])
