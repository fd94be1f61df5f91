"""How long matching keeps what, and how it lets go of it.

Invariant: nothing goes that a decision still rests on: an open proposal, the agreed proposal of a partnership that
stands, whatever keeps a pair from being proposed again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, exists, select
from sqlalchemy.sql.selectable import ScalarSelect

from isopolity.contracts.catalogue import PARTNERSHIP
from isopolity.matching.adapters.sql.tables import (
    ALTERNATES,
    CERTIFICATES,
    DELIVERIES,
    MEMBERS,
    PARTNERSHIPS,
    PROPOSALS,
    RESERVATIONS,
    ROUNDS,
    SEEN_STATES,
    SIGHTINGS,
    WATERMARKS,
)
from isopolity.matching.domain.partnership import PartnershipStage
from isopolity.matching.domain.proposal import OPEN, Stage
from isopolity.persistence.retention import Forget, Kept, delete_due, deleting
from isopolity.persistence.unit_of_work import SqlUnitOfWork, Storage


def _settled(before: datetime) -> ColumnElement[bool]:
    """Settled, and the partnership that came of it, if one did, has ended."""
    stands = exists().where(
        PARTNERSHIPS.c.proposal_id == PROPOSALS.c.proposal_id, PARTNERSHIPS.c.stage != PartnershipStage.ENDED
    )
    return and_(PROPOSALS.c.stage.not_in(OPEN), PROPOSALS.c.settled_at < before, ~stands)


def _held(before: datetime) -> ColumnElement[bool]:
    created = PROPOSALS.c.document["created_at"].as_string()
    return and_(PROPOSALS.c.stage == Stage.HELD, created < before.isoformat())


def _over(before: datetime) -> ColumnElement[bool]:
    """Over, and none of its proposals is open."""
    is_open = exists().where(PROPOSALS.c.round_id == ROUNDS.c.round_id, PROPOSALS.c.stage.in_(OPEN))
    return and_(ROUNDS.c.document["finished_at"].as_string() < before.isoformat(), ~is_open)


def _rounds_over(before: datetime) -> ScalarSelect[str]:
    return select(ROUNDS.c.round_id).where(_over(before)).scalar_subquery()


_SETTLED: Final = Kept(
    name="settled proposals, with both answers",
    tables=(PROPOSALS, DELIVERIES),
    since="settling",
    setting="settled_proposal_days",
    due=_settled,
)
_HELD: Final = Kept(
    name="held proposals that nobody approves",
    tables=(PROPOSALS,),
    since="the day when it was drawn up",
    setting="held_proposal_days",
    due=_held,
)
_ENDED: Final = Kept(
    name="ended partnerships",
    tables=(PARTNERSHIPS,),
    since="the end",
    setting="ended_partnership_days",
    due=lambda before: and_(PARTNERSHIPS.c.stage == PartnershipStage.ENDED, PARTNERSHIPS.c.ended_at < before),
)
_CERTIFICATES: Final = Kept(
    name="certificates of rounds",
    tables=(CERTIFICATES,),
    since="the end of the round",
    setting="certificate_days",
    due=lambda before: CERTIFICATES.c.round_id.in_(_rounds_over(before)),
)
_ROUNDS: Final = Kept(
    name="rounds: plan, result, next best pairs",
    tables=(ROUNDS, ALTERNATES),
    since="the end of the round",
    setting="round_days",
    due=_over,
)
KINDS: Final = (
    Kept(
        name="open proposals, and the slots that they and partnerships hold",
        tables=(PROPOSALS, RESERVATIONS),
        stays="until they are settled",
    ),
    _SETTLED,
    _HELD,
    Kept(name="partnerships", tables=(PARTNERSHIPS,), stays="as long as they stand"),
    _ENDED,
    _CERTIFICATES,
    _ROUNDS,
    Kept(
        name="versions of members, requests and twinnings",
        tables=(MEMBERS, SEEN_STATES),
        stays="for good: ids, versions and capacities, so that nothing older counts again",
    ),
    Kept(name="signs of life, watermarks", tables=(SIGHTINGS, WATERMARKS), stays="for good: a row for each"),
)


def forgetting(storage: Storage) -> Mapping[str, Forget]:
    """The function that lets go of each kind, by its name; certificates go before their rounds."""
    return {
        _SETTLED.name: _forgetting_proposals(storage),
        _HELD.name: deleting(storage, _HELD),
        _ENDED.name: deleting(storage, _ENDED, topic=PARTNERSHIP.name),
        _CERTIFICATES.name: deleting(storage, _CERTIFICATES),
        _ROUNDS.name: _forgetting_rounds(storage),
    }


def _forgetting_proposals(storage: Storage) -> Forget:
    async def forget(before: datetime, limit: int) -> int:
        async with SqlUnitOfWork(storage) as unit:
            gone = await delete_due(unit, _SETTLED, before, limit)
            await unit.connection.execute(delete(DELIVERIES).where(DELIVERIES.c.proposal_id.in_(gone)))
            await unit.commit()
        return len(gone)

    return forget


def _forgetting_rounds(storage: Storage) -> Forget:
    async def forget(before: datetime, limit: int) -> int:
        async with SqlUnitOfWork(storage) as unit:
            gone = await delete_due(unit, _ROUNDS, before, limit)
            for table in (CERTIFICATES, ALTERNATES):
                await unit.connection.execute(delete(table).where(table.c.round_id.in_(gone)))
            await unit.commit()
        return len(gone)

    return forget
