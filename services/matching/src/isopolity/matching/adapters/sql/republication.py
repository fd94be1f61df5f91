"""Sources of matching's topics: the tables whose rows are published again."""

from typing import Any, Final

from isopolity.contracts.catalogue import PARTNERSHIP, PROPOSAL
from isopolity.matching.adapters.sql import partnerships as sql_partnerships
from isopolity.matching.adapters.sql import proposals as sql_proposals
from isopolity.matching.adapters.sql import tables
from isopolity.matching.application.workflows.published_states import publish_partnership, publish_proposal
from isopolity.matching.domain.partnership import Partnership
from isopolity.persistence.outbox import Outbox
from isopolity.persistence.republication import Source


def _partnership(outbox: Outbox, partnership: Partnership) -> bool:
    publish_partnership(outbox, partnership)
    return True


def _lifted(document: Any) -> Any:
    return lambda state: {"version": state.version, "document": document.dump_python(state, mode="json")}


SOURCES: Final = (
    Source(
        topic=PROPOSAL.name,
        table=tables.proposals,
        key=tables.proposals.c.proposal_id,
        read=lambda row: sql_proposals.DOCUMENT.validate_python(row.document),
        publish=publish_proposal,
        lifted=_lifted(sql_proposals.DOCUMENT),
    ),
    Source(
        topic=PARTNERSHIP.name,
        table=tables.partnerships,
        key=tables.partnerships.c.partnership_id,
        read=lambda row: sql_partnerships.DOCUMENT.validate_python(row.document),
        publish=_partnership,
        lifted=_lifted(sql_partnerships.DOCUMENT),
    ),
)
