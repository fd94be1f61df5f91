"""The settings of all services, each with what it does, and those that staff chooses, such as the room of new members;
addresses of National Commissions, one a country.

Invariant: a service that is away leaves its settings out and is named; nothing here is a secret. A choice replaces the
one that its page showed, and no other. The page of commissions writes to nobody; one is asked from an application.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from isopolity.client import matching, operations, registry
from isopolity.client.matching.models import LearningView, NetworkSettingsView
from isopolity.client.operations.models import SettingDocument
from isopolity.client.registry.models import (
    CapacityDefaultsInput,
    CapacityDefaultsView,
    ChoiceView,
    CommissionDocument,
    CommissionInput,
)
from isopolity.portal.adapters.service_apis import NotAllowed, ServiceAway
from isopolity.portal.application.form_help import BUTTON
from isopolity.portal.domain.chosen_settings import chosen, fields_of
from isopolity.portal.domain.typed_values import count_in, whole_number
from isopolity.portal.entrypoints.http.admission import MANAGE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_known, if_there, unless
from isopolity.portal.entrypoints.http.known_members import staff_names
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other

_COMMISSIONS: Final = "/office/commissions"


FORM: Final = "capacity"
"""The value of `do`, the button of this form."""
_FIELDS: Final = ("city", "programme")
PATH: Final = "/office/settings"
_SERVICES: Final = ("registry", "matching", "notify")
_ABOVE: Final = ("answer_days", "weights", "sending_policy")


@for_staff_to(MANAGE)
async def commissions(request: Request, account: Account) -> Response:
    """All of them, and the form that enters one, in place of the one of its country."""
    form = await PageForm.of(request, account)
    if form.was_sent:
        country = form.fields.get("country", "")
        if not (len(country) == 2 and country.isalpha() and country.isascii()):
            form.refuse({"country": ""})
        elif await form.done(_enter(request, country, form)):
            return see_other(_COMMISSIONS)
    return await _commissions_page(request, form)


async def _enter(request: Request, country: str, form: PageForm) -> None:
    """Enter a commission; one that is there keeps its language. Raises NotAllowed."""
    known = _of_country(await _all_commissions(request), country)
    language = {} if known is None else {"language": known.language}
    wanted = CommissionInput(name=form["name"], email=form["email"], **language)
    await apis_of(request).send(registry.commissions.change(country, wanted))


@for_staff_to(MANAGE)
async def remove(request: Request, _account: Account) -> Response:
    """Its address is deleted; one that is gone already is no problem."""
    await if_there(apis_of(request).send(registry.commissions.delete(request.path_params["country"])))
    return see_other(_COMMISSIONS)


async def _commissions_page(request: Request, form: PageForm) -> Response:
    found = await _all_commissions(request)
    filled = form.fields or {"country": request.query_params.get("country", "")}
    present = _of_country(found, filled.get("country", ""))
    stands = {} if present is None or form.problems else {"name": present.name, "email": present.email}
    return form.page(request, "office/commissions.html", items=found, filled={**stands, **filled})


async def _all_commissions(request: Request) -> Sequence[CommissionDocument]:
    return (await apis_of(request).send(registry.commissions.list())).items


def _of_country(commissions: Sequence[CommissionDocument], country: str) -> CommissionDocument | None:
    """The commission of this country; None where there is none."""
    return next((each for each in commissions if each.country == country), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The capacity in force, and the last choices of it, the newest first."""

    now: CapacityDefaultsView
    choices: Sequence[ChoiceView]

    @property
    def number(self) -> int:
        """Number of the choice in force; 0 before the first."""
        return self.choices[0].number if self.choices else 0


async def room(request: Request) -> Room | None:
    """None where registry does not tell."""
    return await unless(_room(request), ServiceAway)


async def _room(request: Request) -> Room:
    """Raises ServiceAway."""
    now = await apis_of(request).send(registry.capacity_defaults.read())
    return Room(now=now, choices=(await apis_of(request).send(registry.capacity_defaults.choices())).items)


async def choose_room(request: Request, form: PageForm) -> None:
    """Choose what the form says, which is refused where it gives no number.

    Raises ChangedMeanwhile, NotAllowed.
    """
    counts = {name: count_in(form[name]) for name in _FIELDS}
    if wrong := {name: "days" for name, count in counts.items() if not isinstance(count, int)}:
        form.refuse(wrong)
        return
    seen = count_in(form["seen"])
    chosen = CapacityDefaultsInput.unchecked({**counts, "seen": seen if isinstance(seen, int) else 0})
    await apis_of(request).send(registry.capacity_defaults.change(chosen))


