"""Staff decides who joins: applications as a list, several at once, and one beside the member that it resembles.

Invariant: what registry refuses stands beside the application that it refuses; the others are decided all the same.
Nothing is decided about an application that was changed since the page showed it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import ApplicationDocument, ApplicationSummary, Question, Refusal
from isopolity.portal.adapters.service_apis import (
    ChangedMeanwhile,
    NotAllowed,
    NotForThisVisitor,
    NothingThere,
    ServiceAway,
)
from isopolity.portal.domain.interests import version_in
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.office.known_members import FOLDERS, member_read
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/applications"
_TICK: Final = "tick-"
_SHOWN: Final = 50
_ALIKE: Final = 10
_CHOICES: Final = ("status", "member_kind", "country", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of an application that was ticked in the list."""

    application_id: str
    kind: str
    """`gone`, `newer`, `refused`, `away`, `asked`, or the outcome of an endorsement."""
    sentence: str = ""


@for_staff_to(ENDORSE)
async def applications(request: Request, _account: Account) -> Response:
    """The applications that wait, or those of another state; those that are ticked are endorsed, or asked about."""
    decided: list[Decided] = []
    if request.method == "POST":
        form = request.state.form
        ticked = {name.removeprefix(_TICK): seen for name, seen in form.items() if name.startswith(_TICK)}
        decided = [await _decided(request, each, version_in(seen)) for each, seen in ticked.items()]
    selection = Selection.of(_PATH, request.query_params, _CHOICES)
    chosen = selection.chosen
    found = await apis_of(request).send(
        registry.applications.list(
            status=chosen.get("status"),
            member_kind=chosen.get("member_kind"),
            country=chosen.get("country"),
            text=chosen.get("text"),
            cursor=selection.cursor,
            near=True,
            limit=_SHOWN,
        )
    )
    return page(
        request,
        "office/applications/list.html",
        here="me",
        selection=selection,
        items=found.items,
        decided=decided,
        is_sent=request.method == "POST",
        following=selection.address(found.next) if found.next else None,
    )


async def _decided(request: Request, application_id: str, seen: int) -> Decided:
    """Endorse a ticked application as the list showed it, or ask a commission about it; tell what was done."""
    apis = apis_of(request)
    try:
        if request.state.form.get("do") == "consult":
            standing = await apis.send(registry.applications.consult(application_id))
            name = "" if standing.commission is None else standing.commission.commission_name
            return Decided(application_id=application_id, kind="asked", sentence=name)
        done = await apis.send(registry.applications.endorse(application_id, version=seen))
        return Decided(application_id=application_id, kind=done.outcome, sentence=done.detail)
    except NothingThere:
        return Decided(application_id=application_id, kind="gone")
    except ChangedMeanwhile:
        return Decided(application_id=application_id, kind="newer")
    except NotAllowed as refused:
        return Decided(application_id=application_id, kind="refused", sentence=str(refused))
    except ServiceAway:
        return Decided(application_id=application_id, kind="away")


@for_staff_to(ENDORSE)
async def application(request: Request, account: Account) -> Response:
    """One application, and the decision about it."""
    if request.method == "GET":
        return await _shown(request, await typed_before(request, account) or {})
    form, application_id = request.state.form, request.path_params["application_id"]
    apis, done, is_mailed = apis_of(request), None, None
    version = version_in(form.get("version", ""))
    try:
        if form.get("do") == "refuse":
            refuse = registry.applications.refuse(application_id, _refusal(form), version=version)
            is_mailed = (await apis.send(refuse)).is_mailed
        elif form.get("do") == "consult":
            await apis.send(registry.applications.consult(application_id))
        elif form.get("do") == "ask":
            question = Question(question=form.get("question", "").strip())
            await apis.send(registry.applications.ask(application_id, question))
        else:
            reinstate = True if form.get("reinstate") else None
            endorse = registry.applications.endorse(application_id, reinstate=reinstate, version=version)
            done = (await apis.send(endorse)).detail
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        return await _shown(request, form, problems or {"": str(refused)})
    except ChangedMeanwhile:
        return await _shown(request, form, is_newer=True)
    return await _shown(request, {}, done=done, is_mailed=is_mailed)


def _refusal(form: Mapping[str, str]) -> Refusal:
    """Why, what staff adds, and whether nobody is written to; registry decides where nothing is ticked."""
    given: dict[str, object] = {"reason": form.get("reason", "")}
    if words := form.get("words", "").strip():
        given["words"] = words
    if form.get("quiet"):
        given["mail"] = False
    return Refusal.unchecked(given)


async def _shown(
    request: Request,
    filled: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    *,
    done: str | None = None,
    is_mailed: bool | None = None,
    is_newer: bool = False,
) -> Response:
    apis, application_id = apis_of(request), request.path_params["application_id"]
    known = await apis.send(registry.applications.read(application_id))
    resembled, alike = await asyncio.gather(_resembled(request, known), _alike(request, known))
    return page(
        request,
        "office/applications/application.html",
        _status(problems, is_newer=is_newer),
        here="me",
        application=known,
        may_ask=_may_ask(request, known),
        resembled=resembled,
        alike=alike,
        filled=filled,
        problems=problems or {},
        done=done,
        is_mailed=is_mailed,
        is_newer=is_newer,
        script="left.js",
    )


def _status(problems: Mapping[str, str] | None, *, is_newer: bool) -> HTTPStatus:
    if is_newer:
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK


def _may_ask(request: Request, known: ApplicationDocument) -> bool:
    """Whether it waits for staff, and its applicant may be asked something."""
    is_over = known.waits_since <= surroundings_of(request).clock()
    return known.status == "confirmed" or (known.status == "asked" and is_over)


async def _resembled(request: Request, known: ApplicationDocument) -> Mapping[str, object] | None:
    """The profile of the member of the same identity; None where there is none, or it has gone meanwhile."""
    if known.resembles is None:
        return None
    try:
        found = await member_read(apis_of(request), FOLDERS[known.member_kind], known.resembles.member_id)
    except NothingThere:
        return None
    return found.model_dump(mode="json")


async def _alike(request: Request, known: ApplicationDocument) -> Sequence[ApplicationSummary]:
    """Other applications of this name, whatever became of them; none where its text cannot be looked for."""
    asked = registry.applications.list(text=known.name, status="any", member_kind=known.member_kind, limit=_ALIKE)
    try:
        found = await apis_of(request).send(asked)
    except NotForThisVisitor:
        raise
    except NotAllowed:
        return ()
    return [each for each in found.items if each.application_id != known.application_id]


routes = [
    Route(_PATH, applications, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{application_id}}", application, methods=["GET", "POST"]),
]
