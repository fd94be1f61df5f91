"""Queries for HTTP and the status page.

Invariant: these queries change nothing.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, case, func, not_, or_, select, union

from isopolity.contracts.catalogue import RESPONSE
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.counts import proposals_by_stage
from isopolity.matching.adapters.sql.drafts import DRAFTS, EDIT, NO_DRAFT, LastNumbers, edits_of
from isopolity.matching.adapters.sql.interests import INTERESTS
from isopolity.matching.adapters.sql.members import SqlMemberRepository
from isopolity.matching.adapters.sql.money import SqlMoneyRepository, read_commitments
from isopolity.matching.adapters.sql.proposals import (
    NO_ANSWER,
    PROPOSALS,
    answer_of,
    closes,
    is_answered,
    is_kept_apart,
    is_known_to,
    proposal_of,
    shows_to,
)
from isopolity.matching.adapters.sql.reports import SqlWatermarks
from isopolity.matching.adapters.sql.reservations import (
    PARTNERSHIPS,
    SqlReservationRepository,
    pairs_of_ended,
    partnership_of,
)
from isopolity.matching.adapters.sql.round_templates import templates_in
from isopolity.matching.adapters.sql.rounds import ROUNDS, PublicationQueries
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.handlers import RETURNED, SOUNDED
from isopolity.matching.domain.draft import Draft, DraftEdit, DraftNumbers, DraftStatus, UnsentPairs
from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.legal_acts import LegalActs
from isopolity.matching.domain.money.grants import Commitment, SetAmounts
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import OUT, Proposal, Stage
from isopolity.matching.domain.round import Round, RoundTemplate
from isopolity.matching.errors import UnknownDraft
from isopolity.messaging.topic_reader import MOST
from isopolity.persistence.database import Database

_COUNTED: Final = {"partnerships": tables.partnerships.c.stage, "drafts": tables.drafts.c.status}
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
    known_to: str | None = None
    """Only proposals that this member is part of and has heard of."""
    answer: str | None = None
    """Only proposals of which a side has given this answer; `none`: of which a side has given none."""
    kept_apart_by: LegalActs | None = None
    """Only proposals whose two sides one of these acts keeps apart."""


@dataclass(frozen=True, slots=True)
class MatchingQueries:
    """Reads on connections of their own; pages are in the order of ids, the newest first."""

    database: Database
    partitions_of_answers: int = RESPONSE.partitions
    last_numbers: LastNumbers = field(default_factory=LastNumbers, compare=False)

    async def proposal(self, proposal_id: str) -> Proposal | None:
        """A proposal by its id; None if it is unknown."""
        return await PROPOSALS.one(self.database, proposal_id)

    async def proposals(self, wanted: ProposalFilter, after: str | None, limit: int) -> Sequence[Proposal]:
        """A page of proposals; `after` is the last id of the page before."""
        columns, conditions = tables.proposals.c, list[ColumnElement[bool]]()
        if wanted.stage is not None:
            conditions.append(columns.stage == wanted.stage)
        if wanted.member_id is not None:
            conditions.append(proposal_of(wanted.member_id))
        if wanted.round_id is not None:
            conditions.append(columns.round_id == wanted.round_id)
        if wanted.known_to is not None:
            conditions.append(is_known_to(wanted.known_to))
        if wanted.answer is not None:
            conditions.append(is_answered(wanted.answer))
        if wanted.kept_apart_by is not None:
            conditions.append(is_kept_apart(wanted.kept_apart_by))
        return await PROPOSALS.page(self.database, after, limit, *conditions)

    async def partnership(self, partnership_id: str) -> Partnership | None:
        """A partnership by its id; None if it is unknown."""
        return await PARTNERSHIPS.one(self.database, partnership_id)

    async def partnerships(self, wanted: PartnershipFilter, after: str | None, limit: int) -> Sequence[Partnership]:
        """A page of partnerships, the newest first."""
        columns, conditions = tables.partnerships.c, list[ColumnElement[bool]]()
        if wanted.member_id is not None:
            conditions.append(partnership_of(wanted.member_id))
        if wanted.standing is not None:
            ended = columns.stage == PartnershipStage.ENDED
            conditions.append(not_(ended) if wanted.standing else ended)
        if wanted.shown is not None:
            conditions.append(columns.is_shown if wanted.shown else not_(columns.is_shown))
        return await PARTNERSHIPS.page(self.database, after, limit, *conditions)

    async def templates(self) -> Sequence[RoundTemplate]:
        """All templates of rounds, by name."""
        return await templates_in(self.database)

    async def rounds(self, after: str | None, limit: int) -> Sequence[Round]:
        """A page of rounds, the newest first."""
        return await ROUNDS.page(self.database, after, limit)

    async def round(self, round_id: str) -> Round | None:
        """A round by its id; None if it is unknown."""
        return await ROUNDS.one(self.database, round_id)

    async def outcomes(self, round_id: str) -> Mapping[str, int]:
        """The number of a round's proposals by stage; stages without proposals are left out."""
        columns = tables.proposals.c
        query = select(columns.stage, func.count()).where(columns.round_id == round_id).group_by(columns.stage)
        async with self.database.reading() as connection:
            return {row.stage: int(row[1]) for row in await connection.execute(query.order_by(columns.stage))}

    async def given_answers(self, round_id: str) -> Mapping[str, int]:
        """The number of sides of a round's proposals by the answer that they have given; `none` without one."""
        found, of_round = Counter[str](), tables.proposals.c.round_id == round_id
        async with self.database.reading() as connection:
            for side in ("a", "b"):
                given = select(answer_of(side).label("answer")).where(of_round).subquery()
                for row in await connection.execute(select(given.c.answer, func.count()).group_by(given.c.answer)):
                    found[row.answer or NO_ANSWER] += int(row[1])
        return found

    async def drafts(self, after: str | None, limit: int) -> Sequence[Draft]:
        """A page of drafts, the newest first."""
        return await DRAFTS.page(self.database, after, limit)

    async def open_drafts(self) -> Sequence[Draft]:
        """All drafts that staff can still edit."""
        async with self.database.reading() as connection:
            return await DRAFTS.read(connection, DRAFTS.select(tables.drafts.c.status == DraftStatus.OPEN))

    async def draft(self, round_id: str) -> Draft:
        """The draft of a round. Raises UnknownDraft."""
        found = await DRAFTS.one(self.database, round_id)
        if found is None:
            raise UnknownDraft(NO_DRAFT)
        return found

    async def unsent_pairs(self, round_ids: Collection[str]) -> Mapping[str, UnsentPairs]:
        """By draft the numbers of its published pairs of which no mail has gone out."""
        columns, found = tables.proposals.c, dict.fromkeys(round_ids, UnsentPairs())
        scheduled = func.sum(case((columns.stage == Stage.SCHEDULED, 1), else_=0))
        is_unsent = columns.round_id.in_(round_ids), columns.out_at.is_not(None), columns.answer_by.is_(None)
        query = select(columns.round_id, scheduled, func.count()).where(*is_unsent).group_by(columns.round_id)
        async with self.database.reading() as connection:
            for round_id, waiting, number in await connection.execute(query):
                found[round_id] = UnsentPairs(int(waiting), number - int(waiting))
        return found

    async def draft_numbers(self, round_id: str) -> DraftNumbers:
        """The numbers of a draft. Raises UnknownDraft."""
        return (await self.draft_with_numbers(round_id))[1]

    async def draft_with_numbers(self, round_id: str) -> tuple[Draft, DraftNumbers]:
        """A draft with its numbers, both of the same moment. Raises UnknownDraft."""
        async with self.database.reading() as connection:
            return await self.last_numbers.read(connection, round_id)

    async def draft_edits(self, round_id: str, after: int, limit: int) -> Sequence[DraftEdit]:
        """A page of the edits of a draft, in their order; `after` is the last number of the page before."""
        query = edits_of(round_id).where(tables.draft_edits.c.number > after).limit(limit)
        async with self.database.reading() as connection:
            found = await connection.execute(query)
        return [EDIT.validate_python(document) for document in found.scalars()]

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
        is_its = proposal_of(member_id)
        is_seen = is_its if for_staff else is_its & shows_to(member_id)
        closed = select(columns.pair_key).where(is_seen, closes(settled_after))
        out = select(columns.pair_key).where(is_seen, columns.stage.in_(OUT))
        asks, rests = interests.member_id == member_id, interests.hear_by > settled_after
        is_asked = or_(asks, interests.other_id == member_id) if for_staff else asks
        resting = select(interests.pair_key).where(is_asked, rests)
        asked = select(interests.other_id).where(asks, rests)
        async with self.database.reading() as connection:
            found = [
                frozenset((await connection.execute(each)).scalars()) for each in (union(closed, resting), out, asked)
            ]
            ended = await pairs_of_ended(connection, settled_after, [member_id])
        return ClosedPairs(closed=found[0] | ended, proposed=found[1], asked=frozenset() if for_staff else found[2])

    async def interests_of(self, member_id: str, after: str | None, limit: int) -> Sequence[Interest]:
        """A page of a member's interests, the newest first."""
        return await INTERESTS.page(self.database, after, limit, tables.interests.c.member_id == member_id)

    async def taken(self, holders: Collection[str]) -> Mapping[str, int]:
        """The number of slots in use, for each of these holders."""
        async with self.database.reading() as connection:
            return await SqlReservationRepository(connection).taken(holders)

    async def publicly_taken(self, holders: Collection[str]) -> Mapping[str, int]:
        """The number of slots in use as members may know it: without proposals that have not gone out yet."""
        async with self.database.reading() as connection:
            return await SqlReservationRepository(connection).taken(holders, as_known=True)

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
        async with self.database.reading() as connection:
            first = await PROPOSALS.read(connection, PROPOSALS.select(columns.stage == stage).limit(1))
            members = {member_id for pair in await connection.execute(query.limit(MOST)) for member_id in pair}
        return (first[0].created_at, len(members)) if first else (None, 0)

    async def next_release(self) -> datetime | None:
        """The moment at which the first scheduled proposals go out; None if no proposal is scheduled."""
        columns = tables.proposals.c
        query = select(func.min(columns.out_at)).where(columns.stage == Stage.SCHEDULED)
        async with self.database.reading() as connection:
            first: datetime | None = (await connection.execute(query)).scalar_one()
        return first

    async def canary_sounded(self) -> datetime | None:
        """The moment at which registry wrote the last canary seen here; None before the first."""
        return await self._sounded(SOUNDED)

    async def answers_complete_before(self) -> datetime | None:
        """The moment before which all answers have been recorded; None if unknown."""
        async with self.database.reading() as connection:
            return await SqlWatermarks(connection).answers_complete_before(self.partitions_of_answers)

    async def canary_returned(self) -> datetime | None:
        """The moment at which registry wrote the last canary that came back from notify; None before the first."""
        return await self._sounded(RETURNED)

    async def _sounded(self, name: str) -> datetime | None:
        query = select(tables.sightings.c.sounded_at).where(tables.sightings.c.name == name)
        async with self.database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none()
