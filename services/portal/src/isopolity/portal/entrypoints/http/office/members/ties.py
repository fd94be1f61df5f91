"""Staff records that a city is twinned with another one, or that it is not.

Invariant: what staff records is a fact at once; a twinning that one city claims waits for the other, or for staff.
"""

from collections.abc import Sequence
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import TwinningInput
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.typed_values import count_in
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.known_members import KnownMember, members_listed
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.office.members.member_page import back_to_member
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of

_FOUND: Final = 10


@for_staff_to(ENDORSE)
async def tie(request: Request, account: Account) -> Response:
    """Search for the other city; POST records the twinning with it."""
    city_id = request.path_params["city_id"]
    apis, form = apis_of(request), await PageForm.of(request, account)
    if form.was_sent:
        stated = {"city_a": city_id, "city_b": form["other"], "since": count_in(form["since"])}
        wanted = TwinningInput.unchecked({name: value for name, value in stated.items() if value is not None})
        if await form.done(apis.send(registry.twinnings.create(wanted))):
            return back_to_member(request, "tied")
    selection = Selection.of(f"{PATH}/cities/{city_id}/ties", request.query_params, ("text",))
    city = await apis.send(registry.cities.read(city_id))
    found: Sequence[KnownMember] = ()
    if text := selection.chosen.get("text"):
        listed, _more = await members_listed(apis, text=text, limit=_FOUND)
        found = [each for each in listed if each.member_kind == "city" and each.member_id != city_id]
    return form.page(
        request, "office/members/ties.html", member=city, member_id=city_id, selection=selection, found=found
    )


@for_staff_to(ENDORSE)
async def untie(request: Request, _account: Account) -> Response:
    """Take the twinning back; one that has gone meanwhile is no problem."""
    city_id, form = request.path_params["city_id"], await PageForm.of(request)
    if not form["other"]:
        raise NothingThere(city_id)
    twinning_id = ":".join(sorted((city_id, form["other"])))
    await if_there(apis_of(request).send(registry.twinnings.retract(twinning_id)))
    return back_to_member(request, "untied")


routes = [
    Route(f"{PATH}/cities/{{city_id}}/ties", tie, methods=["GET", "POST"]),
    Route(f"{PATH}/cities/{{city_id}}/untie", untie, methods=["POST"]),
]
