"""Members by name, or those that the office looks after; a mail to those that are ticked, or their endorsement.

Invariant: a member gets at most one such mail in a week, however often it is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Final, Self, TypedDict, Unpack

from isopolity.client import matching, notify, registry
from isopolity.client.notify.models import Nudge, Nudged
from isopolity.client.registry.models import Endorsed, Endorsements
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.admission import ENDORSE, PUBLISH, for_staff, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.known_members import FOLDERS, KnownMember, address_of, members_of
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, surroundings_of

PATH: Final = "/office/members"
_TICK: Final = "tick-"
_MOST: Final = 50
_MOST_UNREACHED: Final = 100
_STALE: Final = timedelta(days=365)
"""A member that has changed nothing for longer is stale."""
_CHOICES: Final = ("list", "member_kind", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A member of a list, with what the list is about."""

    member_kind: str
    member_id: str
    name: str
    note: int | date | None
    """By how much or since when it is on the list, or when it last changed."""
    of: int | None = None
    known: KnownMember | None = None
    """Registry's record of the member; None if it has none."""

    @classmethod
    def by_name(cls, known: KnownMember) -> Self:
        """A member with the day since when nothing has changed."""
        return cls(
            member_kind=known.member_kind,
            member_id=known.member_id,
            name=known.name,
            note=known.changed_on,
            known=known,
        )

    @property
    def address(self) -> str:
        """The address of the page with all that the office knows of it."""
        return address_of(self.member_kind, self.member_id)


class _Filters(TypedDict, total=False):
    """Filters that cities and partners have in common."""

    status: str
    text: str
    without_contact: bool
    without_confirmed_contact: bool
    unchanged_since: datetime


@for_staff
async def members(request: Request, account: Account) -> Response:
    """A list, or all members by name; and the mail to those that are ticked, or their endorsement."""
    done: Endorsed | Nudged | None = None
    form, is_empty = await PageForm.of(request), False
    if form.was_sent:
        act, right = (_endorse, ENDORSE) if form["do"] == "endorse" else (_remind, PUBLISH)
        require_right(request, account, right)
        ticked = {name.removeprefix(_TICK): kind for name, kind in form.fields.items() if name.startswith(_TICK)}
        is_empty = not ticked
        if ticked:
            done = await form.answer(act(apis_of(request), ticked), may_be_gone=True)
    selection = Selection.of(PATH, request.query_params, _CHOICES)
    items, following = await _found(request, selection)
    return page(
        request,
        "office/members/list.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if form.is_gone else form.status,
        selection=selection,
        items=items,
        done=done,
        is_empty=is_empty,
        problem=form.sentence if form.is_refused else None,
        following=selection.address(following) if following else None,
    )


async def _endorse(apis: ServiceApis, ticked: Mapping[str, str]) -> Endorsed:
    """Endorse members, by the kinds of their ids; how many. Raises NotAllowed, NothingThere."""
    cities, partners = ([each for each, of in ticked.items() if of == kind] for kind in FOLDERS)
    return await apis.send(registry.endorsements.create(Endorsements(cities=cities, partners=partners)))


async def _remind(apis: ServiceApis, ticked: Mapping[str, str]) -> Nudged:
    """Mail to these members; how many got it. Raises NotAllowed."""
    return await apis.send(notify.nudges.create(Nudge(member_ids=list(ticked))))


async def _found(request: Request, selection: Selection) -> tuple[Sequence[Row], str | None]:
    """The rows of the list that is chosen, and where it goes on."""
    apis, wanted = apis_of(request), selection.chosen.get("list", "")
    only = selection.chosen.get("member_kind", "")
    kinds = [only] if only in FOLDERS else list(FOLDERS)
    if wanted in ("silent", "at-capacity"):
        found = await apis.send(matching.members.list(attention=wanted, limit=_MOST, cursor=selection.cursor))
        noticed = [
            Row(member_kind=e.member_kind, member_id=e.member_id, name=e.name, note=e.number, of=e.of)
            for e in found.items
            if e.member_kind in kinds
        ]
        return await _with_known(apis, noticed), found.next
    if wanted == "unreached":
        lost = {e.member_id: e for e in (await apis.send(notify.unreached.list(limit=_MOST_UNREACHED))).items}
        rows = [
            Row(member_kind=e.member_kind, member_id=e.member_id, name=e.member_id, note=e.since)
            for e in lost.values()
            if e.member_kind in kinds
        ]
        return await _with_known(apis, rows), None
    filters: _Filters = {}
    if text := selection.chosen.get("text"):
        filters["text"] = text
    if wanted == "without-contact":
        filters["without_contact"] = True
    elif wanted == "unconfirmed":
        filters["without_confirmed_contact"] = True
    elif wanted == "stale":
        filters["unchanged_since"] = surroundings_of(request).clock() - _STALE
    else:
        filters["status"] = "applied" if wanted == "not-endorsed" else "any"
    return await _by_name(apis, kinds, selection.cursor, **filters)


async def _by_name(
    apis: ServiceApis, kinds: Sequence[str], place: str | None, **filters: Unpack[_Filters]
) -> tuple[Sequence[Row], str | None]:
    """A page of registry's lists, cities before partners; and the list in which it goes on, with its cursor."""
    at, _, cursor = (place or "").partition("~")
    rows: list[Row] = []
    for kind in kinds[kinds.index(at) :] if at in kinds else kinds:
        found, following = await _of_kind(apis, kind, cursor if kind == at else "", **filters)
        rows += [Row.by_name(each) for each in found]
        if following:
            return rows, f"{kind}~{following}"
    return rows, None


async def _of_kind(
    apis: ServiceApis, kind: str, cursor: str, **filters: Unpack[_Filters]
) -> tuple[Sequence[KnownMember], str | None]:
    """A page of registry's list of cities or of partners, and the cursor of the next one."""
    if kind == "city":
        cities = await apis.send(registry.cities.list(order="name", limit=_MOST, cursor=cursor or None, **filters))
        return [KnownMember.of(each) for each in cities.items], cities.next
    partners = await apis.send(registry.partners.list(order="name", limit=_MOST, cursor=cursor or None, **filters))
    return [KnownMember.of(each) for each in partners.items], partners.next


async def _with_known(apis: ServiceApis, rows: Sequence[Row]) -> Sequence[Row]:
    """Members that a service noticed, with what registry knows of them."""
    known = await members_of(apis, {each.member_id: each.member_kind for each in rows})
    return [
        replace(each, name=known[each.member_id].name, known=known[each.member_id]) if each.member_id in known else each
        for each in rows
    ]


routes = [Route(PATH, members, methods=["GET", "POST"])]
