"""Acts and their actors: the audits of all services on one page, the newest first.

Invariant: a changed field is given by its name, without its values; a service that does not answer is named.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from isopolity.client import operations
from isopolity.client.call import Call
from isopolity.client.operations.models import AuditPage
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.admission import for_staff
from isopolity.portal.entrypoints.http.audit_acts import Act, Bounds, listed_acts, people_called
from isopolity.portal.entrypoints.http.forms.page_form import if_answered
from isopolity.portal.entrypoints.http.known_members import KnownMember, members_known, members_listed, staff_names
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page

_PATH: Final = "/office/audit"
_CHOICES: Final = ("actor", "action", "subject", "member", "day")
_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""An id as registry makes them, for which no name needs to be read through."""
_MEANT: Final = 10
"""Members of each kind that are offered where a name is given."""


@for_staff
async def audit(request: Request, _account: Account) -> Response:
    """The acts that fit what is chosen; who wants older ones goes on from the time of the last."""
    selection = Selection.of(_PATH, request.query_params, _CHOICES)
    wanted = {name: value for name, value in selection.chosen.items() if name != "day"}
    people, members = await asyncio.gather(
        staff_names(request), _members_of(request, selection.chosen.get("member", ""))
    )
    actors = people_called(wanted["actor"], people) if "actor" in wanted else {}
    meant: Mapping[str, Mapping[str, str | KnownMember]] = {"actor": actors, "member": members}
    for name, ids in meant.items():
        if len(ids) == 1:
            (wanted[name],) = ids

    def asked(service: str, at: Bounds) -> Call[AuditPage]:
        return operations.audit.list(service, **wanted, since=at.since, until=at.until, limit=at.limit)

    found = await listed_acts(request, selection, asked)
    return page(
        request,
        "office/audit.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if found.is_wrong_day else HTTPStatus.OK,
        selection=selection,
        people=people,
        meant={name: ids for name, ids in meant.items() if len(ids) > 1},
        member_names={each.member_id: each.name for each in members.values()},
        is_wrong_day=found.is_wrong_day,
        items=found.items,
        named=await _named(request, found.items),
        missing=found.missing,
        following=found.following,
    )


async def _named(request: Request, acts: Sequence[Act]) -> Mapping[str, KnownMember]:
    """The members that acts are about, by their ids; none where registry is away."""
    about = (each for act in acts for each in act.members)
    return await if_answered(members_known(apis_of(request), about)) or {}


async def _members_of(request: Request, text: str) -> Mapping[str, KnownMember]:
    """The members that the text may mean, by id: of this id, or with it in a name; none where registry is away."""
    if not text:
        return {}
    return await if_answered((_member_of_id if _ID.fullmatch(text) else _members_called)(request, text)) or {}


async def _member_of_id(request: Request, member_id: str) -> Mapping[str, KnownMember]:
    return await members_known(apis_of(request), [member_id])


async def _members_called(request: Request, text: str) -> Mapping[str, KnownMember]:
    found, _ = await members_listed(apis_of(request), text=text, status="any", limit=_MEANT)
    return {each.member_id: each for each in found}


routes = [Route(_PATH, audit)]
