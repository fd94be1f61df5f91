"""Idempotency keys as handlers of POST see them.

Invariant: among committed transactions a caller's key has one fingerprint and one response.
"""

from dataclasses import dataclass
from typing import Protocol, Self

from isopolity.registry.domain.errors import KeyReused


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """A request by the key that its caller gave it; `fingerprint` is a digest of what it asks."""

    caller: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """The response as it was sent first."""

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: bytes

    def same_as(self, request: KeyedRequest) -> Self:
        """Itself, if it answered the same request. Raises KeyReused."""
        if self.fingerprint != request.fingerprint:
            raise KeyReused("This Idempotency-Key came with another request before; send a new key for a new request.")
        return self


class IdempotencyKeys(Protocol):
    """The keys, in the transaction of the effect."""

    async def begin(self, request: KeyedRequest) -> StoredResponse | None:
        """None if the key is new, and it is reserved now; else what the request with this key was answered."""

    async def keep(self, request: KeyedRequest, *, status: int, headers: dict[str, str], body: bytes) -> None:
        """Keep the response to `request`."""
