"""matching's repositories in memory.

Invariant: they pass the contract of those on a database, tests/integration/matching/repositories.
"""

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from isopolity.contracts.catalogue import EVENT_TYPES, RESPONSE
from isopolity.contracts.event import Data
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.rounds import Alternate
from isopolity.matching.application.ports.unit_of_work import SeenState
from isopolity.matching.domain.acceptance import Counts
from isopolity.matching.domain.draft import Draft, DraftEdit, DraftNumbers, DraftStatus
from isopolity.matching.domain.draft_report import FrozenReport, PublicationRecord
from isopolity.matching.domain.interest import Interest, InterestStage
from isopolity.matching.domain.member import ENDORSED, sponsorship_pair
from isopolity.matching.domain.money.grants import Commitment, CommitmentState, SetAmount, SetAmounts
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import BINDING, FREEZING, OPEN, Proposal, Stage
from isopolity.matching.domain.round import Round
from isopolity.matching.domain.settings import Choice
from isopolity.matching.domain.side import Side
from isopolity.matching.errors import ChosenMeanwhile, UnknownDraft, UnknownRound
from isopolity.persistence.lease import Lease
from tests.support.matching.answers import Trial, counts_of, trials_of
from tests.support.shared.acts import FakeAudit
from tests.support.shared.idempotency import FakeIdempotencyKeys, Keys


@dataclass
class Kept:
    """The committed rows; a transaction works on a copy."""

    members: dict[str, MemberRow] = field(default_factory=dict)
    suggested: dict[str, int] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    interests: dict[str, Interest] = field(default_factory=dict)
    slots: dict[tuple[str, int], str] = field(default_factory=dict)
    partnerships: dict[str, Partnership] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    publications: dict[tuple[str, int], PublicationRecord] = field(default_factory=dict)
    reports: dict[tuple[str, int], FrozenReport] = field(default_factory=dict)
    certificates: dict[tuple[str, int], bytes] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    numbers: dict[str, DraftNumbers] = field(default_factory=dict)
    edits: dict[tuple[str, int], DraftEdit] = field(default_factory=dict)
    alternates: dict[tuple[str, str], Alternate] = field(default_factory=dict)
    sightings: dict[str, datetime] = field(default_factory=dict)
    watermarks: dict[int, datetime] = field(default_factory=dict)
    deliveries: dict[str, tuple[int, str, str, datetime | None]] = field(default_factory=dict)
    seen_states: dict[str, SeenState] = field(default_factory=dict)
    amounts: dict[tuple[str, str], SetAmount] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    keys: Keys = field(default_factory=dict)
    moved: dict[tuple[str, str], str] = field(default_factory=dict)

    def copied(self) -> "Kept":
        return Kept(**{name: copy(value) for name, value in vars(self).items()})


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

        found = [one for one in self._kept.proposals.values() if is_closed(one)]
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

    async def move(self, from_key: str, to_key: str) -> None:
        self._kept.moved |= {place: to_key for place, trial in self._trials().items() if trial.member == from_key}

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


class FakeRoundRepository:
    """Rounds in a dictionary."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def add(self, ordered: Round) -> None:
        self._kept.rounds[ordered.round_id] = ordered

    async def get(self, round_id: str) -> Round:
        if round_id not in self._kept.rounds:
            raise UnknownRound("There is no round with this id.")
        return self._kept.rounds[round_id]

    async def save(self, changed: Round) -> None:
        if changed.round_id in self._kept.rounds:
            self._kept.rounds[changed.round_id] = changed

    async def is_any_open(self) -> bool:
        return bool(await self.open())

    async def open(self) -> Sequence[Round]:
        return [self._kept.rounds[key] for key in sorted(self._kept.rounds) if not self._kept.rounds[key].is_over]

    async def keep_alternates(self, round_id: str, pairs: Sequence[tuple[str, str, str]]) -> None:
        live = {one.round_id for one in self._kept.proposals.values() if one.stage in OPEN}
        kept = {place: each for place, each in self._kept.alternates.items() if place[0] in live - {round_id}}
        self._kept.alternates = kept | {
            (round_id, pair_key): Alternate(round_id=round_id, a=a, b=b) for pair_key, a, b in pairs
        }

    async def alternates(self, round_ids: Collection[str], holders: Collection[str]) -> Mapping[str, Alternate]:
        return {
            pair_key: each
            for (round_id, pair_key), each in sorted(self._kept.alternates.items(), key=lambda item: item[0])
            if round_id in round_ids and (each.a in holders or each.b in holders)
        }


class FakePublicationRepository:
    """Publications in a dictionary; it refuses to add one twice."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def add(self, record: PublicationRecord, certificate: str, report: FrozenReport | None) -> None:
        key = (record.round_id, record.number)
        assert key not in self._kept.publications
        self._kept.publications[key] = record
        self._kept.certificates[key] = gzip.compress(certificate.encode())
        if report is not None:
            self._kept.reports[key] = report

    async def of_round(self, round_id: str) -> Sequence[PublicationRecord]:
        return [each for key, each in sorted(self._kept.publications.items()) if key[0] == round_id]

    async def mark(self, record: PublicationRecord) -> None:
        self._kept.publications[record.round_id, record.number] = record


