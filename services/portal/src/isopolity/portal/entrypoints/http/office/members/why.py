"""Why few or no partners fit a member: sentences to read out to it, and what a round tells staff alone.

Invariant: what is to be read out is rendered by the template of the member's own page. What a round tells reveals
others' pairs, and stands apart under a heading that says so.
"""

import asyncio

from isopolity.client import matching
from isopolity.client.registry.models import CityEntry
from isopolity.portal.adapters.members import Member, read_member
from isopolity.portal.entrypoints.http.admission import for_staff
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered, if_there
from isopolity.portal.entrypoints.http.known_members import KINDS
from isopolity.portal.entrypoints.http.office.members.member_page import member_of, routes_below
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, apis_of


@for_staff
async def why(request: Request, _account: Account) -> Response:
    """What the member's own page says; and with a round in the address, what that round tells of it."""
    apis, (folder, member_id) = apis_of(request), member_of(request)
    member, found, rounds = await asyncio.gather(
        read_member(apis, KINDS[folder], member_id),
        if_there(apis.send(matching.members.why(member_id))),
        if_answered(apis.send(matching.rounds.list(limit=1))),
    )
    form, told = PageForm(None, was_sent=False), list[str]()
    round_id = request.query_params.get("round")
    for name in _names_in_rounds(member) if round_id else ():
        calls = apis.send(matching.rounds.why(round_id or "", member=name), is_long=True)
        if (standing := await form.answer(calls)) is not None:
            told += standing.told
    return form.page(
        request,
        "office/members/why.html",
        folder=folder,
        member_id=member_id,
        member=member,
        found=found,
        round_id=round_id,
        last=next(iter(rounds.items), None) if rounds else None,
        told=told,
    )


def _names_in_rounds(member: Member) -> list[str]:
    """The city, or each programme of the partner, as a round names it."""
    if isinstance(member, CityEntry):
        return [member.city_id]
    return [f"{member.partner_id}/{each.programme_id}" for each in member.programmes]


routes = routes_below("why", why, "GET")
