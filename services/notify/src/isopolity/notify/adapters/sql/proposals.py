"""The projection of proposals in notify's database; it never goes back to an older version."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.matching import OPEN_STAGES
from isopolity.notify.adapters.sql.tables import PROPOSALS
from isopolity.notify.domain.proposal import Proposal, Reason, Side


def _upsert(dialect: Any) -> Any:
    statement = dialect.insert(PROPOSALS)
    newer = {name: statement.excluded[name] for name in ("version", "stage", "document")}
    return statement.on_conflict_do_update(
        index_elements=["proposal_id"], set_=newer, where=PROPOSALS.c.version < statement.excluded.version
    )


_UPSERT: Final = {"postgresql": _upsert(postgresql), "sqlite": _upsert(sqlite)}


class SqlProposalRepository:
    """Proposals, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, proposal_ids: Sequence[str]) -> Mapping[str, Proposal]:
        query = select(PROPOSALS.c.document).where(PROPOSALS.c.proposal_id.in_(proposal_ids))
        proposals = [_from_document(row.document) for row in await self._connection.execute(query)]
        return {proposal.proposal_id: proposal for proposal in proposals}

    async def put(self, proposal: Proposal) -> bool:
        row = {
            "proposal_id": proposal.proposal_id,
            "version": proposal.version,
            "stage": proposal.stage,
            "document": _to_document(proposal),
        }
        result = await self._connection.execute(_UPSERT[self._connection.dialect.name], row)
        return result.rowcount == 1


def _to_document(proposal: Proposal) -> dict[str, Any]:
    moments = {"issued_at": proposal.issued_at.isoformat(), "answer_by": proposal.answer_by.isoformat()}
    document = {**asdict(proposal), **moments}
    del document["settled"]  # the stage says it
    return document


def _from_document(document: dict[str, Any]) -> Proposal:
    first, second = (_side(side) for side in document["sides"])
    return Proposal(
        **{
            **document,
            "settled": document["stage"] not in OPEN_STAGES,
            "sides": (first, second),
            "issued_at": datetime.fromisoformat(document["issued_at"]),
            "answer_by": datetime.fromisoformat(document["answer_by"]),
        }
    )


def _side(document: dict[str, Any]) -> Side:
    return Side(**{**document, "reasons": tuple(Reason(**reason) for reason in document["reasons"])})
