"""Interests, slots and partnerships in memory."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from isopolity.matching.domain.interest import Interest, InterestStage
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import BINDING, Stage
from tests.support.matching.fake_repositories.kept import Kept


class FakeInterestRepository:
    """Interests in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def of_member(self, member_id: str) -> None:
        return

    async def add(self, interest: Interest) -> bool:
        if any(one.member_id == interest.member_id for one in await self.open_of(pair_key=interest.pair_key)):
            return False
        self._kept.interests[interest.interest_id] = interest
        return True

    async def save(self, interests: Sequence[Interest]) -> None:
        for interest in interests:
            if interest.interest_id in self._kept.interests:
                self._kept.interests[interest.interest_id] = interest

    async def keyed(self, member_id: str, key: str) -> Interest | None:
        found = self._where(lambda one: one.member_id == member_id and one.key == key)
        return found[0] if found else None

    async def open_of(self, *, member_id: str | None = None, pair_key: str | None = None) -> Sequence[Interest]:
        return self._where(
            lambda one: (
                one.stage is InterestStage.OPEN
                and member_id in (None, one.member_id)
                and pair_key in (None, one.pair_key)
            )
        )

    async def earlier(self, member_id: str, pair_key: str) -> Sequence[Interest]:
        return self._where(lambda one: one.member_id == member_id and one.pair_key == pair_key)

    async def concerning(self, member_id: str) -> Sequence[Interest]:
        return self._where(lambda one: member_id in (one.member_id, one.other_id))

    async def unplaced(self, now: datetime, member_id: str | None = None) -> Sequence[Interest]:
        def is_unplaced(one: Interest) -> bool:
            proposal = self._kept.proposals.get(one.proposal_id or "")
            was_never_sent = proposal is not None and proposal.stage is Stage.SUPERSEDED and proposal.answer_by is None
            return one.stage is InterestStage.OPEN and one.hear_by > now and (one.proposal_id is None or was_never_sent)

        return self._where(lambda one: is_unplaced(one) and member_id in (None, one.member_id))

    async def find(self, interest_ids: Collection[str]) -> Sequence[Interest]:
        return [self._kept.interests[each] for each in sorted(set(interest_ids)) if each in self._kept.interests]

    async def due(self, passed: datetime, limit: int) -> Sequence[Interest]:
        return self._where(lambda one: one.stage is InterestStage.OPEN and one.hear_by <= passed)[:limit]

    async def resting(self, since: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
        found = self._where(lambda one: one.hear_by > since)
        return {one.pair_key for one in found if member_ids is None or {one.member_id, one.other_id} & set(member_ids)}

    def _where(self, wanted: Callable[[Interest], bool]) -> list[Interest]:
        """The interests that are wanted, the oldest first."""
        return sorted(filter(wanted, self._kept.interests.values()), key=lambda one: one.interest_id)


class FakeReservationRepository:
    """Slots in a dictionary, by holder and number."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def taken(self, holders: Collection[str] | None = None) -> Mapping[str, int]:
        return Counter(holder for holder, _ in self._kept.slots if holders is None or holder in holders)

    async def bound_until(self) -> Mapping[str, datetime | None]:
        found: dict[str, datetime | None] = {}
        for (holder, _), proposal_id in self._kept.slots.items():
            proposal = self._kept.proposals.get(proposal_id)
            if proposal is not None and proposal.stage in BINDING:
                ends = [each for each in (found.get(holder), proposal.answer_by) if each is not None]
                found[holder] = min(ends, default=None)
        return found

    async def reserve(
        self, wanted: Sequence[tuple[str, Sequence[str]]], capacities: Mapping[str, int]
    ) -> Collection[str]:
        full = set()
        for proposal_id, holders in wanted:
            free = {holder: self._free_slot(holder, capacities.get(holder, 0)) for holder in holders}
            if None not in free.values():
                self._kept.slots |= {(holder, slot or 0): proposal_id for holder, slot in free.items()}
                full.add(proposal_id)
        return full

    async def release(self, proposal_ids: Collection[str]) -> None:
        kept = {
            place: proposal_id for place, proposal_id in self._kept.slots.items() if proposal_id not in proposal_ids
        }
        self._kept.slots = kept

    async def holding(self, ids: Collection[str]) -> Collection[str]:
        return set(ids) & set(self._kept.slots.values())

    async def pass_on(self, interest_id: str, proposal_id: str) -> None:
        slots = self._kept.slots
        served = {holder for (holder, _), its in slots.items() if its == proposal_id}
        passed_on = [place for place, its in slots.items() if its == interest_id and place[0] not in served]
        self._kept.slots = slots | dict.fromkeys(passed_on, proposal_id)
        await self.release([interest_id])

    async def move(self, identifier: str, holder: str, to: str) -> None:
        held = [place for place, its in self._kept.slots.items() if its == identifier and place[0] == holder]
        self._kept.slots = {place: its for place, its in self._kept.slots.items() if place not in held}
        for _ in held:
            used = sum(each == to for each, _ in self._kept.slots)
            await self.reserve([(identifier, [to])], {to: used + 1})

    def _free_slot(self, holder: str, capacity: int) -> int | None:
        used = {slot for each, slot in self._kept.slots if each == holder}
        return None if len(used) >= capacity else min(set(range(capacity)) - used)


class FakePartnershipRepository:
    """Partnerships in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def add(self, partnership: Partnership) -> None:
        self._kept.partnerships[partnership.partnership_id] = partnership

    async def save(self, partnership: Partnership) -> None:
        if partnership.partnership_id in self._kept.partnerships:
            self._kept.partnerships[partnership.partnership_id] = partnership

    async def find(self, partnership_ids: Collection[str]) -> Sequence[Partnership]:
        return [self._kept.partnerships[each] for each in sorted(partnership_ids) if each in self._kept.partnerships]

    async def active_of(self, member_id: str) -> Sequence[Partnership]:
        active = [one for one in self._kept.partnerships.values() if one.stage is not PartnershipStage.ENDED]
        found = [one for one in active if member_id in (one.a.member_id, one.b.member_id)]
        return sorted(found, key=lambda one: one.partnership_id)

    async def all_of(self, member_id: str) -> Sequence[Partnership]:
        found = [one for one in self._kept.partnerships.values() if member_id in (one.a.member_id, one.b.member_id)]
        return sorted(found, key=lambda one: one.partnership_id)
