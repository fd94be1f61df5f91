"""Ports of the workflows: the interests that are stored.

Invariant: an asker has one open interest in a pair.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from isopolity.matching.domain.interests.interest import Interest


class InterestRepository(Protocol):
    """The interests."""

    async def of_member(self, member_id: str) -> None:
        """Lock the member's interests until the transaction ends: of two requests of one member the second waits."""

    async def add(self, interest: Interest) -> bool:
        """Add an interest, unless its asker has an open one in the pair; returns whether it was added."""

    async def save(self, interests: Sequence[Interest]) -> None:
        """Keep changed interests."""

    async def keyed(self, member_id: str, key: str) -> Interest | None:
        """The member's interest that came with this Idempotency-Key."""

    async def open_of(self, *, member_id: str | None = None, pair_key: str | None = None) -> Sequence[Interest]:
        """The open interests of an asker, or of a pair by both sides, the oldest first; they are not locked."""

    async def earlier(self, member_id: str, pair_key: str) -> Sequence[Interest]:
        """All interests that the member had in this pair, open ones too, the oldest first."""

    async def concerning(self, member_id: str) -> Sequence[Interest]:
        """All interests of the member and for it, those that have ended too, the oldest first; they are not locked."""

    async def unplaced(self, now: datetime, member_id: str | None = None) -> Sequence[Interest]:
        """The open interests whose time lasts and that have become no proposal, the oldest first; they are not locked.

        Those of all members, or of one that asked. One whose proposal was superseded before it went out counts.
        """

    async def find(self, interest_ids: Collection[str]) -> Sequence[Interest]:
        """These interests, in the order of their ids, locked until the commit; unknown ones are left out."""

    async def due(self, passed: datetime, limit: int) -> Sequence[Interest]:
        """Some open interests whose time is over at that moment; they are not locked."""

    async def resting(self, since: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
        """Keys of the pairs that rest for an interest that ends, or ended, after `since`.

        Pairs of all members, or those that one of `member_ids` is in, on either side.
        """
