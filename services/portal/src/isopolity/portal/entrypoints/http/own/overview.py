"""The first page after signing in: tasks, news, partnerships."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Final, TypeVar

from isopolity.client import matching, registry
from isopolity.client.matching.models import InterestView, OwnPartnershipView, OwnProposalView
from isopolity.client.registry.models import ChangeDocument, ContactChangeDocument, HandoverDocument
from isopolity.portal.adapters.members import Member, read_member
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis, ServiceAway
from isopolity.portal.domain.agenda import agenda
from isopolity.portal.domain.reasons import reasons_of
from isopolity.portal.entrypoints.http.admission import DESK, FLOW, READ, may_edit
from isopolity.portal.entrypoints.http.forms.page_form import unless
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    page,
    see_other,
    session_of,
    surroundings_of,
)

_MOST: Final = 100
_ASKED: Final = 3
"""As many as can be open at a time."""

Found = TypeVar("Found")


async def me(request: Request) -> Response:
    """The first page after signing in: a member's tasks, the first one whole, its partners, and what comes.

    Staff goes on to its desk, an operator to the flow of events.
    """
    session = session_of(request)
    if session is None:
        return see_other("/sign-in")
    account = session.account
    if account is None:
        return see_other("/accounts")
    if account.may(READ):
        return see_other(DESK)
    if account.member_id is None:
        return see_other(FLOW)
    apis = apis_of(request)
    (proposals, partnerships, asked), (member, change, handovers, contact_changes) = await asyncio.gather(
        _of_member(apis, account.member_id), _of_registry(apis, account)
    )
    found = agenda(proposals, asked, member, change, handovers, surroundings_of(request).clock(), contact_changes)
    return page(
        request,
        "me.html",
        tasks=len(found.tasks),
        task=next(iter(found.tasks), None),
        then=found.tasks[1:],
        agenda=found,
        partnerships=partnerships,
        member=member,
        reasons_of=reasons_of,
    )


async def _of_member(
    apis: ServiceApis, member_id: str
) -> tuple[Sequence[OwnProposalView], Sequence[OwnPartnershipView], Sequence[InterestView]]:
    """Its proposals, the partnerships that stand, and what it asked for last, as it sees them."""
    proposals, partnerships, asked = await asyncio.gather(
        apis.send(matching.members.proposals(member_id, limit=_MOST)),
        apis.send(matching.members.partnerships(member_id, standing=True, limit=_MOST)),
        apis.send(matching.interests.list(member_id, limit=_ASKED)),
    )
    return proposals.items, partnerships.items, asked.items


async def _of_registry(
    apis: ServiceApis, account: Account
) -> tuple[Member | None, ChangeDocument | None, Sequence[HandoverDocument], Sequence[ContactChangeDocument]]:
    """The member, its last change of identity, its handover, its changes of contacts; for those who may change them."""
    if not may_edit(account):
        return None, None, [], []
    member, change, handovers, contact_changes = await asyncio.gather(
        _if_known(read_member(apis, account.member_kind, account.member)),
        _if_known(apis.send(registry.changes.read(account.member))),
        _if_known(apis.send(registry.handovers.list(member_id=account.member))),
        _if_known(apis.send(registry.contact_changes.list(member_id=account.member))),
    )
    handovers_now = () if handovers is None else handovers.items
    return member, change, handovers_now, () if contact_changes is None else contact_changes.items


async def _if_known(found: Awaitable[Found]) -> Found | None:
    """Registry's answer; None if there is nothing, or if it is away, since the page lists proposals without it, too."""
    return await unless(found, NothingThere, ServiceAway)


routes = [Route("/me", me)]
