"""Members that would fit the visitor's city or programmes now, and why; what if it were another region or subject. Or
why no member fits, or few do: how many each rule keeps out, and the one change that would help most.

Places that are taken, and programmes that are not open, are listed beside it. Looking proposes nothing to anybody and
changes nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.matching.models import FittingView, PartnersView
from isopolity.portal.adapters.members import dealings_of, read_member
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.dealings import first_free
from isopolity.portal.domain.introduction import Wanted, full_of, rooms_of
from isopolity.portal.domain.programmes.life import OwnProgrammes, state_of
from isopolity.portal.domain.reasons import reasons_of
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.admission import for_members
from isopolity.portal.entrypoints.http.forms.page_form import if_there
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, today

PATH: Final = "/me/why"
_WITH_A_CITY: Final = Wanted(kind="city", member_id="")
_WITH_A_SPONSOR: Final = Wanted(kind="partner", member_id="")
_PATH: Final = "/me/suggestions"
_MOST: Final = 10


@for_members
async def why(request: Request, account: Account) -> Response:
    """Show how many members each rule keeps out, and the one change that would help most."""
    apis = apis_of(request)
    found, own, dealings = await asyncio.gather(
        if_there(apis.send(matching.members.why(account.member))),
        read_member(apis, account.member_kind, account.member),
        dealings_of(apis, account.member),
    )
    known = OwnProgrammes.of(own)
    states = [(each, state_of(each, known.waiting, known.refused, today(request))) for each in known.all]
    looked_at = [each for each, state in states if state == "open"]
    return page(
        request,
        "own-why.html",
        first_free=first_free,
        found=found,
        full=full_of(own, looked_at, _WITH_A_CITY, dealings),
        rooms=rooms_of(own, looked_at, _WITH_A_CITY),
        taken_by_sponsors=full_of(own, (), _WITH_A_SPONSOR, dealings).get("", ()),
        names={each.programme_id: each.name for each in known.all},
        left_out=[(each, state) for each, state in states if state != "open"],
    )


def _counts(found: FittingView) -> Mapping[str, Sequence[PartnersView]]:
    """How many fit, and how many do not, by kind of partners; a programme's partners are cities."""
    counts: dict[str, list[PartnersView]] = {"cities": [], "sponsors": []}
    for owner in found.owners:
        for each in owner.partners:
            counts["cities" if each.kind == "twinning" or owner.programme_id else "sponsors"].append(each)
    return counts


@for_members
async def suggestions(request: Request, account: Account) -> Response:
    """Show who would fit, for the member as it is or as chosen in the address."""
    names = ("region", "subject", "mode") if account.member_kind == "city" else ("region", "subject")
    selection = Selection.of(_PATH, request.query_params, names)
    apis, wanted = apis_of(request), {name: [value] for name, value in selection.chosen.items()}
    asked = matching.members.fitting(
        account.member, region=wanted.get("region"), subject=wanted.get("subject"), mode=wanted.get("mode"), limit=_MOST
    )
    found, dealings, states = await asyncio.gather(
        apis.send(asked), dealings_of(apis, account.member), _states(apis, account)
    )
    items = [*found.cities, *found.sponsors]
    own = None if items else await read_member(apis, account.member_kind, account.member)
    return page(
        request,
        "suggestions.html",
        states=states,
        items=items,
        offering=found.answering,
        best={"cities": found.cities, "sponsors": found.sponsors},
        counts=_counts(found),
        unmet=found.owners,
        reasons_of=reasons_of,
        selection=selection,
        own=own,
        why=None if items or selection.chosen else found.model_copy(update={"own": []}),
        dealings=dealings,
    )


async def _states(apis: ServiceApis, account: Account) -> Mapping[str, str]:
    """How far a partner is with the cities on its shortlist; a city has none."""
    if account.member_kind != "partner":
        return {}
    shortlist = await apis.send(registry.partners.shortlist(account.member))
    return {each.city_id: each.status for each in shortlist.items}


routes = [Route(PATH, why), Route(_PATH, suggestions)]
