"""Staff records that a member leaves, and takes one back that has left.

Invariant: the page lists what a departure ends before it is recorded, and what was added since is listed first; while
matching does not answer, it has no form.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.matching.models import DepartureView, OwnPartnershipView, ProposalView
from isopolity.client.registry.models import Departure, Return
from isopolity.portal.adapters.members import Member, read_member
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.admission import ENDORSE, MANAGE, for_staff_to, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered
from isopolity.portal.entrypoints.http.known_members import KINDS
from isopolity.portal.entrypoints.http.office.members.member_page import (
    ask_for_tick,
    ask_to_look_again,
    back_to_member,
    digest_of,
    member_of,
    routes_below,
)
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, apis_of, today

_FIELDS: Final = ("reason", "day", "erase", "sure", "seen")
_OPEN: Final = ("held", "scheduled", "issued", "answered")
"""Stages of proposals that a departure ends."""
_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Consequences:
    """The member, and what its departure would end; `departure` is None while matching does not answer."""

    member: Member
    departure: DepartureView | None
    proposals: Sequence[ProposalView]
    partnerships: Sequence[OwnPartnershipView]

    @property
    def digest(self) -> str:
        """A text that differs once the departure would end something else."""
        counts = None if self.departure is None else (self.departure.interests, self.departure.asking)
        proposals = sorted(each.proposal_id for each in self.proposals)
        return digest_of(counts, proposals, sorted(each.partnership_id for each in self.partnerships))


@for_staff_to(ENDORSE)
async def leaving(request: Request, account: Account) -> Response:
    """Render the form that records a departure with what would end, or, if the member has left, the form that takes it
    back; POST records the departure.
    """
    form = await PageForm.of(request, account, _FIELDS)
    if form.was_sent and form["erase"]:
        require_right(request, account, MANAGE)
    found = await _consequences(request)
    if form.was_sent:
        if not form["sure"]:
            ask_for_tick(request, form)
        elif found.member.status != "withdrawn" and form["seen"] != found.digest:
            ask_to_look_again(request, form)
        elif await form.done(_record_departure(apis_of(request), *member_of(request), form)):
            return back_to_member(request, "left")
        else:
            found = await _consequences(request)
    return _rendered(request, form, found)


@for_staff_to(ENDORSE)
async def returning(request: Request, account: Account) -> Response:
    """Take the member back into the network."""
    form = await PageForm.of(request, account, _FIELDS)
    if await form.done(_take_back(apis_of(request), *member_of(request), form["reason"])):
        return back_to_member(request, "returned")
    return _rendered(request, form, await _consequences(request))


async def _record_departure(apis: ServiceApis, folder: str, member_id: str, form: PageForm) -> None:
    """Raises NotAllowed."""
    why = Departure.unchecked({"reason": form["reason"], "day": form["day"] or None})
    erase = True if form["erase"] else None
    if KINDS[folder] == "city":
        await apis.send(registry.cities.withdraw(member_id, why, erase_contacts=erase))
    else:
        await apis.send(registry.partners.withdraw(member_id, why, erase_contacts=erase))


async def _take_back(apis: ServiceApis, folder: str, member_id: str, reason: str) -> None:
    """Raises NotAllowed."""
    why = Return(reason=reason or None)
    if KINDS[folder] == "city":
        await apis.send(registry.cities.reinstate(member_id, why))
    else:
        await apis.send(registry.partners.reinstate(member_id, why))


async def _consequences(request: Request) -> _Consequences:
    apis, (folder, member_id) = apis_of(request), member_of(request)
    member, departure, proposals, partnerships = await asyncio.gather(
        read_member(apis, KINDS[folder], member_id),
        if_answered(apis.send(matching.members.departure(member_id))),
        if_answered(apis.send(matching.proposals.list(member_id=member_id, limit=_MOST))),
        if_answered(apis.send(matching.members.partnerships(member_id, standing=True, limit=_MOST))),
    )
    is_known = departure is not None and proposals is not None and partnerships is not None
    return _Consequences(
        member=member,
        departure=departure if is_known else None,
        proposals=[each for each in proposals.items if each.stage in _OPEN] if proposals else (),
        partnerships=partnerships.items if partnerships else (),
    )


def _rendered(request: Request, form: PageForm, found: _Consequences) -> Response:
    folder, member_id = member_of(request)
    return form.page(
        request,
        "office/members/leaving.html",
        folder=folder,
        member_id=member_id,
        member=found.member,
        departure=found.departure,
        proposals=found.proposals,
        partnerships=found.partnerships,
        seen=found.digest,
        filled=form.filled({"day": today(request).isoformat()}),
        today=today(request).isoformat(),
    )


routes = [*routes_below("leaving", leaving), *routes_below("return", returning, "POST")]
