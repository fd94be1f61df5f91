"""Revoked tokens: each process reads registry's compacted topic into memory, follows it, and looks each token up there.

Invariant: no bearer token is accepted before the topic has been read once; afterwards the revocations in memory count,
even while the broker is away.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from isopolity.contracts.catalogue import REVOCATION
from isopolity.contracts.registry import RevocationState
from isopolity.identity.actors import of_member, of_session, of_subject, of_token
from isopolity.messaging.broker import MessageBroker, Reader, Record, TopicPartition
from isopolity.messaging.codec import to_event
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, PoisonMessage
from isopolity.messaging.topic_reader import STILL_SECONDS, ReaderWatch, records_to_the_end
from isopolity.web.tokens import Principal, TokenRefused, TokenVerifier

_log = structlog.get_logger(__name__)
_TOPICS: Final = (REVOCATION.name,)


class RevocationsUnknown(Exception):
    """The list of revoked tokens has not been read yet, so no token can be verified."""


class Revocations(Protocol):
    """The revocations that this process knows."""

    async def revoked_until(self, revocation_id: str) -> datetime | None:
        """Tokens with this name issued up to that moment are revoked; None if none are. Raises RevocationsUnknown."""


class RevocationReader:
    """Revocations of the topic, kept up to date by the task `run`; without it, the first question reads them.

    In seconds: a question waits for the first reading for up to `patience`; `pause` is the time between two
    connections; a connection that brings nothing for `still`, though there is more to read, is replaced by another.
    """

    def __init__(
        self, broker: MessageBroker, *, patience: float = 5.0, pause: float = 1.0, still: float = STILL_SECONDS
    ) -> None:
        self._broker = broker
        self._patience = patience
        self._pause = pause
        self._still = still
        self._first = asyncio.Lock()
        self._is_running = False
        self._has_read = asyncio.Event()
        self._next: dict[TopicPartition, int] | None = None
        self._until: dict[str, datetime] = {}
        self._is_connected = False

    async def revoked_until(self, revocation_id: str) -> datetime | None:
        if self._next is None:
            await self._read_once()
        return self._until.get(revocation_id)

    async def run(self) -> None:
        """Follow the topic forever; when the broker was away, go on from the last record."""
        self._is_running = True
        try:
            while True:
                await self._run_once()
                await asyncio.sleep(self._pause)
        finally:
            self._is_running = False

    async def _run_once(self) -> None:
        """Follow the topic on one connection, until that is lost."""
        try:
            async with self._broker.reader(_TOPICS) as reader:
                await self._follow(reader)
        except (BrokerUnavailable, BrokerRefused) as error:
            _log.warning("revocations_disconnected", error=str(error))
        finally:
            self._is_connected = False

    async def check(self) -> str | None:
        """For readiness: None, or a sentence on the missing list."""
        if self._next is None:
            return "the list of revoked tokens has not been read from the broker yet"
        return None if self._is_connected else "new revocations of tokens cannot be read from the broker"

    async def _read_once(self) -> None:
        """Wait for the first reading, or do it; a connection for each question would keep a broker from recovering."""
        try:
            async with asyncio.timeout(self._patience):
                if self._is_running:
                    await self._has_read.wait()
                    return
                async with self._first:
                    if self._next is None:
                        async with self._broker.reader(_TOPICS) as reader:
                            await self._read_to_end(reader)
        except (BrokerUnavailable, BrokerRefused, TimeoutError) as error:
            raise RevocationsUnknown from error

    async def _follow(self, reader: Reader) -> None:
        if self._next is None:
            await self._read_to_end(reader)
        else:
            await reader.seek(self._next)
        self._is_connected = True
        watch = ReaderWatch(reader, every=self._still / 2)
        while True:
            self._next = await self._fetched(reader)
            await watch.look(self._next)

    async def _read_to_end(self, reader: Reader) -> None:
        async for record in records_to_the_end(reader, still=self._still):
            self._take(record)
        self._next = dict(await reader.position())
        self._has_read.set()

    async def _fetched(self, reader: Reader) -> dict[TopicPartition, int]:
        """Take the next records; returns the offsets up to which the topic has been read."""
        for batch in await reader.fetch(limit=2000, timeout=1.0):
            for record in batch.records:
                self._take(record)
        return dict(await reader.position())

    def _take(self, record: Record) -> None:
        if record.value is None:
            self._until.pop(record.key or "", None)
            return
        try:
            state = to_event(record).data
        except PoisonMessage as error:
            _log.warning("revocation_unreadable", partition=record.partition, offset=record.offset, error=str(error))
            return
        if isinstance(state, RevocationState):
            known = self._until.get(state.revocation_id)
            self._until[state.revocation_id] = max(state.revoked_at, known or state.revoked_at)


@dataclass(frozen=True, slots=True)
class RevocableTokens:
    """Accepts the tokens that `verifier` accepts, except revoked ones."""

    verifier: TokenVerifier
    revocations: Revocations

    async def verify(self, token: str) -> Principal:
        """Raises TokenRefused and RevocationsUnknown."""
        principal = await self.verifier.verify(token)
        named = [of_token(principal.token_id), of_subject(principal.subject)]
        if principal.member_id is not None:
            named.append(of_member(principal.member_id))
        until = [await self.revocations.revoked_until(revocation_id) for revocation_id in named]
        if any(one is not None and principal.issued_at <= one for one in until) or await self._has_ended(principal):
            _log.warning("revoked_token_refused", token_id=principal.token_id)
            raise TokenRefused("The token has been revoked; get a new one.")
        return principal

    async def _has_ended(self, principal: Principal) -> bool:
        """Whether the token's session has ended; no session begins again, so differing clocks do not matter."""
        if principal.session_id is None:
            return False
        return await self.revocations.revoked_until(of_session(principal.session_id)) is not None
