"""Staff decides who joins: applications as a list, several at once, and one beside the member that it resembles.

Invariant: what registry refuses stands beside the application that it refuses; the others are decided all the same.
Nothing is decided about an application that was changed since the page showed it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import ApplicationDocument, ApplicationSummary, Question, Refusal
from isopolity.portal.adapters.members import read_member
from isopolity.portal.adapters.service_apis import NotAllowed, ServiceAway
from isopolity.portal.domain.selection import Selection, narrowed
from isopolity.portal.domain.typed_values import version_in
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there, unless
from isopolity.portal.entrypoints.http.office.desk.tasks import tasks_of
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, surroundings_of

_PATH: Final = "/office/applications"
_TICK: Final = "tick-"
_ON_A_PAGE: Final = 50
_ALIKE: Final = 10
CHOICES: Final = ("status", "member_kind", "country", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The result of a decision on an application that was ticked in the list."""

    application_id: str
    kind: str
    """`gone`, `newer`, `refused`, `away`, `asked`, or the outcome of an endorsement."""
    sentence: str = ""


@for_staff_to(ENDORSE)
async def applications(request: Request, _account: Account) -> Response:
    """The applications that wait, or those of another state; those that are ticked are endorsed, or asked about."""
    form = await PageForm.of(request)
    ticked = {name.removeprefix(_TICK): seen for name, seen in form.fields.items() if name.startswith(_TICK)}
    decided = [await _decided(request, each, version_in(seen)) for each, seen in ticked.items()]
    selection = Selection.of(_PATH, request.query_params, CHOICES)
    listed = registry.applications.list(cursor=selection.cursor, near=True, limit=_ON_A_PAGE)
    found = await apis_of(request).send(narrowed(listed, selection.chosen))
    return page(
        request,
        "office/applications/list.html",
        selection=selection,
        items=found.items,
        decided=decided,
        is_sent=form.was_sent,
        following=selection.address(found.next) if found.next else None,
    )


async def _decided(request: Request, application_id: str, seen: int) -> Decided:
    """Endorse a ticked application as the list showed it, or ask a commission about it; tell what was done."""
    form = await PageForm.of(request)
    act = _consulted(request, application_id) if form["do"] == "consult" else _endorsed(request, application_id, seen)
    if (decided := await form.answer(unless(act, ServiceAway), may_be_gone=True)) is not None:
        return decided
    kind = "gone" if form.is_gone else "newer" if form.is_stale else "refused" if form.is_refused else "away"
    return Decided(application_id=application_id, kind=kind, sentence=form.sentence)


async def _consulted(request: Request, application_id: str) -> Decided:
    standing = await apis_of(request).send(registry.applications.consult(application_id))
    name = "" if standing.commission is None else standing.commission.commission_name
    return Decided(application_id=application_id, kind="asked", sentence=name)


async def _endorsed(request: Request, application_id: str, seen: int) -> Decided:
    done = await apis_of(request).send(registry.applications.endorse(application_id, version=seen))
    return Decided(application_id=application_id, kind=done.outcome, sentence=done.detail)


@for_staff_to(ENDORSE)
async def application(request: Request, account: Account) -> Response:
    """One application, and the decision about it."""
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _rendered(request, form)
    done, is_mailed = await form.answer(_act(request, form)) or (None, None)
    return await _rendered(request, form, done=done, is_mailed=is_mailed)


async def _act(request: Request, form: PageForm) -> tuple[str | None, bool | None]:
    """Do what the form says. Returns what came of an endorsement, and whether the mail of a refusal goes out.

    Raises ChangedMeanwhile, NotAllowed.
    """
    apis, application_id = apis_of(request), request.path_params["application_id"]
    version = version_in(form["version"])
    match form["do"]:
        case "refuse":
            refuse = registry.applications.refuse(application_id, _refusal(form.fields), version=version)
            return None, (await apis.send(refuse)).is_mailed
        case "consult":
            await apis.send(registry.applications.consult(application_id))
            return None, None
        case "ask":
            await apis.send(registry.applications.ask(application_id, Question(question=form["question"])))
            return None, None
        case _:
            reinstate = True if form["reinstate"] else None
            endorse = registry.applications.endorse(application_id, reinstate=reinstate, version=version)
            return (await apis.send(endorse)).detail, None


def _refusal(form: Mapping[str, str]) -> Refusal:
    """Why, what staff adds, and whether nobody is written to; registry decides where nothing is ticked."""
    given: dict[str, object] = {"reason": form.get("reason", "")}
    if words := form.get("words", "").strip():
        given["words"] = words
    if form.get("quiet"):
        given["mail"] = False
    return Refusal.unchecked(given)


async def _rendered(
    request: Request, form: PageForm, *, done: str | None = None, is_mailed: bool | None = None
) -> Response:
    apis, application_id = apis_of(request), request.path_params["application_id"]
    known = await apis.send(registry.applications.read(application_id))
    resembled, alike, on_desk = await asyncio.gather(
        _resembled(request, known), _alike(request, known), tasks_of(request, "applications", [application_id])
    )
    return form.page(
        request,
        "office/applications/application.html",
        application=known,
        on_desk=on_desk,
        may_ask=_may_ask(request, known),
        resembled=resembled,
        alike=alike,
        filled=form.fields if form.is_refused or not form.was_sent else {},
        done=done,
        is_mailed=is_mailed,
        is_newer=form.is_stale,
        scripts=("left.js",),
    )


def _may_ask(request: Request, known: ApplicationDocument) -> bool:
    """Whether it waits for staff, and its applicant may be asked something."""
    is_over = known.waits_since <= surroundings_of(request).clock()
    return known.status == "confirmed" or (known.status == "asked" and is_over)


async def _resembled(request: Request, known: ApplicationDocument) -> Mapping[str, object] | None:
    """The profile of the member of the same identity; None where there is none, or it has gone meanwhile."""
    if known.resembles is None:
        return None
    member = read_member(apis_of(request), known.member_kind, known.resembles.member_id)
    found = await if_there(member)
    return None if found is None else found.model_dump(mode="json")


async def _alike(request: Request, known: ApplicationDocument) -> Sequence[ApplicationSummary]:
    """Other applications of this name, whatever became of them; none where its text cannot be looked for."""
    asked = registry.applications.list(text=known.name, status="any", member_kind=known.member_kind, limit=_ALIKE)
    found = await unless(apis_of(request).send(asked), NotAllowed)
    return [] if found is None else [each for each in found.items if each.application_id != known.application_id]


routes = [
    Route(_PATH, applications, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{application_id}}", application, methods=["GET", "POST"]),
]
