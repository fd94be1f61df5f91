"""Queries for HTTP and the status page.

Invariant: these queries change nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import func, not_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.catalogue import RESPONSE
from isopolity.machine.turns import each_in_turns
from isopolity.matching.adapters.sql import drafts as sql_drafts
from isopolity.matching.adapters.sql import interests as sql_interests
from isopolity.matching.adapters.sql import partnerships as sql_partnerships
from isopolity.matching.adapters.sql import proposals as sql_proposals
from isopolity.matching.adapters.sql import rounds as sql_rounds
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.counts import proposals_by_stage
from isopolity.matching.adapters.sql.members import SqlMemberRepository
from isopolity.matching.adapters.sql.money import SqlMoneyRepository, read_commitments
from isopolity.matching.adapters.sql.reports import SqlWatermarks
from isopolity.matching.adapters.sql.reservations import SqlReservationRepository
from isopolity.matching.adapters.sql.rounds import PublicationQueries
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.handlers import RETURNED, SOUNDED
from isopolity.matching.domain.draft import Draft, DraftEdit, DraftNumbers, DraftStatus
from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.money.grants import Commitment, SetAmounts
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import OUT, Proposal, Stage
from isopolity.matching.domain.round import Round
from isopolity.matching.errors import UnknownDraft
from isopolity.messaging.backlog import MOST
from isopolity.persistence.database import Database

_COUNTED: Final = {
    "partnerships": tables.partnerships.c.stage,
    "drafts": tables.drafts.c.status,
}
"""The columns by whose values rows are counted, by table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnershipFilter:
    """Conditions on partnerships; None sets no condition."""

    member_id: str | None = None
    standing: bool | None = None
    shown: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFilter:
    """Conditions on proposals; None sets no condition."""

    stage: str | None = None
    member_id: str | None = None
    round_id: str | None = None
    told_to: str | None = None
    """Only proposals that this member is part of and has heard of."""


