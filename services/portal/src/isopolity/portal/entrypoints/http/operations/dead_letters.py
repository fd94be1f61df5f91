"""Dead letters of all services: by cause, reason, age and topic, the oldest first; one of them; and their way out.

Invariant: nothing is settled but what is ticked, and nothing sent again but that, or the list that is chosen; what a
record says is masked by its service, and shown on the one page for which a reason was given.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from isopolity.client.operations import dead_letters as letters_of
from isopolity.client.operations import masked_letters, states
from isopolity.client.operations.models import Republication, Settlement, Unmasking
from isopolity.contracts.event_types import SERVICES
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceAway
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.known_members import public_names_of
from isopolity.portal.entrypoints.http.operations.letters import CAUSE, Fates, Letter, by_cause, members_in, sent_again
from isopolity.portal.entrypoints.http.operations.reports import reports_of
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    page,
    see_other,
    surroundings_of,
)

_PATH: Final = f"{FLOW}/dead-letters"
_TICK: Final = "tick-"
_CHOICES: Final[Mapping[str, Callable[[Letter], str]]] = {
    "service": lambda letter: letter.service,
    "reason": lambda letter: letter.record.reason,
    "topic": lambda letter: letter.record.topic,
}
_AGES: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
"""Least ages that may be chosen."""
_UNREADABLE: Final = "missing-attribute"
"""The reason of a record that lacks what each event has, whatever the release."""
_ALL: Final = "redrive-all"
_SETTLE_ALL: Final = "settle-all"
_SHORTEST: Final = 3
_LONGEST: Final = 500
"""Characters of a reason."""


@for_operators
async def dead_letters(request: Request, account: Account) -> Response:
    """The letters that fit what is chosen; and what is done with those that are ticked."""
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _list_page(request, form)
    ticked, does_redrive = _ticked(form.fields), form["do"] in ("redrive", _ALL)
    if form["do"] in (_ALL, _SETTLE_ALL):
        ticked = [each.name for each in _fitting(request, _known(await _answers(request)))]
    if not ticked:
        form.refuse({"": "nothing"})
        return await _list_page(request, form)
    by_service = {
        service: [each[len(service) + 1 :] for each in ticked if each.startswith(f"{service} ")] for service in SERVICES
    }
    orders = [(service, ids) for service, ids in by_service.items() if ids]
    if form["do"] in ("settle", _SETTLE_ALL):
        if len(form["reason"]) < _SHORTEST:
            form.refuse({"": "reason"})
        elif await form.done(_settle(request, orders, form["reason"]), may_be_gone=True):
            number = sum(len(ids) for _, ids in orders)
            return see_other(f"{_PATH}?done=settled&number={number}")
        return await _list_page(request, form)
    again = sent_again(apis_of(request), orders, dry_run=not does_redrive)
    fates = await form.answer(again, may_be_gone=True)
    if not does_redrive:
        return await _list_page(request, form, tried=fates)
    if fates is not None and fates.are_all_read:
        return see_other(f"{_PATH}?done=redriven")
    return await _list_page(request, form, sent=fates)


def _ticked(form: Mapping[str, str]) -> list[str]:
    """The letters that are ticked, each as its service and its id."""
    return [name.removeprefix(_TICK) for name in form if name.startswith(_TICK)]


def _rest(form: Mapping[str, str], sent: Fates | None) -> Mapping[str, str]:
    """The fields of a form that goes on with what was left because the time was over; none where it was not that."""
    if sent is None or not sent.goes_on:
        return {}
    if form["do"] == _ALL:
        return {"do": _ALL}
    return {"do": "redrive"} | {f"{_TICK}{each.name}": "1" for each in sent.left}


async def _settle(request: Request, orders: Sequence[tuple[str, list[str]]], reason: str) -> None:
    for service, ids in orders:
        await apis_of(request).send(letters_of.settle(service, Settlement(ids=ids, reason=reason)))


async def _list_page(
    request: Request, form: PageForm, *, tried: Fates | None = None, sent: Fates | None = None
) -> Response:
    if form.is_gone:
        form.refuse({"": "gone"})
    answers = await _answers(request)
    known = _known(answers)
    letters = _fitting(request, known)
    selection = _selection(request)
    causes = by_cause(letters, alone=CAUSE in selection.chosen)
    away = [answer for answer in answers if isinstance(answer, str)]
    return form.page(
        request,
        "operations/dead-letters.html",
        selection=selection,
        letters=letters,
        causes=causes,
        listed=sum(len(each.letters) for each in causes),
        total=len(letters),
        names=await public_names_of(request, members_in(causes)),
        choices={name: sorted({of(letter) for letter in known}) for name, of in _CHOICES.items()},
        away=away,
        sampled=await _sampled(request) if away else {},
        tried=tried,
        refusals={} if (fates := tried or sent) is None else fates.refusals,
        sent=sent,
        ticked=_ticked(form.fields),
        goes_on=_rest(form.fields, sent),
        reason=form.fields.get("reason", ""),
        done=request.query_params.get("done", ""),
        settled=int(number) if (number := request.query_params.get("number", "")[:6]).isdecimal() else None,
        unreadable=sum(letter.record.reason == _UNREADABLE for letter in letters),
    )


async def _sampled(request: Request) -> Mapping[str, int]:
    """Number of letters, by service, in the last sample of its streams; services that do not report are left out."""
    found = await reports_of(request)
    return {name: sum(each.dead_letters.values()) for name, each in found.items() if each is not None}


def _selection(request: Request) -> Selection:
    return Selection.of(_PATH, request.query_params, (*_CHOICES, "age", CAUSE))


async def _answers(request: Request) -> Sequence[list[Letter] | str]:
    return await asyncio.gather(*(_of(request, service) for service in SERVICES))


def _known(answers: Sequence[list[Letter] | str]) -> Sequence[Letter]:
    return [letter for answer in answers if not isinstance(answer, str) for letter in answer]


def _fitting(request: Request, known: Sequence[Letter]) -> Sequence[Letter]:
    """The letters that fit the choices in the address, the oldest first."""
    chosen = _selection(request).chosen
    least = _AGES.get(chosen.get("age", ""), timedelta())
    until = surroundings_of(request).clock() - least
    fitting = [
        letter
        for letter in known
        if all(of(letter) == chosen.get(name, of(letter)) for name, of in _CHOICES.items())
        and letter.record.cause == chosen.get(CAUSE, letter.record.cause)
        and (not least or letter.record.at <= until)
    ]
    return sorted(fitting, key=lambda letter: letter.record.at)


async def _of(request: Request, service: str) -> list[Letter] | str:
    """The letters of a service; its name where it does not tell."""
    found = await unless(apis_of(request).send(letters_of.list(service)), ServiceAway, NotAllowed)
    if found is None:
        return service
    return [Letter(service=service, record=each) for each in found]


@for_operators
async def dead_letter(request: Request, account: Account) -> Response:
    """One letter: where it came from, why it was given up, and what it is about; masked, but for who says why not."""
    names = request.path_params
    service, place = names["service"], f"{names['topic']}/{names['partition']}/{names['offset']}"
    if service not in SERVICES:
        raise NothingThere(service)
    apis, whole = apis_of(request), None
    letter = await apis.send(masked_letters.read(service, place))
    form = await PageForm.of(request, account)
    reason = form["reason"]
    does_republish = form.was_sent and form["do"] == "republish"
    fate = await _republished(request, form) if does_republish else ""
    asks_to_see = form.was_sent and not does_republish
    if asks_to_see and len(reason) >= _SHORTEST:
        whole = await apis.send(letters_of.unmask(service, Unmasking(id=place, reason=reason[:_LONGEST])))
    is_faulty = asks_to_see and whole is None
    return page(
        request,
        "operations/dead-letter.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if is_faulty or fate not in ("", "done") else HTTPStatus.OK,
        service=service,
        letter=letter,
        is_bare=not (letter.is_reference or letter.headers or letter.hidden_headers),
        is_unreadable=letter.reason == _UNREADABLE,
        names=await public_names_of(request, letter.members),
        whole=whole,
        seen=whole or letter,
        reason=reason,
        is_faulty=is_faulty,
        fate=fate,
        typed=form.fields,
    )


async def _republished(request: Request, form: PageForm) -> str:
    """Lets the owner of a state publish it again; returns `done`, or what is wrong: a code, or the service's words."""
    topic, key, reason = (form[name] for name in ("topic", "key", "because"))
    owner = topic.removeprefix("isopolity.").partition(".")[0]
    if owner not in SERVICES or not key or len(reason) < _SHORTEST:
        return "incomplete"
    order = states.republish(owner, Republication(topic=topic, key=key, reason=reason))
    if await form.done(apis_of(request).send(order), may_be_gone=True):
        return "done"
    return "nothing" if form.is_gone else form.sentence


routes = [
    Route(_PATH, dead_letters, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{service}}/{{topic}}/{{partition}}/{{offset}}", dead_letter, methods=["GET", "POST"]),
]