@for_staff_to(MANAGE)
async def settings(request: Request, account: Account) -> Response:
    """All settings by what they are about, and the form for those that staff chooses."""
    form, gives_up = await PageForm.of(request, account), 0
    if form.was_sent:
        if form[BUTTON] == FORM:  # what a new member has room for
            await form.done(choose_room(request, form))
        else:
            gives_up = await form.answer(_choose(request, form), _named) or 0
        if not form.is_refused:
            return see_other(f"{PATH}?chosen=1")
    return await _rendered(request, form, gives_up)


async def _choose(request: Request, form: PageForm) -> int:
    """Choose what the form says, which is refused where something is wrong with it.

    Returns how many introductions the choice would give up, where staff has not confirmed that. Raises
    ChangedMeanwhile, NotAllowed.
    """
    apis = apis_of(request)
    held = await apis.send(matching.network_settings.read())
    found = chosen(form.fields, held)
    if found.order is None:
        form.refuse(found.wrong)
        return 0
    gives_up = await _gives_up(request, held, found.order.answer_days or held.usual_answer_days)
    if gives_up > (confirmed := whole_number(form["gives_up"]) or 0):
        form.refuse({"answer_days": "late"})
        return gives_up
    await apis.send(matching.network_settings.change(found.order.model_copy(update={"gives_up": confirmed})))
    return 0


def _named(faults: Mapping[str, str]) -> Mapping[str, str]:
    return {
        pointer.removeprefix("/weights").strip("/").replace("/", "-"): sentence for pointer, sentence in faults.items()
    }


async def _rendered(request: Request, form: PageForm, gives_up: int) -> Response:
    listed = asyncio.gather(*(_of(request, service) for service in _SERVICES))
    held, answers, people, now_room, learning = await asyncio.gather(
        _held(request), listed, staff_names(request), room(request), _learning(request)
    )
    by_subject: dict[str, list[SettingDocument]] = {}
    for answer in answers:
        for each in [] if isinstance(answer, str) else answer:
            if held is None or each.name not in _ABOVE:
                by_subject.setdefault(each.subject, []).append(each)
    now = {} if now_room is None else {name: str(count) for name, count in now_room.now}
    if held is not None:
        now |= {"answer_days": str(held.answer_days), "sending_policy": held.sending_policy}
        now |= fields_of(held.weights)
    return page(
        request,
        "office/settings/list.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if form.is_stale else form.status,
        by_subject=by_subject,
        missing=[answer for answer in answers if isinstance(answer, str)],
        held=held,
        room=now_room,
        learning=learning,
        people=people,
        usual={} if held is None else fields_of(held.usual_weights),
        filled=now if form.is_stale else now | dict(form.fields),
        wrong=form.problems,
        has_changed=form.is_stale,
        gives_up=gives_up,
        has_chosen="chosen" in request.query_params,
    )


async def _gives_up(request: Request, held: NetworkSettingsView, days: int) -> int:
    """Number of introductions that could not go out with this number of days to answer; 0 for fewer days."""
    if days <= held.answer_days:
        return 0
    return (await apis_of(request).send(matching.network_settings.effects(answer_days=days))).introductions


async def _held(request: Request) -> NetworkSettingsView | None:
    """The settings that staff can choose, as they are in force; None if matching does not answer."""
    return await unless(apis_of(request).send(matching.network_settings.read()), ServiceAway)


async def _learning(request: Request) -> LearningView | None:
    """What rounds have learned about pairs; None if matching does not tell."""
    return await if_known(apis_of(request).send(matching.learned_pairs.list()))


async def _of(request: Request, service: str) -> Sequence[SettingDocument] | str:
    """The settings of a service, or its name where it does not tell them."""
    found = await unless(apis_of(request).send(operations.settings.list(service)), ServiceAway, NotAllowed)
    return service if found is None else found.items


routes = [
    Route(_COMMISSIONS, commissions, methods=["GET", "POST"]),
    Route(f"{_COMMISSIONS}/{{country}}/remove", remove, methods=["POST"]),
    Route(PATH, settings, methods=["GET", "POST"]),
]
