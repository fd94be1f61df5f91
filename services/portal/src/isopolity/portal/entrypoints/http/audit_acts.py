"""Acts of the audits of all services, put together in the order of time, for pages that list them.

Invariant: a changed field is given by its name, without its values; a service that does not answer is named.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from isopolity.client.call import Call
from isopolity.client.operations.models import AuditEntry, AuditPage
from isopolity.messaging.scanning.conditions import moment_of
from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor, ServiceAway
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.typed_values import day_in
from isopolity.portal.entrypoints.http.forms.page_form import unless
from isopolity.portal.entrypoints.http.pages import Request, apis_of

_SERVICES: Final = ("registry", "matching", "notify")
_ON_A_PAGE: Final = 30
_OF_MEMBERS: Final = ("city", "partner", "member", "change", "twinning")
"""Things of which the id is that of a member, or of two."""
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many acts of a service are asked for, the newest, and of what time."""

    since: datetime | None
    until: datetime | None
    limit: int = _ON_A_PAGE + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act, as one service keeps it."""

    service: str
    entry: AuditEntry

    @property
    def members(self) -> Sequence[str]:
        """Ids of the members that it may concern: its subject, the owner of that, and the member of its actor."""
        entry = self.entry
        thing = (entry.subject_id or "").split(":") if entry.subject_kind in _OF_MEMBERS else []
        owners = [
            facts["member_id"]
            for facts in (entry.details, entry.before, entry.after)
            if isinstance(facts, dict) and "member_id" in facts
        ]
        ids = [*thing, *owners, entry.member_id]
        return list(dict.fromkeys(each for each in ids if isinstance(each, str) and each))

    @property
    def fields(self) -> Sequence[str]:
        """The names of the fields that it changed."""
        sides = [side for side in (self.entry.before, self.entry.after) if isinstance(side, dict)]
        names = list(dict.fromkeys(name for side in sides for name in side))
        listed = self.entry.details.get("fields") if isinstance(self.entry.details, dict) else None
        return names or [str(name) for name in listed or ()]

    @property
    def order(self) -> tuple[datetime, int]:
        """Acts of one moment stay together, so that no act is lost between two pages."""
        return self.entry.at, self.entry.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedActs:
    """One page of acts."""

    items: Sequence[Act]
    missing: Sequence[str]
    """Services that did not give their acts."""
    following: str | None
    """The address of the page after this one."""
    is_wrong_day: bool


async def listed_acts(
    request: Request, selection: Selection, asked: Callable[[str, Bounds], Call[AuditPage]]
) -> ListedActs:
    """The newest acts that are `asked` of each service, of the day in `selection`.

    `cursor` in the address is the moment before which the acts of this page happened.
    """
    day, before = day_in(selection.chosen.get("day", "")), moment_of(request.query_params.get("cursor", ""))
    bounds = [_start(day + _A_DAY)] if day else []
    bounds += [before] if before else []
    at = Bounds(since=_start(day) if day else None, until=min(bounds, default=None))
    answers = await asyncio.gather(*(_acts(request, asked(service, at)) for service in _SERVICES))
    known = [each for answer in answers if not isinstance(answer, str) for each in answer]
    found = sorted(known, key=lambda act: act.order, reverse=True)
    last = found[_ON_A_PAGE - 1].entry.at if len(found) > _ON_A_PAGE else None
    return ListedActs(
        items=[each for each in found if last is None or each.entry.at >= last],
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


async def _acts(request: Request, call: Call[AuditPage]) -> list[Act] | str:
    """The acts of a service, or its name where it does not give them."""
    found = await unless(apis_of(request).send(call), ServiceAway, NotAllowed, NotForThisVisitor)
    if found is None:
        return call.service
    return [Act(service=call.service, entry=each) for each in found.items]


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
