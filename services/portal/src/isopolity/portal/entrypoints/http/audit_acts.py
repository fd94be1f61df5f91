"""Acts of the audits of all services, put together in the order of time, for pages that list them.

Invariant: a changed field is given by its name, without its values; a service that does not answer is named.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from starlette.requests import Request

from isopolity.portal.adapters.service_apis import NotAllowed, ServiceAway
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.visitors import apis_of

_SERVICES: Final = ("registry", "matching", "notify")
_ON_A_PAGE: Final = 30
_OF_MEMBERS: Final = ("city", "partner", "member", "change", "twinning")
"""Things of which the id is that of a member, or of two."""
_TELL: Final = ("details", "before", "after")
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedActs:
    """One page of acts."""

    items: Sequence[Mapping[str, Any]]
    missing: Sequence[str]
    """Services that did not give their acts."""
    following: str | None
    """The address of the page after this one."""
    is_wrong_day: bool


async def listed_acts(request: Request, source: str, selection: Selection, wanted: Mapping[str, str]) -> ListedActs:
    """The newest acts at the path `source` of each service that fit `wanted` and the day in `selection`.

    `cursor` in the address is the moment before which the acts of this page happened.
    """
    day, before = _day(selection.chosen.get("day", "")), _moment(request.query_params.get("cursor", ""))
    bounds = [_start(day + _A_DAY)] if day else []
    bounds += [before] if before else []
    asked = {**wanted, "limit": str(_ON_A_PAGE + 1)}
    asked |= {"since": _start(day).isoformat()} if day else {}
    asked |= {"until": min(bounds).isoformat()} if bounds else {}
    answers = await asyncio.gather(*(_acts(request, service, source, asked) for service in _SERVICES))
    known = [each for answer in answers if not isinstance(answer, str) for each in answer]
    found = sorted(known, key=_order, reverse=True)
    last = _order(found[_ON_A_PAGE - 1])[0] if len(found) > _ON_A_PAGE else None
    return ListedActs(
        items=[each for each in found if last is None or _order(each)[0] >= last],
        missing=[answer for answer in answers if isinstance(answer, str)],
        following=selection.address(last.isoformat()) if last else None,
        is_wrong_day="day" in selection.chosen and day is None,
    )


def people_called(text: str, people: Mapping[str, str]) -> Mapping[str, str]:
    """Names, by id, of the people with this id or name, or else of those whose names contain the text."""
    if text in people:
        return {text: people[text]}
    folded = text.casefold()
    same = {person_id: name for person_id, name in people.items() if name.casefold() == folded}
    return same or {person_id: name for person_id, name in people.items() if folded in name.casefold()}


async def _acts(request: Request, service: str, source: str, wanted: Mapping[str, str]) -> list[dict[str, Any]] | str:
    """The acts of a service, or its name where it does not give them."""
    try:
        found = await apis_of(request).get(service, source, wanted)
    except (ServiceAway, NotAllowed):
        return service
    return [{**each, "service": service, "fields": _fields(each), "members": _ids(each)} for each in found["items"]]


def _order(entry: Mapping[str, Any]) -> tuple[datetime, int]:
    """Entries of one moment stay together, so that none is lost between two pages."""
    return datetime.fromisoformat(entry["at"]), int(entry["id"])


def _ids(entry: Mapping[str, Any]) -> list[str]:
    """Ids of the members that an act may concern: its subject, the owner of that, and the member of its actor."""
    thing = (entry["subject_id"] or "").split(":") if entry["subject_kind"] in _OF_MEMBERS else []
    owners = [
        facts["member_id"]
        for facts in (entry[name] for name in _TELL)
        if isinstance(facts, dict) and "member_id" in facts
    ]
    ids = [*thing, *owners, entry["member_id"]]
    return list(dict.fromkeys(each for each in ids if isinstance(each, str) and each))


def _fields(entry: Mapping[str, Any]) -> list[str]:
    """The names of the fields that an act changed."""
    sides = [entry[side] for side in ("before", "after") if isinstance(entry[side], dict)]
    names = list(dict.fromkeys(name for side in sides for name in side))
    listed = entry["details"].get("fields") if isinstance(entry["details"], dict) else None
    return names or [str(name) for name in listed or ()]


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
