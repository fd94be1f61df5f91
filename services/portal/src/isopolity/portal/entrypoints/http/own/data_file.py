"""All data that the network keeps of a member and of the person signed in for it, as one file.

Invariant: each part is what a service tells this visitor, so nothing of another side's answer; the file is
whole, or there is none.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol, TypeVar

from isopolity.client import matching, notify, registry
from isopolity.client.call import Call
from isopolity.client.model import Model
from isopolity.portal.adapters.members import read_member
from isopolity.portal.adapters.service_apis import NotForThisVisitor, NothingThere, ServiceApis
from isopolity.portal.entrypoints.http.admission import for_members
from isopolity.portal.entrypoints.http.files import attachment
from isopolity.portal.entrypoints.http.forms.page_form import if_there, unless
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, surroundings_of

_PAGES: Final = 500
"""The most pages of a list; no member has a hundred thousand entries."""
Entry = Mapping[str, object]
"""An entry as it stands in the file."""


class _List(Protocol):
    """A list that a service answers."""

    @property
    def items(self) -> Sequence[Model]: ...


class _Page(_List, Protocol):
    """One of several parts of a list."""

    @property
    def next(self) -> str | None: ...


_SomePage = TypeVar("_SomePage", bound=_Page)


@for_members
async def data_file(request: Request, account: Account) -> Response:
    """The file with all data of the member and of the visitor."""
    surroundings = surroundings_of(request)
    now, office = surroundings.clock(), surroundings.office
    about = {
        "made_at": now.isoformat(timespec="seconds"),
        "not_in_this_file": "The mails that were sent to you, the record of who changed what and when, "
        "and notes of the office that name you; "
        f"write to {office.email} to have them.",
    }
    document = about | await _parts(apis_of(request), account)
    name = f"isopolity-{account.member_id}-{now.date().isoformat()}.json"
    return attachment(json.dumps(document, ensure_ascii=False, indent=2), name, "application/json")


async def _parts(apis: ServiceApis, account: Account) -> dict[str, object]:
    """The parts of the file, each from a service, by name."""
    member_id = account.member
    of_member: dict[str, Awaitable[object]] = {
        "member": _entry(read_member(apis, account.member_kind, member_id)),
        "last_change_of_identity": if_there(_entry(apis.send(registry.changes.read(member_id)))),
        "contacts": _listed(apis.send(registry.contacts.list(member_id=member_id))),
        "changes_of_contacts": _all_if_any(_listed(apis.send(registry.contact_changes.list(member_id=member_id)))),
        "your_sessions": _listed(apis.send(registry.sessions.list())),
        "your_passkeys": _listed(apis.send(registry.passkeys.list())),
        "proposals": _all(apis, lambda cursor: matching.members.proposals(member_id, cursor=cursor)),
        "counts_of_your_answers": _all_if_any(_listed(apis.send(matching.members.answers(member_id)))),
        "answers_by_telephone": _listed(apis.send(notify.telephone_answers.list())),
        "interests": _all(apis, lambda cursor: matching.interests.list(member_id, cursor=cursor)),
        "partnerships": _all(apis, lambda cursor: matching.members.partnerships(member_id, cursor=cursor)),
    }
    wanted = of_member | (_of_city(apis, member_id) if account.member_kind == "city" else _of_partner(apis, member_id))
    return dict(zip(wanted, await asyncio.gather(*wanted.values()), strict=True))


def _of_city(apis: ServiceApis, city_id: str) -> dict[str, Awaitable[object]]:
    requests, changes, twinnings = registry.requests, registry.changes, registry.twinnings
    return {
        "requests": _all(apis, lambda cursor: requests.list(city_id=city_id, status="any", cursor=cursor)),
        "requests_at_the_office": _all_if_any(
            _all(apis, lambda cursor: changes.list(city_id=city_id, status="any", cursor=cursor))
        ),
        "countries_you_avoid": if_there(_entry(apis.send(registry.cities.avoided_countries(city_id)))),
        "invitations_to_make_a_request": _all_if_any(_listed(apis.send(registry.invitations.list(city_id=city_id)))),
        "twinnings": _all(apis, lambda cursor: twinnings.list(city_id=city_id, status="any", cursor=cursor)),
    }


def _of_partner(apis: ServiceApis, partner_id: str) -> dict[str, Awaitable[object]]:
    return {
        "shortlist": _listed(apis.send(registry.partners.shortlist(partner_id, notes=True))),
        "selections": _listed(apis.send(registry.selections.list(partner_id))),
    }


async def _entry(found: Awaitable[Model]) -> Entry:
    """The entry as its service answers it, and nothing else."""
    return (await found).model_dump(mode="json", exclude_unset=True)


async def _all_if_any(found: Awaitable[list[Entry]]) -> list[Entry]:
    """All entries of a list that a service does not have for this member, or not for members."""
    return await unless(found, NothingThere, NotForThisVisitor) or []


async def _listed(found: Awaitable[_List]) -> list[Entry]:
    """All entries of a list that has no pages."""
    return [each.model_dump(mode="json", exclude_unset=True) for each in (await found).items]


async def _all(apis: ServiceApis, page: Callable[[str | None], Call[_SomePage]]) -> list[Entry]:
    """All entries of a list, page by page."""
    entries: list[Entry] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        found = await apis.send(page(cursor))
        entries += [each.model_dump(mode="json", exclude_unset=True) for each in found.items]
        if not found.next:
            return entries
        cursor = found.next
    raise NothingThere("a list without end")


routes = [Route("/me/data", data_file)]
