"""`/matching/v1/partnerships`: partnerships are public, staff ends one for a reason."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict

from isopolity.contracts.matching import EndReason
from isopolity.matching.adapters.sql.queries import PartnershipFilter
from isopolity.matching.application.workflows.settlement import end_partnership
from isopolity.matching.entrypoints.http.context import Cursor, Limit, Matching, Page, Staff
from isopolity.matching.entrypoints.http.schemas import PartnershipView
from isopolity.matching.errors import UnknownPartnership
from isopolity.turns import each_in_turns
from isopolity.web.routing import PrefixRouter

router = PrefixRouter(prefix="/matching/v1/partnerships")

PartnershipId = Annotated[str, Path(description="The id of the partnership", max_length=100)]


@router.get("", tags=["members", "public"])
async def list_partnerships(
    matching: Matching,
    member_id: Annotated[str | None, Query(description="Of this member only")] = None,
    standing: Annotated[bool | None, Query(description="Those that stand, or those that have ended")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PartnershipView]:
    """The partnerships of the network, the newest first."""
    wanted = PartnershipFilter(member_id=member_id, standing=standing)
    found = await matching.queries.partnerships(wanted, cursor, limit)
    ids = [partnership.partnership_id for partnership in found]
    return Page[PartnershipView].of(await each_in_turns(PartnershipView.of, found), ids, limit)


@router.get("/{partnership_id}", tags=["members", "public"])
async def read_partnership(matching: Matching, partnership_id: PartnershipId) -> PartnershipView:
    """One partnership."""
    found = await matching.queries.partnership(partnership_id)
    if found is None:
        raise UnknownPartnership(f"There is no partnership {partnership_id}.")
    return PartnershipView.of(found)


class EndOrder(BaseModel):
    """The reason of an end, as both sides and the public may read it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "completed"}]})

    reason: EndReason


@router.post("/{partnership_id}/end", tags=["staff"])
async def end(matching: Matching, _: Staff, partnership_id: PartnershipId, order: EndOrder) -> PartnershipView:
    """End a partnership: both sides have a slot free again, and each gets a mail. One that has ended stays as it is."""
    async with matching.unit_of_work() as uow:
        ended = await end_partnership(partnership_id, order.reason, uow, matching.surroundings.clock())
        await uow.commit()
    return PartnershipView.of(ended)
