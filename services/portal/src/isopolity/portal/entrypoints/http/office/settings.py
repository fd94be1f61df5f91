"""The settings of all services, each with what it does, and those that staff chooses.

Invariant: a service that is away leaves its settings out and is named; nothing here is a secret. A choice replaces
the one that its page showed, and no other.
"""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import matching, operations
from isopolity.client.matching.models import NetworkSettingsView
from isopolity.client.operations.models import SettingDocument
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NotForThisVisitor, ServiceAway
from isopolity.portal.application.form_help.lookups import BUTTON
from isopolity.portal.domain.chosen_settings import chosen, fields_of
from isopolity.portal.domain.session import Account
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.whole_number import whole_number
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.office.admission import MANAGE, for_staff_to
from isopolity.portal.entrypoints.http.office.capacity_defaults import FORM, choose_room, room
from isopolity.portal.entrypoints.http.office.staff_names import staff_names
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/office/settings"
_SERVICES: Final = ("registry", "matching", "notify")
_SHOWN_ABOVE: Final = ("answer_days", "weights", "sending_policy")


@for_staff_to(MANAGE)
async def settings(request: Request, account: Account) -> Response:
    """All settings by what they are about, and the form for those that staff chooses."""
    if request.method == "GET":
        return await _shown(request, account, await typed_before(request, account))
    filled = request.state.form
    if filled.get(BUTTON) == FORM:
        return await _room_chosen(request, account, filled)
    held = await apis_of(request).send(matching.network_settings.read())
    found = chosen(filled, held)
    if found.order is None:
        return await _shown(request, account, filled, found.wrong)
    try:
        gives_up = await _gives_up(request, held, found.order.answer_days or held.usual_answer_days)
        if gives_up > (confirmed := whole_number(filled.get("gives_up", "")) or 0):
            return await _shown(request, account, filled, {"answer_days": "late"}, gives_up=gives_up)
        await apis_of(request).send(
            matching.network_settings.change(found.order.model_copy(update={"gives_up": confirmed}))
        )
    except ChangedMeanwhile:
        return await _shown(request, account, None, has_changed=True)
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        told = {
            pointer.removeprefix("/weights").strip("/").replace("/", "-"): text
            for pointer, text in refused.fields.items()
        }
        return await _shown(request, account, filled, told or {"": str(refused)})
    return RedirectResponse(f"{PATH}?chosen=1", HTTPStatus.SEE_OTHER)


async def _room_chosen(request: Request, account: Account, filled: Form) -> Response:
    """What a new member has room for is chosen by a form of its own."""
    try:
        wrong = await choose_room(request, filled)
    except ChangedMeanwhile:
        return await _shown(request, account, None, has_changed=True)
    return (
        await _shown(request, account, filled, wrong)
        if wrong
        else RedirectResponse(f"{PATH}?chosen=1", HTTPStatus.SEE_OTHER)
    )


async def _shown(
    request: Request,
    account: Account,
    filled: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    *,
    has_changed: bool = False,
    gives_up: int = 0,
) -> Response:
    told = asyncio.gather(*(_of(request, service) for service in _SERVICES))
    held, answers, people, now_room = await asyncio.gather(
        _held(request), told, staff_names(request, account), room(request)
    )
    by_subject: dict[str, list[SettingDocument]] = {}
    for answer in answers:
        for each in [] if isinstance(answer, str) else answer:
            if held is None or each.name not in _SHOWN_ABOVE:
                by_subject.setdefault(each.subject, []).append(each)
    now = {} if now_room is None else {name: str(count) for name, count in now_room.now}
    if held is not None:
        now |= {"answer_days": str(held.answer_days), "sending_policy": held.sending_policy}
        now |= fields_of(held.weights)
    return page(
        request,
        "office/settings/list.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong or has_changed else HTTPStatus.OK,
        here="me",
        by_subject=by_subject,
        missing=[answer for answer in answers if isinstance(answer, str)],
        held=held,
        room=now_room,
        people=people,
        usual={} if held is None else fields_of(held.usual_weights),
        filled=now | dict(filled or {}),
        wrong=wrong or {},
        has_changed=has_changed,
        gives_up=gives_up,
        has_chosen="chosen" in request.query_params,
    )


async def _gives_up(request: Request, held: NetworkSettingsView, days: int) -> int:
    """How many introductions could not go out any more with so many days to answer; fewer days give up none."""
    if days <= held.answer_days:
        return 0
    return (await apis_of(request).send(matching.network_settings.effects(answer_days=days))).introductions


async def _held(request: Request) -> NetworkSettingsView | None:
    """What staff can choose, as it holds; None where matching does not tell."""
    try:
        return await apis_of(request).send(matching.network_settings.read())
    except ServiceAway:
        return None


async def _of(request: Request, service: str) -> Sequence[SettingDocument] | str:
    """The settings of a service, or its name where it does not tell them."""
    try:
        return (await apis_of(request).send(operations.settings.list(service))).items
    except NotForThisVisitor:
        raise
    except (ServiceAway, NotAllowed):
        return service


routes = [Route(PATH, settings, methods=["GET", "POST"])]