class FakeDraftRepository:
    """Drafts in a dictionary, with their numbers and edits."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def add(self, draft: Draft, numbers: DraftNumbers) -> None:
        self._kept.drafts[draft.round_id] = draft
        self._kept.numbers[draft.round_id] = numbers

    async def get(self, round_id: str) -> Draft:
        if round_id not in self._kept.drafts:
            raise UnknownDraft("There is no draft with this id: only rounds under hold have one.")
        return self._kept.drafts[round_id]

    async def numbers(self, round_id: str) -> DraftNumbers:
        await self.get(round_id)
        return self._kept.numbers[round_id]

    async def save(self, draft: Draft) -> None:
        if draft.round_id in self._kept.drafts:
            self._kept.drafts[draft.round_id] = draft

    async def save_numbers(self, round_id: str, numbers: DraftNumbers, *, has_new_pairs: bool) -> None:
        assert has_new_pairs or len(numbers.choice.problem.a) == len(self._kept.numbers[round_id].choice.problem.a)
        self._kept.numbers[round_id] = numbers

    async def note(self, round_id: str, edit: DraftEdit) -> None:
        assert (round_id, edit.number) not in self._kept.edits
        self._kept.edits[round_id, edit.number] = edit

    async def edits(self, round_id: str) -> Sequence[DraftEdit]:
        return [edit for (known, _), edit in sorted(self._kept.edits.items(), key=itemgetter(0)) if known == round_id]

    async def edit(self, round_id: str, number: int) -> DraftEdit:
        return self._kept.edits[round_id, number]

    async def open(self) -> Sequence[Draft]:
        return [draft for _, draft in sorted(self._kept.drafts.items()) if draft.status is DraftStatus.OPEN]


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
            Commitment(holder=each.holder, pair_key=each.pair_key, state=CommitmentState.OPEN)
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


class FakeGate:
    """A gate that is always open, since the fake store runs one transaction at a time."""

    async def take_in(self) -> None:
        return

    async def issue(self) -> None:
        return


@dataclass
class FakeOutbox:
    """Remembers what was published, by type."""

    published: list[tuple[str, Any]] = field(default_factory=list)

    def publish(self, event_type: str, data: Data) -> str:
        assert isinstance(data, EVENT_TYPES[event_type].data)
        self.published.append((event_type, data))
        return str(len(self.published))

    def publish_json(self, event_type: str, subject: str, value: bytes) -> str:
        return self.publish(event_type, EVENT_TYPES[event_type].data.model_validate_json(value))


class FakeParking:
    """A parking place that keeps nothing: a test handles a parked event again itself."""

    def arrived(self, awaited: str) -> None:
        return


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


class FakeUnitOfWork:
    """A transaction on a copy of the store."""

    def __init__(self, store: "FakeStore") -> None:
        self._store = store
        self._copy = store.kept.copied()
        self.members = FakeMemberRepository(self._copy)
        self.answers = FakeAnswers(self._copy)
        self.proposals = FakeProposalRepository(self._copy)
        self.interests = FakeInterestRepository(self._copy)
        self.reservations = FakeReservationRepository(self._copy)
        self.partnerships = FakePartnershipRepository(self._copy)
        self.money = FakeMoneyRepository(self._copy)
        self.rounds = FakeRoundRepository(self._copy)
        self.drafts = FakeDraftRepository(self._copy)
        self.publications = FakePublicationRepository(self._copy)
        self.sightings = FakeSightings(self._copy)
        self.watermarks = FakeWatermarks(self._copy)
        self.deliveries = FakeDeliveries(self._copy)
        self.seen_states = FakeSeenStates(self._copy)
        self.choices = FakeChoices(self._copy)
        self.idempotency = FakeIdempotencyKeys(self._copy.keys)
        self.gate = FakeGate()
        self.outbox = FakeOutbox()
        self.parking = FakeParking()
        self.audit = FakeAudit()

    async def commit(self) -> None:
        await self.members.write()
        self._store.kept = self._copy.copied()
        self._store.published += self.outbox.published
        self._store.noted += self.audit.noted
        self.outbox.published.clear()
        self.audit.noted.clear()


@dataclass
class FakeStore:
    """A database in memory: one transaction at a time."""

    kept: Kept = field(default_factory=Kept)
    published: list[tuple[str, Any]] = field(default_factory=list)
    noted: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _lease: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[FakeUnitOfWork]:
        """A transaction that keeps nothing unless it is committed."""
        async with self._turn:
            yield FakeUnitOfWork(self)

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """The lease of rounds, which is never lost."""
        async with self._lease:
            yield _FakeLease()

    def proposals(self, stage: str | None = None) -> list[Proposal]:
        """The proposals of a stage, or all, the newest first."""
        found = [one for _, one in sorted(self.kept.proposals.items(), reverse=True)]
        return [one for one in found if stage in (None, one.stage)]

    def certificate(self, round_id: str, number: int = 1) -> bytes | None:
        return self.kept.certificates.get((round_id, number))


class _FakeLease:
    async def check(self) -> None:
        return


def _members(proposal: Proposal) -> set[str]:
    return {side.member_id for side in proposal.sides}


def _days(proposal: Proposal, now: datetime) -> float:
    return max(0.0, (now - (proposal.settled_at or now)) / timedelta(days=1))
