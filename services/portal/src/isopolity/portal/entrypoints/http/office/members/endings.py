"""Staff ends a partnership of a member, or takes back one proposal that went out by mistake.

Invariant: both sides are mailed, which cannot be undone, so each act is confirmed on a page of its own first.
"""

from typing import Final

from isopolity.client import matching
from isopolity.client.matching.models import EndOrder, PartnershipView, ProposalView, TakeBackOrder
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.entrypoints.http.admission import PUBLISH, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.office.members.member_page import back_to_member, member_of, routes_below
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, apis_of

_OUT: Final = ("issued", "answered")


@for_staff_to(PUBLISH)
async def partnership(request: Request, account: Account) -> Response:
    """Render a partnership with the form that ends it; POST ends it for a reason that both sides read."""
    folder, member_id = member_of(request)
    partnership_id = request.path_params["partnership_id"]
    apis, form = apis_of(request), await PageForm.of(request, account, ("reason",))
    found = await apis.send(matching.partnerships.read(partnership_id))
    if not isinstance(found, PartnershipView) or member_id not in {each.member_id for each in found.members}:
        raise NothingThere(partnership_id)
    if form.was_sent:
        order = EndOrder.unchecked({"reason": form["reason"]})
        if await form.done(apis.send(matching.partnerships.end(partnership_id, order))):
            return back_to_member(request, "ended")
    sides = sorted(found.members, key=lambda each: each.member_id != member_id)
    return form.page(
        request,
        "office/members/partnership-end.html",
        folder=folder,
        member_id=member_id,
        sides=sides,
        found=found,
    )


@for_staff_to(PUBLISH)
async def proposal(request: Request, account: Account) -> Response:
    """Render a proposal with the form that takes it back; POST takes it back while it is open."""
    folder, member_id = member_of(request)
    proposal_id = request.path_params["proposal_id"]
    apis, form = apis_of(request), await PageForm.of(request, account)
    found = await apis.send(matching.proposals.read(proposal_id))
    if not isinstance(found, ProposalView) or member_id not in {each.member_id for each in found.sides}:
        raise NothingThere(proposal_id)
    is_out = found.stage in _OUT
    if form.was_sent and is_out:
        order = TakeBackOrder(proposal_ids=[proposal_id])
        if await form.done(apis.send(matching.proposals.take_back(order))):
            return back_to_member(request, "taken-back")
    sides = sorted(found.sides, key=lambda each: each.member_id != member_id)
    return form.page(
        request,
        "office/members/proposal-take-back.html",
        folder=folder,
        member_id=member_id,
        sides=sides,
        found=found,
        is_out=is_out,
    )


routes = [
    *routes_below("partnerships/{partnership_id}/end", partnership),
    *routes_below("proposals/{proposal_id}/take-back", proposal),
]
