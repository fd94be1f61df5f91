"""A programme at the office: how many requests fit it, the cities that could make one, and who of them was invited.

Invariant: an invitation cannot be undone, so that the cities that are ticked stand on a page of their own before their
mails go out. What keeps a city from being invited is registry's to decide.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException

from isopolity.client import matching, registry
from isopolity.client.matching.models import CitiesToAskView, CityToAskView
from isopolity.client.registry.models import InvitationOrder, InvitationView, PartnerEntry, Programme
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.entrypoints.http.admission import PUBLISH, for_staff, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.known_members import KnownMember, members_of
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

_TICK: Final = "tick-"
_MOST: Final = 100
"""The most cities that are listed."""
_MOST_READ: Final = 1000
"""The most cities that are read from matching, with those that were invited already."""
_LOOK: Final = "look"
"""The button that shows the ticked cities once more; the one on that page sends."""
_INVITED: Final = "invited"


@for_staff
async def invitations(request: Request, account: Account) -> Response:
    """Show the cities that could make a request; with ticks, ask once more; then invite them."""
    form = await PageForm.of(request)
    ticked = [name.removeprefix(_TICK) for name in form.fields if name.startswith(_TICK)]
    if form.was_sent:
        require_right(request, account, PUBLISH)
    if not form.was_sent or not ticked or form["do"] == _LOOK:
        return await _rendered(request, form, ticked)
    partner_id, programme_id = _named(request)
    order = InvitationOrder(partner_id=partner_id, programme_id=programme_id, city_ids=ticked)
    done = await form.answer(apis_of(request).send(registry.invitations.create(order)))
    if done is None:
        return await _rendered(request, form, ())
    counts = Counter(each.outcome for each in done.items)
    return see_other(f"{request.url.path}?{urlencode(sorted(counts.items()))}")


async def _rendered(request: Request, form: PageForm, ticked: Sequence[str]) -> Response:
    apis, (partner_id, programme_id) = apis_of(request), _named(request)
    partner, sent = await asyncio.gather(
        apis.send(registry.partners.read(partner_id)),
        apis.send(registry.invitations.list(partner_id=partner_id, programme_id=programme_id)),
    )
    programme = _programme(partner, programme_id)
    asking = matching.programmes.cities_to_ask(partner_id, programme_id, limit=min(_MOST + len(sent.items), _MOST_READ))
    found, known = await asyncio.gather(
        unless(apis.send(asking), NothingThere),
        members_of(apis, dict.fromkeys([each.city_id for each in sent.items[:_MOST]], "city")),
    )
    uninvited = _uninvited(found, sent.items)
    wanted = [each for each in uninvited if each.city_id in ticked]
    is_asked = form.was_sent and bool(wanted) and not form.is_refused
    return form.page(
        request,
        "office/programmes/requests.html",
        partner=partner,
        programme=programme,
        requests=found and found.requests,
        is_open=found is not None,
        cities=wanted if is_asked else uninvited[:_MOST],
        has_more=found is not None and (len(uninvited) > _MOST or found.total > len(found.items)),
        sent=_with_names(sent.items, known),
        is_asked=is_asked,
        is_empty=form.was_sent and not is_asked and not form.is_refused,
        done={name: count for name, count in request.query_params.items() if count.isdecimal()},
    )


def _uninvited(found: CitiesToAskView | None, sent: Sequence[InvitationView]) -> Sequence[CityToAskView]:
    """The cities that could make a request and were not invited to; the nearest first."""
    known = {each.city_id for each in sent}
    return [] if found is None else [each for each in found.items if each.city_id not in known]


def _with_names(
    sent: Sequence[InvitationView], known: Mapping[str, KnownMember]
) -> Sequence[tuple[InvitationView, KnownMember | None]]:
    return [(each, known.get(each.city_id)) for each in sent]


def _programme(partner: PartnerEntry, programme_id: str) -> Programme:
    """The programme. Raises HTTPException (404) if the partner has none with this id."""
    found = next((each for each in partner.programmes if each.programme_id == programme_id), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


def _named(request: Request) -> tuple[str, str]:
    """The ids of the partner and of the programme."""
    return request.path_params["partner_id"], request.path_params["programme_id"]


_ADDRESS: Final = f"{PATH}/partners/{{partner_id}}/programmes/{{programme_id}}"
routes = [Route(_ADDRESS, invitations, methods=["GET", "POST"])]
