"""Proposals in memory, with their answers and deliveries."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from isopolity.matching.domain.acceptance import Counts
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import FREEZING, OPEN, Proposal, Stage
from tests.support.matching.answers import Trial, counts_of, trials_of
from tests.support.matching.fake_repositories.kept import Kept


class FakeProposalRepository:
    """Proposals in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def get(self, proposal_id: str) -> Proposal | None:
        return self._kept.proposals.get(proposal_id)

    async def find(self, proposal_ids: Collection[str]) -> Sequence[Proposal]:
        return [self._kept.proposals[each] for each in sorted(set(proposal_ids)) if each in self._kept.proposals]

    async def add(self, proposals: Sequence[Proposal]) -> Collection[str]:
        added = set()
        for proposal in sorted(proposals, key=lambda proposal: proposal.pair_key):
            if proposal.stage not in OPEN or not await self.open_of(pair_key=proposal.pair_key):
                self._kept.proposals[proposal.proposal_id] = proposal
                added.add(proposal.proposal_id)
        return added

    async def save(self, proposals: Sequence[Proposal]) -> None:
        for proposal in proposals:
            if proposal.proposal_id in self._kept.proposals:
                self._kept.proposals[proposal.proposal_id] = proposal

    async def open_of(
        self, *, member_id: str | None = None, pair_key: str | None = None, request_id: str | None = None
    ) -> Sequence[Proposal]:
        return self._where(
            lambda one: (
                (member_id is None or member_id in _members(one))
                and (pair_key is None or one.pair_key == pair_key)
                and (request_id is None or one.b.request_id == request_id)
            )
        )

    async def settled_of(self, member_id: str) -> Sequence[Proposal]:
        settled = [one for one in self._kept.proposals.values() if one.stage not in OPEN and member_id in _members(one)]
        return [one for one in settled if one.out_at is None or one.answer_by is not None]

    async def held(self, round_id: str | None = None) -> Sequence[str]:
        found = self._where(lambda one: one.stage is Stage.HELD and round_id in (None, one.round_id))
        return [proposal.proposal_id for proposal in found]

    async def out_of_round(self, round_id: str) -> Sequence[str]:
        return [one.proposal_id for one in self._where(lambda one: one.is_out and one.round_id == round_id)]

    async def scheduled(self) -> Sequence[Proposal]:
        return self._where(lambda one: one.stage is Stage.SCHEDULED)

    async def unsent(self, round_id: str) -> Sequence[Proposal]:
        its = [one for one in self._kept.proposals.values() if one.round_id == round_id]
        return [one for one in its if one.out_at is not None and one.answer_by is None]

    async def due_out(self, now: datetime, limit: int) -> Sequence[Proposal]:
        found = self._where(lambda one: one.stage is Stage.SCHEDULED and one.out_at is not None and one.out_at <= now)
        return found[:limit]

    async def remove(self, proposal_ids: Collection[str]) -> None:
        for proposal_id in proposal_ids:
            self._kept.proposals.pop(proposal_id, None)

    async def due(self, now: datetime, limit: int, but: Collection[str] = ()) -> Sequence[Proposal]:
        found = self._where(lambda one: one.is_out and one.answer_by is not None and one.answer_by <= now)
        return [one for one in found if one.proposal_id not in but][:limit]

    async def closed_pairs(self, settled_after: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
        def is_closed(one: Proposal) -> bool:
            is_frozen = one.stage in FREEZING and one.settled_at is not None and one.settled_at > settled_after
            return one.stage in OPEN or is_frozen

        found: list[Proposal | Partnership] = [one for one in self._kept.proposals.values() if is_closed(one)]
        found += [
            one for one in self._kept.partnerships.values() if one.ended_at is not None and one.ended_at > settled_after
        ]
        return {one.pair_key for one in found if member_ids is None or _members(one) & set(member_ids)}

    async def known_to(self, member_id: str, pair_key: str) -> Sequence[Proposal]:
        found = [
            one for one in self._kept.proposals.values() if one.pair_key == pair_key and one.is_known_to(member_id)
        ]
        return sorted(found, key=lambda one: one.proposal_id)

    def _where(self, wanted: Callable[[Proposal], bool]) -> list[Proposal]:
        """The open proposals that are wanted, in the order of their ids."""
        found = [one for one in self._kept.proposals.values() if one.stage in OPEN and wanted(one)]
        return sorted(found, key=lambda one: one.proposal_id)


class FakeAnswers:
    """Answers, computed from all proposals each time; `moved` has those that moved to another member."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def counts(self, now: datetime, members: Collection[str] | None = None) -> Counts:
        return counts_of(list(self._trials().values()), now)

    async def move(self, from_key: str, to_key: str, of: Collection[str] | None = None) -> None:
        self._kept.moved |= {
            place: to_key
            for place, trial in self._trials().items()
            if trial.member == from_key and (of is None or place[0] in of)
        }

    def _trials(self) -> dict[tuple[str, str], Trial]:
        """All trials, by proposal and side."""
        return {
            place: replace(trial, member=self._kept.moved.get(place, trial.member))
            for name, proposal in self._kept.proposals.items()
            for trial in trials_of(proposal, self._mailed(proposal))
            if (place := (name, trial.side))
        }

    def _mailed(self, proposal: Proposal) -> Collection[str]:
        """The sides that were mailed in time."""
        mails = [(side, at) for _, one, side, at in self._kept.deliveries.values() if one == proposal.proposal_id]
        until = {side.side: proposal.answers_until(side.side) for side in proposal.sides}
        return {side for side, at in mails if at is not None and (end := until[side]) is not None and at < end}


class FakeDeliveries:
    """Mails in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def put(self, message_id: str, version: int, proposal_id: str, side: str, mailed_at: datetime | None) -> None:
        known = self._kept.deliveries.get(message_id)
        if known is None or version > known[0]:
            self._kept.deliveries[message_id] = (version, proposal_id, side, mailed_at)

    async def reached(self, proposal_ids: Collection[str]) -> Collection[tuple[str, str]]:
        mails = self._kept.deliveries.values()
        return {(its, side) for _, its, side, mailed_at in mails if mailed_at is not None and its in proposal_ids}


def _members(of: Proposal | Partnership) -> set[str]:
    return {side.member_id for side in of.sides}
