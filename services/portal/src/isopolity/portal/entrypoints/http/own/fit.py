"""Whether the visitor's member and another one would fit, and why: what speaks for it, and what against.

Where no programme is named and there are several, each is listed with its fit. A programme of the visitor's own that is
not open is compared by its criteria. Looking proposes nothing to anybody.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

from isopolity.client import matching
from isopolity.client.matching.models import FoundCityView, PairView
from isopolity.client.registry.models import Programme
from isopolity.portal.adapters.members import dealings_of, read_member
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis
from isopolity.portal.domain.dealings import first_free
from isopolity.portal.domain.introduction import Wanted, full_of, rooms_of
from isopolity.portal.domain.programmes.criteria import criteria_of
from isopolity.portal.domain.programmes.life import OwnProgrammes, state_of
from isopolity.portal.entrypoints.http.admission import for_members
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, today

_NOT_NOW: Final = "not-at-present"
_SCORED: Final = 8
"""Programmes whose fit is asked for at once; further ones are listed without it."""


@for_members
async def fit(request: Request, account: Account) -> Response:
    """Show what speaks for the other member, and what against."""
    wanted = Wanted.of(request.query_params)
    if wanted is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    apis = apis_of(request)
    other, own_member, dealings = await asyncio.gather(
        read_member(apis, wanted.kind, wanted.member_id),
        read_member(apis, account.member_kind, account.member),
        dealings_of(apis, account.member),
    )
    known = OwnProgrammes.of(own_member if account.member_kind == "partner" else other)
    states = {each.programme_id: state_of(each, known.waiting, known.refused, today(request)) for each in known.all}
    if not wanted.programme_id and len(known.all) == 1:
        wanted = replace(wanted, programme_id=known.all[0].programme_id)
    named = [each for each in known.all if wanted.programme_id == each.programme_id]
    pair_meant = (wanted.member_id, wanted.programme_id)
    holds_place = any(each.takes_place for each in dealings.all if each.pair == pair_meant)
    full = {} if holds_place else full_of(own_member, named, wanted, dealings)
    fit_page = partial(
        page,
        request,
        "own-fit.html",
        here="me",
        account=account,
        wanted=wanted,
        other=other,
        programmes={each.programme_id: each.name for each in known.all},
        dealing=dealings.with_member(wanted.member_id, wanted.programme_id),
        full=full,
        rooms=rooms_of(own_member, named, wanted),
        free_after=first_free([taken for each in full.values() for taken in each]),
        may_ask=not named or states[wanted.programme_id] == "open",
        choices=(),
        pair=None,
        refused="",
    )
    if len(known.all) > 1 and not wanted.programme_id:
        choices = await _choices(apis, account, wanted, [(each, states[each.programme_id]) for each in known.all])
        return fit_page(choices=choices)
    if named and account.member_kind == "partner" and states[wanted.programme_id] != "open":
        supposed = await _by_criteria(apis, account, wanted, named[0])
        state = states[wanted.programme_id]
        return fit_page(supposed=supposed, programme=named[0], state=state)
    form = PageForm(None, was_sent=False)
    pair = await form.answer(_pair(apis, account, wanted, change=True))
    if pair is None:
        return fit_page(refused=form.sentence)
    both = (pair.a, pair.b) if pair.a.member_id == account.member_id else (pair.b, pair.a)
    sides = [side for side in both if side.member_kind == "city"]  # a partner gets nothing
    return fit_page(pair=_without_repetition(pair, both[0].to_mind), sides=sides, to_mind=both[0].to_mind)


async def _pair(apis: ServiceApis, account: Account, wanted: Wanted, *, change: bool | None = None) -> PairView:
    """The pair as matching tells it to the member. Raises what the API does."""
    programme_id = wanted.programme_id or None
    asked = matching.pairs.read(account.member, wanted.member_id, programme_id=programme_id, change=change)
    return await apis.send(asked)


def _without_repetition(pair: PairView, to_mind: Sequence[str]) -> PairView:
    """The pair with each sentence in one place; that the two are not proposed now is why one looks, and no reason."""
    gets = [*pair.a.gets, *pair.b.gets, *to_mind]
    parts = [each for each in pair.parts if each.text not in gets]
    listed = [*gets, *(each.text for each in parts), *(each.text for each in pair.blockers), pair.connection or ""]
    left = pair.paragraph
    for text in filter(None, listed):
        left = left.replace(text, "")
    against = [each for each in pair.blockers if each.code != _NOT_NOW]
    return pair.model_copy(update={"parts": parts, "blockers": against, "paragraph": " ".join(left.split())})


async def _choices(
    apis: ServiceApis, account: Account, wanted: Wanted, programmes: Sequence[tuple[Programme, str]]
) -> Sequence[tuple[Programme, str, PairView | None]]:
    """Each programme with its state and its pair with the city, the best first; None for a pair without a fit."""

    async def pair_with(programme: Programme, place: int, state: str) -> PairView | None:
        if state != "open" or place >= _SCORED:
            return None
        pair = _pair(apis, account, replace(wanted, programme_id=programme.programme_id))
        return await unless(pair, NotAllowed, NothingThere)

    pairs = await asyncio.gather(*(pair_with(each, place, state) for place, (each, state) in enumerate(programmes)))
    found = [(each, state, pair) for (each, state), pair in zip(programmes, pairs, strict=True)]
    return sorted(found, key=lambda one: -1.0 if one[2] is None else one[2].score, reverse=True)


async def _by_criteria(
    apis: ServiceApis, account: Account, wanted: Wanted, programme: Programme
) -> FoundCityView | None:
    """The city as the criteria of a programme that is not open reach it; None where the network has no such city."""
    found = await apis.send(
        matching.partners.cities(
            account.member, **criteria_of(programme), city_id=wanted.member_id, with_blocked=True, limit=1
        )
    )
    return next(iter(found.items), None)


routes = [Route("/me/fit", fit)]
