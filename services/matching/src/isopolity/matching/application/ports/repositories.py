"""Ports of the workflows: members, proposals, interests, slots of capacity and partnerships, and the rows that they are
stored as.

Invariant: an asker has one open interest in a pair.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A member as the database knows it: enough to decide whether it may be proposed to."""

    member_id: str
    kind: str
    version: int
    status: str
    capacities: Mapping[str, int]
    """Slots by holder: a city has one for twinnings and one for sponsorships, a partner one for each programme."""


class MemberRepository(Protocol):
    """The members, of which the newest state is kept."""

    def put(self, row: MemberRow) -> None:
        """Keep `row` if it is newer than what is known; written when the transaction commits, or by `write`."""

    async def write(self) -> None:
        """Write now what was put."""

    async def version(self, member_id: str) -> int:
        """The version that is known, 0 for none; what was put and not written does not count."""

    async def find(self, member_ids: Collection[str]) -> Sequence[MemberRow]:
        """The members that are known, in the order of their ids; what was put and not written does not count."""

    async def lock(self, rows: Sequence[MemberRow]) -> Sequence[MemberRow]:
        """The newest state of each member, locked until the commit; the caller's newer `rows` are kept first."""

    async def suggest_once(self, member_id: str, version: int) -> bool:
        """Note that suggestions are made for this version, for which it waits no more.

        False if they were made for it or a newer one before.
        """

    async def let_wait(self, member_id: str) -> None:
        """Let the member wait for suggestions until it may be proposed."""

    async def waiting(self) -> Sequence[str]:
        """The ids of the endorsed members that wait for suggestions, in their order."""

    async def end_wait(self, member_id: str) -> MemberRow | None:
        """The member, which waits no more; None if it did not wait, or is not endorsed any more."""

    async def count(self) -> Mapping[str, int]:
        """Endorsed members by kind."""


class ProposalRepository(Protocol):
    """The proposals; a pair has at most one that is open."""

    async def get(self, proposal_id: str) -> Proposal | None:
        """The proposal, locked until the commit."""

    async def find(self, proposal_ids: Collection[str]) -> Sequence[Proposal]:
        """These proposals, in the order of their ids, locked until the commit; unknown ones are left out."""

    async def add(self, proposals: Sequence[Proposal]) -> Collection[str]:
        """Add the proposals whose pair has no open one, and return their ids."""

    async def save(self, proposals: Sequence[Proposal]) -> None:
        """Keep changed proposals."""

    async def open_of(
        self, *, member_id: str | None = None, pair_key: str | None = None, request_id: str | None = None
    ) -> Sequence[Proposal]:
        """The open proposals of a member, a pair or a request, locked until the commit."""

    async def settled_of(self, member_id: str) -> Sequence[Proposal]:
        """The settled proposals of a member, locked until the commit; without those that ended before they went out."""

    async def held(self, round_id: str | None = None) -> Sequence[str]:
        """The ids of the held proposals, of one round or all."""

    async def out_of_round(self, round_id: str) -> Sequence[str]:
        """The ids of a round's proposals that are out."""

    async def scheduled(self) -> Sequence[Proposal]:
        """The scheduled proposals, locked until the commit."""

    async def unsent(self, round_id: str) -> Sequence[Proposal]:
        """The proposals of a round that are scheduled, or ended before they went out; locked until the commit."""

    async def due_out(self, now: datetime, limit: int) -> Sequence[Proposal]:
        """Some scheduled proposals that are to go out by `now`, locked until the commit."""

    async def remove(self, proposal_ids: Collection[str]) -> None:
        """Delete proposals that nobody outside has heard of."""

    async def due(self, now: datetime, limit: int, but: Collection[str] = ()) -> Sequence[Proposal]:
        """Some proposals that are out and whose deadline has passed, `but` those of these ids; locked until the
        commit.
        """

    async def closed_pairs(self, settled_after: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
        """Keys of the pairs not to be proposed: open now, or settled since that moment by answers, silence or staff, or
        with a partnership that ended since.

        Pairs of all members, or those that one of `member_ids` is in.
        """

    async def known_to(self, member_id: str, pair_key: str) -> Sequence[Proposal]:
        """The proposals of a pair that the member knows of; they are not locked."""


class ReservationRepository(Protocol):
    """Slots of capacity, each held by at most one proposal or interest of its holder."""

    async def taken(self, holders: Collection[str] | None = None) -> Mapping[str, int]:
        """Slots in use by holder, of all or of `holders`; holders that use none are left out."""

    async def bound_until(self) -> Mapping[str, datetime | None]:
        """The holders that open proposals bind, with the first deadline of these; None where none has one yet."""

    async def reserve(
        self, wanted: Sequence[tuple[str, Sequence[str]]], capacities: Mapping[str, int]
    ) -> Collection[str]:
        """Reserve a slot of each holder for each (proposal id, holders), in order; returns the ids that got all."""

    async def release(self, proposal_ids: Collection[str]) -> None:
        """Free the slots that these proposals or interests hold."""

    async def holding(self, ids: Collection[str]) -> Collection[str]:
        """The ids among `ids`, of proposals or interests, that hold a slot."""

    async def pass_on(self, interest_id: str, proposal_id: str) -> None:
        """Give an interest's slot to a proposal; free it where the proposal holds one of the same holder."""

    async def move(self, identifier: str, holder: str, to: str) -> None:
        """Let a proposal or interest that holds a slot of `holder` hold one of `to` instead, even one too many."""


class PartnershipRepository(Protocol):
    """The partnerships, those that have ended too."""

    async def add(self, partnership: Partnership) -> None: ...

    async def save(self, partnership: Partnership) -> None: ...

    async def find(self, partnership_ids: Collection[str]) -> Sequence[Partnership]:
        """These partnerships, in the order of their ids, locked until the commit; unknown ones are left out."""

    async def active_of(self, member_id: str) -> Sequence[Partnership]:
        """The partnerships of a member that have not ended, locked until the commit."""

    async def all_of(self, member_id: str) -> Sequence[Partnership]:
        """The partnerships of a member, ended ones too, locked until the commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPairs:
    """The keys of one member's pairs that cannot be proposed now, whatever the capacities."""

    closed: Collection[str]
    """The pairs with an open or lately settled proposal, or a partnership that ended lately."""
    proposed: Collection[str]
    """The closed pairs whose proposal is out, so that the member knows of it."""
    asked: AbstractSet[str] = frozenset()
    """The members that it has asked for: in its eyes every pair with one of them is closed, whatever became of it."""

    def has(self, key: str, members: tuple[str, str]) -> bool:
        """Whether a pair, by its key and its two members, is closed."""
        return key in self.closed or not self.asked.isdisjoint(members)


class InterestRepository(Protocol):
    """The interests; an asker has at most one open one in a pair."""

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
