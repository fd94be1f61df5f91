"""What was done, by whom: the audits of all services on one page, the newest first.

Invariant: of a field its name is shown, and no value; a service that is away leaves its acts out and is named.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceAway
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import for_staff
from isopolity.portal.entrypoints.http.office.known_members import FOLDERS, KnownMember, members_listed, members_of
from isopolity.portal.entrypoints.http.office.staff_names import staff_names
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/audit"
_SERVICES: Final = ("registry", "matching", "notify")
_CHOICES: Final = ("actor", "action", "subject", "member", "day")
_SHOWN: Final = 30
_MEANT: Final = "10"
"""Members of each kind that are offered where a name is given."""
_UNPROCESSABLE: Final = 422
_A_DAY: Final = timedelta(days=1)


@for_staff
async def audit(request: Request, account: Account) -> Response:
    """The acts that fit what is chosen; who wants older ones goes on from the time of the last."""
    selection = Selection.of(_PATH, request.query_params, _CHOICES)
    day, before = _day(selection.chosen.get("day", "")), _moment(request.query_params.get("cursor", ""))
    wanted = {name: value for name, value in selection.chosen.items() if name != "day"} | {"limit": str(_SHOWN + 1)}
    people, members = await asyncio.gather(
        staff_names(request, account), _members_of(request, selection.chosen.get("member", ""))
    )
    meant: dict[str, Mapping[str, Any]] = {"actor": _staff_of(wanted["actor"], people) if "actor" in wanted else {}}
    meant["member"] = members
    for name, ids in meant.items():
        if len(ids) == 1:
            (wanted[name],) = ids
    bounds = [_start(day + _A_DAY)] if day else []
    bounds += [before] if before else []
    wanted |= {"since": _start(day).isoformat()} if day else {}
    wanted |= {"until": min(bounds).isoformat()} if bounds else {}
    answers = await asyncio.gather(*(_acts(request, service, wanted) for service in _SERVICES))
    known = [each for answer in answers if not isinstance(answer, str) for each in answer]
    found = sorted(known, key=_order, reverse=True)
    last = _order(found[_SHOWN - 1])[0] if len(found) > _SHOWN else None
    is_wrong = "day" in selection.chosen and day is None
    return page(
        request,
        "office/audit.html",
        _UNPROCESSABLE if is_wrong else 200,
        here="me",
        selection=selection,
        people=people,
        meant={name: ids for name, ids in meant.items() if len(ids) > 1},
        member_names={each.member_id: each.name for each in members.values()},
        is_wrong_day=is_wrong,
        items=[each for each in found if last is None or _order(each)[0] >= last],
        missing=[answer for answer in answers if isinstance(answer, str)],
        following=selection.address(last.isoformat()) if last else None,
    )


async def _acts(request: Request, service: str, wanted: Mapping[str, str]) -> list[dict[str, Any]] | str:
    """The acts of a service, or its name where it does not tell them."""
    try:
        found = await apis_of(request).get(service, "/audit", wanted)
    except (ServiceAway, NotAllowed):
        return service
    return [{**each, "service": service, "fields": _fields(each)} for each in found["items"]]


def _staff_of(text: str, people: Mapping[str, str]) -> Mapping[str, str]:
    """The people of staff whom the text may mean, by id: of the very name, or else of a part of it; none for an id."""
    if text in people:
        return {text: people[text]}
    folded = text.casefold()
    same = {person_id: name for person_id, name in people.items() if name.casefold() == folded}
    return same or {person_id: name for person_id, name in people.items() if folded in name.casefold()}


async def _members_of(request: Request, text: str) -> Mapping[str, KnownMember]:
    """The members that the text may mean, by id: of this id, or with it in a name; none where registry is away."""
    try:
        return await (_member_of_id if _is_id(text) else _members_called)(request, text) if text else {}
    except (ServiceAway, NotAllowed, NothingThere):
        return {}


async def _member_of_id(request: Request, member_id: str) -> Mapping[str, KnownMember]:
    for kind in FOLDERS:
        known = await members_of(apis_of(request), {member_id: kind})
        if known:
            return known
    return {}


async def _members_called(request: Request, text: str) -> Mapping[str, KnownMember]:
    asked = {"text": text, "status": "any", "order": "name", "limit": _MEANT}
    return {each.member_id: each for each in (await members_listed(apis_of(request), asked))[0]}


def _is_id(text: str) -> bool:
    """Whether it is an id as registry makes them, for which no name needs to be read through."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _order(entry: Mapping[str, Any]) -> tuple[datetime, int]:
    """Entries of one moment stay together, so that none is lost between two pages."""
    return datetime.fromisoformat(entry["at"]), int(entry["id"])


def _fields(entry: Mapping[str, Any]) -> list[str]:
    """The names of the fields that an act changed."""
    sides = [entry[side] for side in ("before", "after") if isinstance(entry[side], dict)]
    names = list(dict.fromkeys(name for side in sides for name in side))
    told = entry["details"].get("fields") if isinstance(entry["details"], dict) else None
    return names or [str(name) for name in told or ()]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


routes = [Route(_PATH, audit)]
