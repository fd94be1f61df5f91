"""A member asks to be introduced to another, and reads what it has asked for.

Invariant: a form that is sent twice asks once; what a page says depends on what matching tells the asker, and that on
nothing that the other side does before both have agreed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Final

from starlette.exceptions import HTTPException

from isopolity.client import matching, registry
from isopolity.client.registry.models import Programme, RequestEntry
from isopolity.machine.clock import end_of_day
from isopolity.portal.adapters.members import Member, dealings_of, read_member
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.dealings import first_free
from isopolity.portal.domain.introduction import Wanted, full_of, rooms_of, the_one_meant
from isopolity.portal.domain.programmes.life import OwnProgrammes, state_of
from isopolity.portal.entrypoints.http.admission import elsewhere, for_members
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    page,
    see_other,
    surroundings_of,
    today,
)

_ASKED: Final = "/me/asked"
_AT_A_TIME: Final = 3
"""Introductions that may be open; matching refuses a fourth."""
_MANY: Final = 100


@for_members
async def ask(request: Request, account: Account) -> Response:
    """The form, and the interest that it makes."""
    form = await PageForm.of(request, account)
    values = form.fields or dict(request.query_params)
    wanted = Wanted.of(values)
    if wanted is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if not wanted.may_be_asked_for_by(account):
        return elsewhere(request)
    if not form.was_sent:
        return await _rendered(request, account, wanted, form, form.fields or {"key": token_urlsafe()})
    if account.member_kind == "partner" and not wanted.programme_id:
        form.refuse({})
        return await _rendered(request, account, wanted, form, values, is_unchosen=True)
    order, key = wanted.order(openly="openly" in values), values.get("key") or None
    interest = matching.members.interests(account.member, order)
    if await form.done(apis_of(request).send(interest, key=key), may_be_gone=True):
        return see_other(f"{_ASKED}?new=1")
    if form.is_gone:  # a programme that was closed meanwhile
        form.refuse({})
    return await _rendered(request, account, wanted, form, values)


@for_members
async def asked(request: Request, account: Account) -> Response:
    """Introductions that the member has asked for, the newest first."""
    cursor = request.query_params.get("cursor")
    found = await apis_of(request).send(matching.interests.list(account.member, cursor=cursor))
    return page(
        request,
        "own-asked.html",
        items=found.items,
        following=f"{_ASKED}?cursor={found.next}" if found.next else None,
        is_new="new" in request.query_params,
    )


async def _rendered(
    request: Request,
    account: Account,
    wanted: Wanted,
    form: PageForm,
    filled: Mapping[str, str],
    *,
    is_unchosen: bool = False,
) -> Response:
    apis = apis_of(request)
    other, about, own, requests, dealings = await asyncio.gather(
        read_member(apis, wanted.kind, wanted.member_id),
        _about(apis, wanted),
        read_member(apis, account.member_kind, account.member),
        _requests(apis, account, wanted),
        dealings_of(apis, account.member),
    )
    under_way = dealings.under_way(wanted.member_id)
    programmes, resting = _by_standing(own, request)
    named = OwnProgrammes.of(own if account.member_kind == "partner" else other)
    offered = [each for each in programmes if each.programme_id not in under_way]
    is_under_way = wanted.programme_id in under_way or bool(under_way and not wanted.programme_id and not offered)
    full = full_of(own, offered, wanted, dealings)
    days, now = dealings.days_to_hear, surroundings_of(request).clock()
    waiting = [each for each in dealings.all if each.kind == "asked"]
    return form.page(
        request,
        "own-ask.html",
        wanted=wanted,
        other=other,
        about=about,
        under_way=under_way,
        names={each.programme_id: each.name for each in named.all},
        is_under_way=is_under_way,
        programmes=offered,
        resting=next((each for each in resting if each[0].programme_id == wanted.programme_id), None),
        requests=requests,
        request_id=wanted.request_id or ("" if form.problems else the_one_meant(requests, offered, wanted)),
        filled=filled,
        is_gone=form.is_gone,
        is_unchosen=is_unchosen,
        full=full,
        rooms=rooms_of(own, offered, wanted),
        hear_by=None if days is None else end_of_day(now, dealings.zone, days=days),
        zone=dealings.zone,
        free_after=first_free([taken for each in full.values() for taken in each]),
        again_after=min(each.day for each in waiting) if len(waiting) >= _AT_A_TIME else None,
    )


async def _about(apis: ServiceApis, wanted: Wanted) -> RequestEntry | None:
    """The request of the other city that it is about, if it is."""
    return await apis.send(registry.requests.read(wanted.request_id)) if wanted.is_about_their_request else None


def _by_standing(own: Member, request: Request) -> tuple[list[Programme], list[tuple[Programme, str]]]:
    """The programmes of a partner for which it may ask, which are open; and the others, each with how it stands."""
    known = OwnProgrammes.of(own)
    states = [(each, state_of(each, known.waiting, known.refused, today(request))) for each in known.all]
    return [each for each, state in states if state == "open"], [each for each in states if each[1] != "open"]


async def _requests(apis: ServiceApis, account: Account, wanted: Wanted) -> Sequence[RequestEntry]:
    """The open requests of the city that asks a partner, or that a partner asks for; none between two cities."""
    if account.member_kind == wanted.kind:
        return []
    city_id = account.member if account.member_kind == "city" else wanted.member_id
    found = await apis.send(registry.requests.list(city_id=city_id, status="published", limit=_MANY))
    return found.items


routes = [Route("/me/ask", ask, methods=["GET", "POST"]), Route(_ASKED, asked)]
