"""Why a round did not choose a pair: what the pair is worth, what its members got instead, the rule in its way.

Invariant: for staff only, since it names others' pairs; looking changes nothing. A name that several members have is
chosen from a list, and none is guessed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from isopolity.client import matching, registry
from isopolity.client.matching.models import StandingView
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.admission import for_staff
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, as_a_whole
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH, known_round, round_page
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of

_SIDES: Final = ("a", "b")
_FOUND: Final = 5
"""Cities, and partners, of a name that are offered."""
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A city or a programme, as a round names it."""

    named: str
    name: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A member of the pair that is asked about."""

    typed: str
    named: str
    """As a round names it; empty while it is not known which member is meant."""
    found: Sequence[Named] = ()
    """The members of the name that was typed, where it is not one alone."""


@for_staff
async def why_not(request: Request, _account: Account) -> Response:
    """The fields for two members; once both are known, what the round tells of their pair."""
    apis, known = apis_of(request), await known_round(request)
    a, b = await asyncio.gather(*(_side(apis, request.query_params, side) for side in _SIDES))
    form, standing = PageForm(None, was_sent=False), None
    if a.named and b.named:
        standing = await _standing(form, apis, known.round_id, a.named, b.named)
    sides = dict(zip(_SIDES, (a, b), strict=True))
    return round_page(
        request,
        "why-not.html",
        known,
        "why",
        sides=sides,
        addresses={side: {each.named: _address(sides, side, each) for each in sides[side].found} for side in _SIDES},
        standing=standing,
        problem=form.sentence,
    )


async def _standing(form: PageForm, apis: ServiceApis, round_id: str, a: str, b: str) -> StandingView | None:
    """What the round tells of the pair; None where the form says why it tells nothing."""
    return await form.answer(apis.send(matching.rounds.why(round_id, member=a, other=b), is_long=True), as_a_whole)


async def _side(apis: ServiceApis, query: Mapping[str, str], side: str) -> Side:
    """The member that was chosen, or the only one of the name that was typed; else those to choose from."""
    typed, named = query.get(f"{side}-name", "").strip()[:_LONGEST], query.get(side, "")[:260]
    if named or not typed:
        return Side(typed=typed, named=named)
    found = await _named(apis, typed)
    return Side(typed=typed, named=found[0].named if len(found) == 1 else "", found=found)


async def _named(apis: ServiceApis, text: str) -> Sequence[Named]:
    """The first cities of this name, and the programmes of the first partners."""
    cities, partners = await asyncio.gather(
        apis.send(registry.cities.list(text=text, order="name", limit=_FOUND)),
        apis.send(registry.partners.list(text=text, order="name", limit=_FOUND)),
    )
    return [
        *(Named(named=each.city_id, name=each.name, country=each.country) for each in cities.items),
        *(
            Named(
                named=f"{each.partner_id}/{one.programme_id}",
                name=f"{each.name}: {one.name}",
                country=each.home_country,
            )
            for each in partners.items
            for one in each.programmes
        ),
    ]


def _address(sides: Mapping[str, Side], chosen: str, member: Named) -> str:
    """The query with this member as the side `chosen`."""
    query = dict[str, str]()
    for side, known in sides.items():
        is_its = side == chosen
        query |= {f"{side}-name": member.name if is_its else known.typed, side: member.named if is_its else known.named}
    return urlencode({name: value for name, value in query.items() if value})


routes = [Route(f"{PATH}/{{round_id}}/why", why_not)]
