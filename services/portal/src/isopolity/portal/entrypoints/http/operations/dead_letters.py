"""Dead letters of all services: by cause, reason, age and topic, the oldest first; one of them; and their way out.

Invariant: nothing is settled but what is ticked, and nothing sent again but that, or the list that is chosen; what a
record says is masked by its service, and shown on the one page for which a reason was given.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.contracts.event_types import SERVICES
from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor, NothingThere, ServiceAway
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.operations.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.operations.letter_causes import CAUSE, Letter, by_cause, members_in
from isopolity.portal.entrypoints.http.operations.members import names_of_members
from isopolity.portal.entrypoints.http.operations.reports import reports_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = f"{FLOW}/dead-letters"
_TICK: Final = "tick-"
_CHOICES: Final = ("service", "reason", "topic")
_AGES: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
"""Least ages that may be chosen."""
_FATES: Final = ("redriven", "superseded", "lost", "waiting", "late", "returned", "left", "trials")
"""Names of the lists in which a service tells the fates of letters; `late` wait only because the time was over."""
_UNREADABLE: Final = "missing-attribute"
"""The reason of a record that lacks what each event has, whatever the release."""
_ALL: Final = "redrive-all"
_SETTLE_ALL: Final = "settle-all"
_SHORTEST: Final = 3
_LONGEST: Final = 500
"""Characters of a reason."""
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
_REFUSALS: Final[Mapping[type[Exception], str]] = {NothingThere: "gone", ServiceAway: "away"}


@for_operators
async def dead_letters(request: Request, account: Account) -> Response:
    """The letters that fit what is chosen; and what is done with those that are ticked."""
    if request.method == "GET":
        return await _shown(request, account, typed=await typed_before(request, account))
    form = request.state.form
    ticked, does_redrive = _ticked(form), form.get("do") in ("redrive", _ALL)
    if form.get("do") in (_ALL, _SETTLE_ALL):
        ticked = [f"{each['service']} {each['id']}" for each in _fitting(request, _known(await _answers(request)))]
    if not ticked:
        return await _shown(request, account, problem="nothing")
    by_service = {
        service: [each[len(service) + 1 :] for each in ticked if each.startswith(f"{service} ")] for service in SERVICES
    }
    orders = [(service, ids) for service, ids in by_service.items() if ids]
    try:
        if form.get("do") in ("settle", _SETTLE_ALL):
            return await _settle(request, account, orders)
        told, refusals = await _sent(request, orders, dry_run=not does_redrive)
    except NothingThere:
        return await _shown(request, account, problem="gone")
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        return await _shown(request, account, problem=str(refused))
    if not does_redrive:
        return await _shown(request, account, tried=told, refusals=refusals)
    if not refusals and not any(told[fate] for fate in ("superseded", "waiting", "late", "returned", "left", "lost")):
        return RedirectResponse(f"{_PATH}?done=redriven", _SEE_OTHER)
    return await _shown(request, account, sent=told, refusals=refusals)


def _ticked(form: Mapping[str, str]) -> list[str]:
    """The letters that are ticked, each as its service and its id."""
    return [name.removeprefix(_TICK) for name in form if name.startswith(_TICK)]


def _rest(form: Mapping[str, str], sent: Mapping[str, Sequence[Letter]]) -> Mapping[str, str]:
    """The fields of a form that goes on with what was left because the time was over; none where it was not that."""
    if not sent.get("left") or sent["returned"] or sent["waiting"]:
        return {}
    if form["do"] == _ALL:
        return {"do": _ALL}
    return {"do": "redrive"} | {f"{_TICK}{each['service']} {each['id']}": "1" for each in sent["left"]}


async def _settle(request: Request, account: Account, orders: Sequence[tuple[str, list[str]]]) -> Response:
    reason = request.state.form.get("reason", "").strip()
    if len(reason) < _SHORTEST:
        return await _shown(request, account, problem="reason")
    for service, ids in orders:
        await apis_of(request).post(service, "/dead-letters/settle", {"ids": ids, "reason": reason})
    number = sum(len(ids) for _, ids in orders)
    return RedirectResponse(f"{_PATH}?done=settled&number={number}", _SEE_OTHER)


async def _sent(
    request: Request, orders: Sequence[tuple[str, list[str]]], *, dry_run: bool
) -> tuple[Mapping[str, Sequence[Letter]], Mapping[str, str]]:
    """The fates of the letters, each with its service; and by service why it refused: `gone`, `away`, or its words.

    Raises what the first of them raised where all of them refused.
    """
    apis = apis_of(request)
    answers = await asyncio.gather(
        *(
            apis.post(service, "/dead-letters/redrive", {"ids": ids, "dry_run": dry_run}, is_long=True)
            for service, ids in orders
        ),
        return_exceptions=True,
    )
    told: dict[str, list[Letter]] = {fate: [] for fate in _FATES}
    refusals: dict[str, str] = {}
    for (service, _), answer in zip(orders, answers, strict=True):
        if isinstance(answer, NothingThere | ServiceAway | NotAllowed):
            refusals[service] = _REFUSALS.get(type(answer), str(answer))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            for fate in _FATES:
                wanted = "late" if fate == "waiting" and answer.get("time_is_over") else fate
                told[wanted] += [{**each, "service": service} for each in answer.get(fate, ())]
    if len(refusals) == len(orders):
        raise next(answer for answer in answers if isinstance(answer, BaseException))
    return told, refusals


async def _shown(
    request: Request,
    account: Account,
    *,
    problem: str = "",
    tried: Mapping[str, Sequence[Letter]] | None = None,
    sent: Mapping[str, Sequence[Letter]] | None = None,
    refusals: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    form: Mapping[str, str] = request.state.form or typed or {}
    answers = await _answers(request)
    known = _known(answers)
    letters = _fitting(request, known)
    selection = _selection(request)
    causes = by_cause(letters, alone=CAUSE in selection.chosen)
    away = [answer for answer in answers if isinstance(answer, str)]
    return page(
        request,
        "operations/dead-letters.html",
        _UNPROCESSABLE if problem else 200,
        here="me",
        account=account,
        selection=selection,
        letters=letters,
        causes=causes,
        shown=sum(len(each.letters) for each in causes),
        total=len(letters),
        names=await names_of_members(request, members_in(causes)),
        choices={name: sorted({str(letter[name]) for letter in known}) for name in _CHOICES},
        away=away,
        sampled=await _sampled(request) if away else {},
        problem=problem,
        tried=tried,
        trials={} if tried is None else {f"{each['service']} {each['id']}": each for each in tried["trials"]},
        refusals=refusals or {},
        sent=sent,
        ticked=_ticked(form),
        goes_on=_rest(form, sent or {}),
        reason=form.get("reason", ""),
        done=request.query_params.get("done", ""),
        settled=int(number) if (number := request.query_params.get("number", "")[:6]).isdecimal() else None,
        unreadable=sum(letter["reason"] == _UNREADABLE for letter in letters),
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
    """Those that fit what is chosen in the address, the oldest first."""
    chosen = _selection(request).chosen
    least = _AGES.get(chosen.get("age", ""), timedelta())
    until = surroundings_of(request).clock() - least
    fitting = [
        letter
        for letter in known
        if all(letter[name] == chosen.get(name, letter[name]) for name in _CHOICES)
        and letter.get(CAUSE) == chosen.get(CAUSE, letter.get(CAUSE))
        and (not least or datetime.fromisoformat(letter["at"]) <= until)
    ]
    return sorted(fitting, key=lambda letter: str(letter["at"]))


async def _of(request: Request, service: str) -> list[Letter] | str:
    """The letters of a service; its name where it does not tell."""
    try:
        found: list[Letter] = await apis_of(request).get(service, "/dead-letters")
    except NotForThisVisitor:
        raise
    except (ServiceAway, NotAllowed):
        return service
    return [{**letter, "service": service} for letter in found]


@for_operators
async def dead_letter(request: Request, account: Account) -> Response:
    """One letter: where it came from, why it was given up, and what it is about; masked, but for who says why not."""
    names = request.path_params
    service, place = names["service"], f"{names['topic']}/{names['partition']}/{names['offset']}"
    if service not in SERVICES:
        raise NothingThere(service)
    apis, whole = apis_of(request), None
    letter = await apis.get(service, f"/masked-letters/{place}")
    form = await typed_before(request, account) if request.method == "GET" else request.state.form
    reason = (form or {}).get("reason", "").strip()
    does_republish = request.method == "POST" and request.state.form.get("do") == "republish"
    fate = await _republished(request) if does_republish else ""
    asks_to_see = request.method == "POST" and not does_republish
    if asks_to_see and len(reason) >= _SHORTEST:
        whole = await apis.post(service, "/dead-letters/unmask", {"id": place, "reason": reason[:_LONGEST]})
    is_faulty = asks_to_see and whole is None
    return page(
        request,
        "operations/dead-letter.html",
        _UNPROCESSABLE if is_faulty or fate not in ("", "done") else 200,
        here="me",
        account=account,
        letter={**letter, "service": service},
        is_bare=not (letter["is_reference"] or letter["headers"] or letter["hidden_headers"]),
        is_unreadable=letter["reason"] == _UNREADABLE,
        names=await names_of_members(request, letter["members"]),
        whole=whole,
        seen=whole or letter,
        reason=reason,
        is_faulty=is_faulty,
        fate=fate,
        typed=form or {},
    )


async def _republished(request: Request) -> str:
    """Lets the owner of a state publish it again; returns `done`, or what is wrong: a code, or the service's words."""
    form = request.state.form
    order = {
        name: form.get(typed, "").strip() for name, typed in (("topic", "topic"), ("key", "key"), ("reason", "because"))
    }
    owner = order["topic"].removeprefix("isopolity.").partition(".")[0]
    if owner not in SERVICES or not order["key"] or len(order["reason"]) < _SHORTEST:
        return "incomplete"
    try:
        await apis_of(request).post(owner, "/states/republish", order)
    except NothingThere:
        return "nothing"
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        return str(refused)
    return "done"


routes = [
    Route(_PATH, dead_letters, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{service}}/{{topic}}/{{partition}}/{{offset}}", dead_letter, methods=["GET", "POST"]),
]
