"""Retention: the time for which matching keeps each kind of row, and the deletion of rows that are due.

Invariant: no row is deleted that a decision still depends on: an open proposal, the agreed proposal of a partnership
that stands, or a row that keeps a pair from being proposed again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.sql.selectable import ScalarSelect

from isopolity.contracts.catalogue import PARTNERSHIP
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.counts import delete_settled
from isopolity.matching.domain.interest import InterestStage
from isopolity.matching.domain.partnership import PartnershipStage
from isopolity.matching.domain.proposal import OPEN, Stage
from isopolity.persistence.retention import Forget, Kept, deleting_all
from isopolity.persistence.unit_of_work import Storage


def _settled(before: datetime) -> ColumnElement[bool]:
    """The condition that a proposal was settled before that moment, and no partnership of it still stands."""
    stands = exists().where(
        tables.partnerships.c.proposal_id == tables.proposals.c.proposal_id,
        tables.partnerships.c.stage != PartnershipStage.ENDED,
    )
    return and_(tables.proposals.c.stage.not_in(OPEN), tables.proposals.c.settled_at < before, ~stands)


def _heard(before: datetime) -> ColumnElement[bool]:
    columns = tables.interests.c
    return and_(columns.stage != InterestStage.OPEN, columns.hear_by < before)


def _held(before: datetime) -> ColumnElement[bool]:
    created = tables.proposals.c.document["created_at"].as_string()
    return and_(tables.proposals.c.stage == Stage.HELD, created < before.isoformat())


def _over(before: datetime) -> ColumnElement[bool]:
    """The condition that a round was over before that moment, and all its proposals are settled."""
    columns, proposal = tables.rounds.c, tables.proposals.c
    is_open = exists().where(proposal.round_id == columns.round_id, proposal.stage.in_(OPEN))
    return and_(columns.document["finished_at"].as_string() < before.isoformat(), ~is_open)


def _ended(before: datetime) -> ColumnElement[bool]:
    columns = tables.partnerships.c
    return and_(columns.stage == PartnershipStage.ENDED, columns.ended_at < before)


def _of_partnerships(before: datetime) -> ColumnElement[bool]:
    """The condition that a slot is held by a partnership which was established before that moment."""
    columns = tables.partnerships.c
    established = columns.document["established_at"].as_string() < before.isoformat()
    return tables.reservations.c.proposal_id.in_(select(columns.proposal_id).where(established))


def _rounds_over(before: datetime) -> ScalarSelect[str]:
    return select(tables.rounds.c.round_id).where(_over(before)).scalar_subquery()


KINDS: Final = (
    Kept(
        name="open proposals, and the slots that they hold",
        tables=(tables.proposals, tables.reservations),
        stays="until they are settled",
    ),
    Kept(
        name="settings that staff has chosen",
        tables=(tables.choices,),
        personal="the id of somebody of staff",
        stays="for good, so that every proposal's day and score can be explained",
    ),
    Kept(
        name="templates of rounds: rules and settings under a name",
        tables=(tables.round_templates,),
        stays="until staff deletes them",
    ),
    Kept(
        name="receipts kept for a repeated request (idempotency keys)",
        tables=(tables.idempotency,),
        since="the request",
        days=2,
        due=lambda before: tables.idempotency.c.created_at < before,
    ),
    Kept(
        name="slots that partnerships hold",
        tables=(tables.reservations,),
        since="the day when both agreed",
        setting="partnership_capacity_days",
        due=_of_partnerships,
    ),
    Kept(
        name="settled proposals, with both answers",
        guards=True,
        tables=(tables.proposals, tables.deliveries),
        since="settling",
        setting="settled_proposal_days",
        due=_settled,
        delete=delete_settled,
        referring=(tables.deliveries.c.proposal_id,),
    ),
    Kept(
        name="the answer or the silence of each side of a proposal",
        tables=(tables.answers,),
        stays="as long as their proposals",
    ),
    Kept(
        name="counts of answers by member, of unanswered proposals since the last answer, and of settled ones by day",
        tables=(
            *(tables.answer_counts, tables.silence_counts, tables.settled_counts),
            *(tables.cell_counts, tables.uncounted),
        ),
        stays="as long as the proposals that they count; each deletion is taken out",
    ),
    Kept(
        name="held proposals that nobody approves",
        tables=(tables.proposals,),
        since="the day when it was drawn up",
        setting="held_proposal_days",
        due=_held,
    ),
    Kept(
        name="open interests, and the slots that they hold",
        tables=(tables.interests, tables.reservations),
        stays="until the day by which the asker hears",
    ),
    Kept(
        name="interests that are over: who asked for whom",
        tables=(tables.interests,),
        since="the day by which the asker was to hear",
        setting="settled_proposal_days",
        due=_heard,
    ),
    Kept(name="partnerships", tables=(tables.partnerships,), stays="as long as they stand"),
    Kept(
        name="ended partnerships",
        guards=True,
        tables=(tables.partnerships,),
        since="the end",
        setting="ended_partnership_days",
        due=_ended,
        topic=PARTNERSHIP.name,
    ),
    Kept(
        name="certificates of rounds, and the members as they were sealed with them",
        tables=(tables.certificates,),
        since="the end of the round",
        setting="certificate_days",
        due=lambda before: tables.certificates.c.round_id.in_(_rounds_over(before)),
    ),
    Kept(
        name="rounds: plan, result, draft with its edits, publications with their reports, next best pairs",
        personal="who of staff edited a draft or published it",
        tables=(tables.rounds, tables.drafts, tables.draft_edits, tables.publications, tables.alternates),
        since="the end of the round",
        setting="round_days",
        due=_over,
        referring=tuple(
            each.c.round_id
            for each in (tables.certificates, tables.publications, tables.alternates, tables.drafts, tables.draft_edits)
        ),
    ),
    Kept(
        name="amounts that staff has set for requests",
        tables=(tables.set_amounts,),
        stays="until the request is closed, or staff clears them",
    ),
    Kept(
        name="versions of members, requests and twinnings",
        tables=(tables.members, tables.seen_states),
        stays="for good: ids, versions and capacities, so that nothing older counts again",
    ),
    Kept(
        name="signs of life, watermarks", tables=(tables.sightings, tables.watermarks), stays="for good: a row for each"
    ),
)


def forgetting(storage: Storage) -> Mapping[str, Forget]:
    """The function that deletes each kind, by its name; certificates go before their rounds."""
    return deleting_all(storage, KINDS)
