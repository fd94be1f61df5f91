"""`/notify/v1/introductions`: contacts of partners, for signed-in contacts of a member.

Invariant: an introduction that may not be read is left out without a reason, so that a refused proposal looks like one
that was never issued.
"""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict

from isopolity.notify.application.introductions import Introduction, introductions
from isopolity.notify.entrypoints.http.context import Notify
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/notify/v1/introductions")

MOST = 20
"""Proposals that one request may name."""
Member = Annotated[Principal, Depends(require("member", approvers=True))]
ProposalIds = Annotated[
    list[Annotated[str, Query(max_length=128)]],
    Query(alias="proposal_id", min_length=1, max_length=MOST, description="Of partnerships that stand; repeat it"),
]


class IntroductionView(BaseModel):
    """The partner's contact, as in the mail that introduced it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"proposal_id": "0190-1", "name": "Leïla Amrani", "role": "coordinator", "email": "leila@fez.example"}
            ]
        }
    )

    proposal_id: str
    name: str
    role: str
    email: str


class Introductions(BaseModel):
    """The introductions that the caller may read."""

    items: list[IntroductionView]


@router.get("", summary="Whom to write to at partners")
async def list_introductions(
    notify: Notify, member: Member, proposal_ids: ProposalIds, response: Response
) -> Introductions:
    """The other side's contact in each present partnership of the member, by the proposal that led to it."""
    response.headers["Cache-Control"] = "no-store"
    async with notify.reading() as uow:
        found = await introductions(list(dict.fromkeys(proposal_ids)), member.member_id or "", member.subject, uow)
    return Introductions(items=[_view(each) for each in found])


def _view(introduction: Introduction) -> IntroductionView:
    contact = introduction.contact
    return IntroductionView(
        proposal_id=introduction.proposal_id, name=contact.name, role=contact.role, email=contact.email
    )