@dataclass(frozen=True, slots=True)
class MatchingQueries:
    """Reads on connections of their own; pages are in the order of ids, the newest first."""

    database: Database
    partitions_of_answers: int = RESPONSE.partitions
    last_numbers: sql_drafts.LastNumbers = field(default_factory=sql_drafts.LastNumbers, compare=False)

    async def proposal(self, proposal_id: str) -> Proposal | None:
        """A proposal by its id; None if it is unknown."""
        query = select(tables.proposals.c.document).where(tables.proposals.c.proposal_id == proposal_id)
        async with self.database.reading() as connection:
            document = (await connection.execute(query)).scalar_one_or_none()
        return None if document is None else sql_proposals.DOCUMENT.validate_python(document)

    async def proposals(self, wanted: ProposalFilter, after: str | None, limit: int) -> Sequence[Proposal]:
        """A page of proposals; `after` is the last id of the page before."""
        columns = tables.proposals.c
        query = select(columns.document)
        if wanted.stage is not None:
            query = query.where(columns.stage == wanted.stage)
        if wanted.member_id is not None:
            query = query.where(or_(columns.a_member_id == wanted.member_id, columns.b_member_id == wanted.member_id))
        if wanted.round_id is not None:
            query = query.where(columns.round_id == wanted.round_id)
        if wanted.told_to is not None:
            query = query.where(sql_proposals.was_told_to(wanted.told_to))
        if after is not None:
            query = query.where(columns.proposal_id < after)
        async with self.database.reading() as connection:
            found = await connection.execute(query.order_by(columns.proposal_id.desc()).limit(limit))
        return await each_in_turns(sql_proposals.DOCUMENT.validate_python, found.scalars())

    async def partnership(self, partnership_id: str) -> Partnership | None:
        """A partnership by its id; None if it is unknown."""
        columns = tables.partnerships.c
        query = select(columns.document).where(columns.partnership_id == partnership_id)
        async with self.database.reading() as connection:
            document = (await connection.execute(query)).scalar_one_or_none()
        return None if document is None else sql_partnerships.DOCUMENT.validate_python(document)

    async def partnerships(self, wanted: PartnershipFilter, after: str | None, limit: int) -> Sequence[Partnership]:
        """A page of partnerships, the newest first."""
        columns = tables.partnerships.c
        query = select(columns.document).order_by(columns.partnership_id.desc()).limit(limit)
        if wanted.member_id is not None:
            query = query.where(or_(columns.a_member_id == wanted.member_id, columns.b_member_id == wanted.member_id))
        if wanted.standing is not None:
            ended = columns.stage == PartnershipStage.ENDED
            query = query.where(not_(ended) if wanted.standing else ended)
        if wanted.shown is not None:
            query = query.where(columns.is_shown if wanted.shown else not_(columns.is_shown))
        if after is not None:
            query = query.where(columns.partnership_id < after)
        async with self.database.reading() as connection:
            found = await connection.execute(query)
        return await each_in_turns(sql_partnerships.DOCUMENT.validate_python, found.scalars())

    async def rounds(self, after: str | None, limit: int) -> Sequence[Round]:
        """A page of rounds, the newest first."""
        query = select(tables.rounds.c.document).order_by(tables.rounds.c.round_id.desc()).limit(limit)
        if after is not None:
            query = query.where(tables.rounds.c.round_id < after)
        async with self.database.reading() as connection:
            found = await connection.execute(query)
        return [sql_rounds.DOCUMENT.validate_python(document) for document in found.scalars()]

    async def round(self, round_id: str) -> Round | None:
        """A round by its id; None if it is unknown."""
        query = select(tables.rounds.c.document).where(tables.rounds.c.round_id == round_id)
        async with self.database.reading() as connection:
            document = (await connection.execute(query)).scalar_one_or_none()
        return None if document is None else sql_rounds.DOCUMENT.validate_python(document)

    async def outcomes(self, round_id: str) -> Mapping[str, int]:
        """The number of a round's proposals by stage; stages without proposals are left out."""
        columns = tables.proposals.c
        query = select(columns.stage, func.count()).where(columns.round_id == round_id).group_by(columns.stage)
        async with self.database.reading() as connection:
            return {row.stage: int(row[1]) for row in await connection.execute(query.order_by(columns.stage))}

    async def drafts(self, after: str | None, limit: int) -> Sequence[Draft]:
        """A page of drafts, the newest first."""
        query = select(tables.drafts.c.document).order_by(tables.drafts.c.round_id.desc()).limit(limit)
        if after is not None:
            query = query.where(tables.drafts.c.round_id < after)
        async with self.database.reading() as connection:
            found = await connection.execute(query)
        return [sql_drafts.DOCUMENT.validate_python(document) for document in found.scalars()]

    async def open_drafts(self) -> Sequence[Draft]:
        """All drafts that staff can still edit."""
        query = select(tables.drafts.c.document).where(tables.drafts.c.status == DraftStatus.OPEN)
        async with self.database.reading() as connection:
            return [sql_drafts.DOCUMENT.validate_python(each) for each in (await connection.execute(query)).scalars()]

    async def draft(self, round_id: str) -> Draft:
        """The draft of a round. Raises UnknownDraft."""
        query = select(tables.drafts.c.document).where(tables.drafts.c.round_id == round_id)
        async with self.database.reading() as connection:
            document = (await connection.execute(query)).scalar_one_or_none()
        if document is None:
            raise UnknownDraft(sql_drafts.NO_DRAFT)
        return sql_drafts.DOCUMENT.validate_python(document)

    async def draft_numbers(self, round_id: str) -> DraftNumbers:
        """The numbers of a draft. Raises UnknownDraft."""
        return (await self.draft_with_numbers(round_id))[1]

    async def draft_with_numbers(self, round_id: str) -> tuple[Draft, DraftNumbers]:
        """A draft with its numbers, both of the same moment. Raises UnknownDraft."""
        async with self.database.reading() as connection:
            return await self.last_numbers.read(connection, round_id)

    async def draft_edits(self, round_id: str, after: int, limit: int) -> Sequence[DraftEdit]:
        """A page of the edits of a draft, in their order; `after` is the last number of the page before."""
        columns = tables.draft_edits.c
        query = select(columns.document).where(columns.round_id == round_id, columns.number > after)
        async with self.database.reading() as connection:
            found = await connection.execute(query.order_by(columns.number).limit(limit))
        return [sql_drafts.EDIT.validate_python(document) for document in found.scalars()]

    @property
    def publications(self) -> PublicationQueries:
        """The queries for publications of rounds."""
        return PublicationQueries(self.database)

    async def closed_pairs_of(self, member_id: str, settled_after: datetime, *, for_staff: bool) -> ClosedPairs:
        """The pairs of a member that cannot be proposed now, whatever the capacities; as it knows them or for staff.

        A member sees every pair that it asked for as closed, whatever the outcome, and does not see proposals that
        others asked for before they are sent.
        """
        columns, interests = tables.proposals.c, tables.interests.c
        is_its = or_(columns.a_member_id == member_id, columns.b_member_id == member_id)
        is_seen = is_its if for_staff else is_its & sql_proposals.shows_to(member_id)
        closed = select(columns.pair_key).where(is_seen, sql_proposals.closes(settled_after))
        out = select(columns.pair_key).where(is_seen, columns.stage.in_(OUT))
        asks, rests = interests.member_id == member_id, interests.hear_by > settled_after
        is_asked = or_(asks, interests.other_id == member_id) if for_staff else asks
        resting = select(interests.pair_key).where(is_asked, rests)
        asked = select(interests.other_id).where(asks, rests)
        async with self.database.reading() as connection:
            found = [
                frozenset((await connection.execute(each)).scalars()) for each in (union(closed, resting), out, asked)
            ]
        return ClosedPairs(closed=found[0], proposed=found[1], asked=frozenset() if for_staff else found[2])

    async def interests_of(self, member_id: str, after: str | None, limit: int) -> Sequence[Interest]:
        """A page of a member's interests, the newest first."""
        columns = tables.interests.c
        query = select(columns.document).where(columns.member_id == member_id)
        if after is not None:
            query = query.where(columns.interest_id < after)
        async with self.database.reading() as connection:
            found = await connection.execute(query.order_by(columns.interest_id.desc()).limit(limit))
        return [sql_interests.DOCUMENT.validate_python(document) for document in found.scalars()]

    async def taken(self, holders: Collection[str]) -> Mapping[str, int]:
        """The number of slots in use, for each of these holders."""
        async with self.database.reading() as connection:
            return await SqlReservationRepository(connection).taken(holders)

    async def told_as_taken(self, holders: Collection[str]) -> Mapping[str, int]:
        """The number of slots in use as members may know it: without proposals that have not gone out yet."""
        async with self.database.reading() as connection:
            return await SqlReservationRepository(connection).taken(holders, as_told=True)

    async def commitments(self, partner_id: str, now: datetime, *, for_staff: bool) -> Sequence[Commitment]:
        """The amounts of a partner's budgets that are promised or open, as it may know them, or as staff does."""
        async with self.database.reading() as connection:
            return await read_commitments(connection, now, [partner_id], None if for_staff else partner_id)

    async def set_amounts(self) -> SetAmounts:
        """The amounts that staff has set."""
        async with self.database.reading() as connection:
            return await SqlMoneyRepository(connection).amounts()

    async def counts(self) -> Mapping[str, int]:
        """Endorsed members by kind, proposals and partnerships by stage, drafts by status."""
        counts: dict[str, int] = {}
        async with self.database.reading() as connection:
            for kind, number in (await SqlMemberRepository(connection).count()).items():
                counts[f"members_{kind}"] = number
            for stage, number in await connection.execute(await proposals_by_stage(connection)):
                counts[f"proposals_{stage}"] = number
            for name, column in _COUNTED.items():
                for value, number in await connection.execute(select(column, func.count()).group_by(column)):
                    counts[f"{name}_{value}"] = number
        return counts

    async def proposals_waiting(self, stage: Stage) -> tuple[datetime | None, int]:
        """When the oldest proposal at a stage was made, and the number of members in at most `MOST` such proposals."""
        columns = tables.proposals.c
        query = select(columns.a_member_id, columns.b_member_id).where(columns.stage == stage)
        first = select(columns.document).where(columns.stage == stage).order_by(columns.proposal_id).limit(1)
        async with self.database.reading() as connection:
            document = (await connection.execute(first)).scalar_one_or_none()
            if document is None:
                return None, 0
            members = {member_id for pair in await connection.execute(query.limit(MOST)) for member_id in pair}
        return sql_proposals.DOCUMENT.validate_python(document).created_at, len(members)

    async def next_release(self) -> datetime | None:
        """The moment at which the first scheduled proposals go out; None if no proposal is scheduled."""
        columns = tables.proposals.c
        query = select(func.min(columns.out_at)).where(columns.stage == Stage.SCHEDULED)
        async with self.database.reading() as connection:
            first: datetime | None = (await connection.execute(query)).scalar_one()
        return first

    async def canary_sounded(self) -> datetime | None:
        """The moment at which registry wrote the last canary seen here; None before the first."""
        async with self.database.reading() as connection:
            return await _sounded(connection, SOUNDED)

    async def answers_complete_before(self) -> datetime | None:
        """The moment before which all answers have been recorded; None if unknown."""
        async with self.database.reading() as connection:
            return await SqlWatermarks(connection).answers_complete_before(self.partitions_of_answers)

    async def canary_returned(self) -> datetime | None:
        """The moment at which registry wrote the last canary that came back from notify; None before the first."""
        async with self.database.reading() as connection:
            return await _sounded(connection, RETURNED)


async def _sounded(connection: AsyncConnection, name: str) -> datetime | None:
    query = select(tables.sightings.c.sounded_at).where(tables.sightings.c.name == name)
    return (await connection.execute(query)).scalar_one_or_none()
