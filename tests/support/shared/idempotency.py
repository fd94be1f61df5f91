"""Idempotency keys in memory."""

from isopolity.persistence.idempotency_keys import KeyedRequest, StoredResponse

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
