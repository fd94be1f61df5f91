"""Members, money and other states in memory."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from isopolity.contracts.catalogue import RESPONSE
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import SeenState
from isopolity.matching.domain.interest import InterestStage
from isopolity.matching.domain.member import ENDORSED, sponsorship_pair
from isopolity.matching.domain.money.grants import Commitment, CommitmentState, SetAmount, SetAmounts
from isopolity.matching.domain.partnership import PartnershipStage
from isopolity.matching.domain.proposal import BINDING
from isopolity.matching.domain.round import RoundTemplate
from isopolity.matching.domain.settings import Choice
from isopolity.matching.domain.side import Side
from isopolity.matching.errors import ChosenMeanwhile, UnknownTemplate
from tests.support.matching.fake_repositories.kept import Kept


class FakeMemberRepository:
    """Members in a dictionary; what was put shows after `write`."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._waiting: list[MemberRow] = []

    def put(self, row: MemberRow) -> None:
        self._waiting.append(row)

    async def write(self) -> None:
        for row in self._waiting:
            known = self._kept.members.get(row.member_id)
            if known is None or row.version > known.version:
                self._kept.members[row.member_id] = row
        self._waiting.clear()

    async def version(self, member_id: str) -> int:
        known = self._kept.members.get(member_id)
        return 0 if known is None else known.version

    async def find(self, member_ids: Collection[str]) -> Sequence[MemberRow]:
        return [self._kept.members[each] for each in sorted(set(member_ids)) if each in self._kept.members]

    async def lock(self, rows: Sequence[MemberRow]) -> Sequence[MemberRow]:
        self._waiting += rows
        await self.write()
        return [self._kept.members[member_id] for member_id in sorted(row.member_id for row in rows)]

    async def suggest_once(self, member_id: str, version: int) -> bool:
        if member_id not in self._kept.members or self._kept.suggested.get(member_id, 0) >= version:
            return False
        self._kept.suggested[member_id] = version
        self._kept.waiting.discard(member_id)
        return True

    async def let_wait(self, member_id: str) -> None:
        self._kept.waiting.add(member_id)

    async def waiting(self) -> Sequence[str]:
        return sorted(each for each in self._kept.waiting if self._kept.members[each].status == ENDORSED)

    async def end_wait(self, member_id: str) -> MemberRow | None:
        if member_id not in await self.waiting():
            return None
        self._kept.waiting.discard(member_id)
        return self._kept.members[member_id]

    async def count(self) -> Mapping[str, int]:
        return Counter(row.kind for row in self._kept.members.values() if row.status == ENDORSED)


class FakeSightings:
    """Canaries in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def saw_canary(self, name: str, sounded_at: datetime, seen_at: datetime) -> bool:
        known = self._kept.sightings.get(name)
        if known is not None and sounded_at <= known:
            return False
        self._kept.sightings[name] = sounded_at
        return True


class FakeWatermarks:
    """Watermarks in a dictionary, by partition."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def reach(self, partition: int, before: datetime) -> None:
        self._kept.watermarks[partition] = max(before, self._kept.watermarks.get(partition, before))

    async def answers_complete_before(self) -> datetime | None:
        told = [self._kept.watermarks.get(partition) for partition in range(RESPONSE.partitions)]
        known = [before for before in told if before is not None]
        return min(known) if len(known) == RESPONSE.partitions else None


class FakeSeenStates:
    """States in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def put(self, name: str, state: SeenState) -> bool:
        known = self._kept.seen_states.get(name)
        if known is not None and state.version <= known.version:
            return False
        self._kept.seen_states[name] = state
        return True

    async def find(self, names: Collection[str]) -> Mapping[str, SeenState]:
        return {name: self._kept.seen_states[name] for name in names if name in self._kept.seen_states}


class FakeMoneyRepository:
    """Amounts in a dictionary; commitments are computed from proposals, partnerships and interests."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def commitments(self, now: datetime, partner_ids: Collection[str] | None = None) -> Sequence[Commitment]:
        binding = [each for each in self._kept.proposals.values() if each.stage in BINDING]
        holding = [
            each
            for each in self._kept.partnerships.values()
            if each.stage is not PartnershipStage.ENDED or each.ended_reason == "completed"
        ]
        known = [
            *(_commitment(each.a, each.b, CommitmentState.PROMISED) for each in holding if each.kind == "sponsorship"),
            *(_commitment(each.a, each.b, CommitmentState.OPEN) for each in binding if each.kind == "sponsorship"),
        ]
        open_pairs = {each.pair_key for each in known if each.state is CommitmentState.OPEN}
        asked = [
            Commitment(holder=each.holder, pair_key=each.pair_key, state=CommitmentState.OPEN, may_ask=each.asks_money)
            for each in self._kept.interests.values()
            if each.stage is InterestStage.OPEN and each.hear_by >= now and each.holder.startswith("programme/")
        ]
        found = [*known, *(each for each in asked if each.pair_key not in open_pairs)]
        return [each for each in found if partner_ids is None or each.holder.split("/")[1] in partner_ids]

    async def amounts(self) -> SetAmounts:
        return dict(sorted(self._kept.amounts.items()))

    async def put(self, amount: SetAmount) -> None:
        self._kept.amounts[amount.request_id, amount.currency] = amount

    async def remove(self, request_id: str, currency: str | None = None) -> int:
        gone = [key for key in self._kept.amounts if key[0] == request_id and currency in (None, key[1])]
        for key in gone:
            del self._kept.amounts[key]
        return len(gone)


def _commitment(a: Side, b: Side, state: CommitmentState) -> Commitment:
    return Commitment(
        holder=a.holder,
        pair_key=sponsorship_pair(a.holder, b.member_id),
        state=state,
        terms=a.programme,
        request_id=b.request_id,
        asked=b.request,
    )


class FakeChoices:
    """Choices in a list."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def newest(self) -> Choice | None:
        return self._kept.choices[-1] if self._kept.choices else None

    async def last(self, limit: int) -> Sequence[Choice]:
        return self._kept.choices[::-1][:limit]

    async def add(self, choice: Choice) -> None:
        if any(each.number == choice.number for each in self._kept.choices):
            raise ChosenMeanwhile("taken")
        self._kept.choices.append(choice)


class FakeTemplates:
    """Templates of rounds in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def alone(self) -> None:
        return

    async def all(self) -> Sequence[RoundTemplate]:
        return sorted(self._kept.templates.values(), key=lambda each: (each.name_key, each.template_id))

    async def put(self, template: RoundTemplate) -> None:
        self._kept.templates[template.template_id] = template

    async def delete(self, template_id: str) -> None:
        if self._kept.templates.pop(template_id, None) is None:
            raise UnknownTemplate("gone")
