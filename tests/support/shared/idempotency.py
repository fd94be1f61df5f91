"""Idempotency keys in memory, and revocations of tokens, as registry publishes them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from isopolity.contracts.registry import RevocationState
from isopolity.messaging.broker import Message, MessageBroker
from isopolity.messaging.codec import to_message
from isopolity.persistence.idempotency_keys import KeyedRequest, StoredResponse
from isopolity.persistence.unit_of_work import EventFactory

Keys = dict[tuple[str, str], StoredResponse | KeyedRequest]


class FakeIdempotencyKeys:
    """Keys in a dictionary."""

    def __init__(self, kept: Keys) -> None:
        self._kept = kept

    async def begin(self, request: KeyedRequest) -> StoredResponse | None:
        self._kept.setdefault((request.caller, request.key), request)
        return await self.find(request)

    async def find(self, request: KeyedRequest) -> StoredResponse | None:
        stored = self._kept.get((request.caller, request.key))
        return stored if isinstance(stored, StoredResponse) else None

    async def keep(self, request: KeyedRequest, *, status: int, headers: dict[str, str], body: bytes) -> None:
        self._kept[request.caller, request.key] = StoredResponse(
            fingerprint=request.fingerprint, status=status, headers=headers, body=body
        )


def revocation(revocation_id: str, at: datetime | None = None) -> Message:
    """The message that revokes tokens issued before `at` (default: now); it expires an hour from now."""
    now = datetime.now(UTC)
    events = EventFactory("urn:isopolity:registry", lambda: now, lambda: uuid4().hex)
    state = RevocationState(
        revocation_id=revocation_id,
        version=1,
        status="issued",
        revoked_at=at or now,
        expires_at=now + timedelta(hours=1),
    )
    return to_message(events.event("isopolity.registry.revocation.issued.v1", state))


async def revoke(broker: MessageBroker, revocation_id: str, at: datetime | None = None) -> None:
    """Publish `revocation(revocation_id, at)`."""
    async with broker.producer() as producer:
        await producer.publish([revocation(revocation_id, at)])
