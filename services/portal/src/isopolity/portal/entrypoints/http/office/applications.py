"""Staff decides who joins: applications as a list, several at once, and one beside the member that it resembles.

Invariant: what registry refuses is told beside the application that it refuses; the others are decided all the same.
Nothing is decided about an application that was changed since the page showed it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

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
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/applications"
_TICK: Final = "tick-"
_SHOWN: Final = "50"
_ALIKE: Final = "10"
_CONFLICT: Final = 409
_UNPROCESSABLE: Final = 422
_CHOICES: Final = ("status", "member_kind", "country", "text")


@for_staff_to(ENDORSE)
async def applications(request: Request, _account: Account) -> Response:
    """The applications that wait, or those of another state; those that are ticked are endorsed, or asked about."""
    told: list[dict[str, str]] = []
    if request.method == "POST":
        form = request.state.form
        ticked = {name.removeprefix(_TICK): seen for name, seen in form.items() if name.startswith(_TICK)}
        told = [await _decided(request, each, version_in(seen)) for each, seen in ticked.items()]
    selection = Selection.of(_PATH, request.query_params, _CHOICES)
    asked = {**selection.parameters, "near": "true", "limit": _SHOWN}
    found = await apis_of(request).get("registry", "/applications", asked)
    return page(
        request,
        "office/applications/list.html",
        here="me",
        selection=selection,
        items=found["items"],
        told=told,
        is_sent=request.method == "POST",
        following=selection.address(found["next"]) if found["next"] else None,
    )


async def _decided(request: Request, application_id: str, seen: int) -> dict[str, str]:
    """Endorse a ticked application as the list showed it, or ask a commission about it; tell what was done."""
    is_consulted = request.state.form.get("do") == "consult"
    act = "consult" if is_consulted else "endorse"
    try:
        path, version = f"/applications/{application_id}/{act}", None if is_consulted else seen
        done = await apis_of(request).post("registry", path, version=version)
    except NothingThere:
        return {"application_id": application_id, "kind": "gone"}
    except ChangedMeanwhile:
        return {"application_id": application_id, "kind": "newer"}
    except NotAllowed as refused:
        return {"application_id": application_id, "kind": "refused", "sentence": str(refused)}
    except ServiceAway:
        return {"application_id": application_id, "kind": "away"}
    if is_consulted:
        return {"application_id": application_id, "kind": "asked", "sentence": done["commission"]["commission_name"]}
    return {"application_id": application_id, "kind": done["outcome"], "sentence": done["detail"]}


@for_staff_to(ENDORSE)
async def application(request: Request, account: Account) -> Response:
    """One application, and the decision about it."""
    if request.method == "GET":
        return await _shown(request, await typed_before(request, account) or {})
    form, path = request.state.form, f"/applications/{request.path_params['application_id']}"
    apis, done, is_told = apis_of(request), None, None
    version = version_in(form.get("version", ""))
    try:
        if form.get("do") == "refuse":
            is_told = (await apis.post("registry", f"{path}/refuse", _refusal(form), version=version))["is_mailed"]
        elif form.get("do") == "consult":
            await apis.post("registry", f"{path}/consult")
        elif form.get("do") == "ask":
            await apis.post("registry", f"{path}/ask", {"question": form.get("question", "").strip()})
        else:
            again = {"reinstate": "true"} if form.get("reinstate") else None
            done = (await apis.post("registry", f"{path}/endorse", version=version, parameters=again))["detail"]
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        return await _shown(request, form, problems or {"": str(refused)})
    except ChangedMeanwhile:
        return await _shown(request, form, is_newer=True)
    return await _shown(request, {}, done=done, is_told=is_told)


def _refusal(form: Mapping[str, str]) -> dict[str, Any]:
    """Why, what staff adds, and whether nobody is written to; registry decides where nothing is ticked."""
    words = form.get("words", "").strip()
    added: dict[str, Any] = ({"words": words} if words else {}) | ({"mail": False} if form.get("quiet") else {})
    return {"reason": form.get("reason", "")} | added


async def _shown(
    request: Request,
    filled: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    *,
    done: str | None = None,
    is_told: bool | None = None,
    is_newer: bool = False,
) -> Response:
    apis, application_id = apis_of(request), request.path_params["application_id"]
    known = await apis.get("registry", f"/applications/{application_id}")
    resembled, alike = await asyncio.gather(_resembled(request, known), _alike(request, known))
    return page(
        request,
        "office/applications/application.html",
        _CONFLICT if is_newer else _UNPROCESSABLE if problems else 200,
        here="me",
        application=known,
        may_ask=_may_ask(request, known),
        resembled=resembled,
        alike=alike,
        filled=filled,
        problems=problems or {},
        done=done,
        is_told=is_told,
        is_newer=is_newer,
        script="left.js",
    )


def _may_ask(request: Request, known: Mapping[str, Any]) -> bool:
    """Whether it waits for staff, and its applicant may be asked something."""
    since = known.get("waits_since")
    is_over = since is not None and datetime.fromisoformat(since) <= surroundings_of(request).clock()
    return known["status"] == "confirmed" or (known["status"] == "asked" and is_over)


async def _resembled(request: Request, known: Mapping[str, Any]) -> Any:
    """The member of the same identity; None where there is none, or it has gone meanwhile."""
    if known["resembles"] is None:
        return None
    folder = "cities" if known["member_kind"] == "city" else "partners"
    try:
        return await apis_of(request).get("registry", f"/{folder}/{known['resembles']['member_id']}")
    except NothingThere:
        return None


async def _alike(request: Request, known: Mapping[str, Any]) -> Sequence[Any]:
    """Other applications of this name, whatever became of them; none where its text cannot be looked for."""
    asked = {"text": known["name"], "status": "any", "member_kind": known["member_kind"], "limit": _ALIKE}
    try:
        found = (await apis_of(request).get("registry", "/applications", asked))["items"]
    except NotForThisVisitor:
        raise
    except NotAllowed:
        return ()
    return [each for each in found if each["application_id"] != known["application_id"]]


routes = [
    Route(_PATH, applications, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{application_id}}", application, methods=["GET", "POST"]),
]
