"""Staff looks at what a file would do, row by row, gets it back with what to change, and does it.

Invariant: a button does what its page showed; where something has changed meanwhile, the page says so and shows it.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import (
    ChangedMeanwhile,
    NotAllowed,
    NotForThisVisitor,
    NothingThere,
    ServiceApis,
)
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.office.imports.upload import PATH
from isopolity.portal.entrypoints.http.office.known_members import KnownMember, members_known
from isopolity.portal.entrypoints.http.rendering import page, sent_file
from isopolity.portal.entrypoints.http.visitors import apis_of

STATES: Final = {"wrong": "invalid", "changed": "revised", "new": "created", "same": "unchanged"}
"""What rows can be, in the order in which they matter, and the field that counts them."""
_AT_ONCE: Final = "10"
_ENDORSED_AT_ONCE: Final = 1000
_MOST_TO_ENDORSE: Final = 5000
"""Members of an import whose ids registry tells; of more the file is read with the tick that endorses all."""
_FORMS: Final = ("xlsx", "csv")
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422


@for_staff_to(ENDORSE)
async def look(request: Request, _account: Account) -> Response:
    """What the file would do, or has done; its form does it, or forgets the file."""
    import_id, apis = request.path_params["import_id"], apis_of(request)
    if request.method == "GET":
        return await _shown(request)
    form, address = request.state.form, f"/prepared-imports/{import_id}"
    if form.get("do") == "forget":
        with suppress(NothingThere):
            await apis.delete("registry", address)
        return RedirectResponse(PATH, _SEE_OTHER)
    wanted = {"shown": form.get("shown", ""), "skip_wrong": form.get("do", "").startswith("skip")}
    try:
        if form.get("do") != "endorse":
            await apis.post("registry", f"{address}/take", wanted, is_long=True)
        if form.get("do", "").endswith("endorse"):
            await _endorse(apis, address)
    except ChangedMeanwhile:
        return RedirectResponse(f"{PATH}/{import_id}?changed=1", _SEE_OTHER)
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        return await _shown(request, str(refused))
    return RedirectResponse(f"{PATH}/{import_id}", _SEE_OTHER)


async def _endorse(apis: ServiceApis, address: str) -> None:
    """Endorse the members of an import that was done and that are not endorsed yet; where one of them leaves at that
    moment, none is, and the page tells who is left.
    """
    prepared = await apis.get("registry", address)
    ids = prepared["to_endorse"]
    for start in range(0, len(ids), _ENDORSED_AT_ONCE):
        some = {prepared["kind"]: ids[start : start + _ENDORSED_AT_ONCE]}
        with suppress(NothingThere):
            await apis.post("registry", "/endorsements", some, is_long=True)


@for_staff
async def file_back(request: Request, _account: Account) -> Response:
    """The file with a column of what to change."""
    form = request.query_params.get("form", "xlsx")
    if form not in _FORMS:
        raise NothingThere(form)
    address = f"/prepared-imports/{request.path_params['import_id']}"
    apis = apis_of(request)
    prepared, file = await asyncio.gather(
        apis.get("registry", address), apis.file("registry", f"{address}/file", {"form": form})
    )
    return sent_file(file, f"{prepared['kind']}-to-correct.{form}")


async def _shown(request: Request, problem: str = "") -> Response:
    address, apis = f"/prepared-imports/{request.path_params['import_id']}", apis_of(request)
    prepared = await apis.get("registry", address)
    state = request.query_params.get("state", "")
    if state not in STATES:
        state = next((each for each, field in STATES.items() if prepared[field]), "same")
    after = request.query_params.get("after", "0")
    rows: dict[str, Any] = {"items": [], "next": None}
    is_done = prepared["taken_at"] is not None
    if not is_done:
        rows = await apis.get("registry", f"{address}/rows", {"state": state, "after": after, "limit": _AT_ONCE})
    return page(
        request,
        "office/imports/look.html",
        _UNPROCESSABLE if problem else 200,
        here="me",
        prepared=prepared,
        address=f"{PATH}/{prepared['import_id']}",
        counts={each: prepared[field] for each, field in STATES.items()},
        state=state,
        rows=rows,
        entered=await _entered(apis, prepared.get("entered", ())),
        is_first=after == "0",
        endorses_all=prepared["not_endorsed"] <= (len(prepared["to_endorse"]) if is_done else _MOST_TO_ENDORSE),
        has_changed="changed" in request.query_params,
        problem=problem,
    )


async def _entered(apis: ServiceApis, ids: Sequence[str]) -> Sequence[KnownMember]:
    """The first members that the import has entered, and that are there still."""
    known = await members_known(apis, ids) if ids else {}
    return [known[each] for each in ids if each in known]


routes = [
    Route(f"{PATH}/{{import_id}}", look, methods=["GET", "POST"]),
    Route(f"{PATH}/{{import_id}}/file", file_back),
]
