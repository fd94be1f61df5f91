"""Staff decides about changes of identity and of requests that members ask for: what stands beside what is wanted."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NothingThere, ServiceApis
from isopolity.portal.domain.interests import version_in
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/changes"
_SHOWN: Final = "50"
_DECISIONS: Final = ("approve", "refuse")
_PENDING: Final = "pending"
_DONE: Final = ("approved", "refused")
_LONGEST: Final = 1000
"""Characters of a reason that registry takes."""


@for_staff_to(ENDORSE)
async def changes(request: Request, account: Account) -> Response:
    """The changes that wait, and the decision about one of them; one that is newer than was read is not decided."""
    told = await _decided(request) if request.method == "POST" else None
    undone = request.state.form if told and told["kind"] not in _DONE else {}
    typed = undone if told else await typed_before(request, account) or {}
    selection = Selection.of(_PATH, request.query_params, ("status",))
    found = await apis_of(request).get("registry", "/changes", {**selection.parameters, "limit": _SHOWN})
    return page(
        request,
        "office/changes.html",
        here="me",
        selection=selection,
        items=found["items"],
        told=told,
        typed=typed,
        longest=_LONGEST,
        following=selection.address(found["next"]) if found["next"] else None,
    )


async def _decided(request: Request) -> dict[str, str]:
    """Decide about a change. The result's kind is `approved`, `refused`, `newer`, `before`, `gone` or `problem`."""
    form, apis = request.state.form, apis_of(request)
    decision = form.get("do") if form.get("do") in _DECISIONS else "refuse"
    path, version = f"/changes/{form.get('member_id') or '-'}", version_in(form.get("version", ""))
    reason = form.get("reason", "").strip() if decision == "refuse" else ""
    try:
        decided = await apis.post(
            "registry", f"{path}/{decision}", {"reason": reason} if reason else None, version=version
        )
    except ChangedMeanwhile:
        return await _standing(apis, path)
    except NothingThere:
        return {"kind": "gone"}
    except NotAllowed as refused:
        return {"kind": "problem", "sentence": str(refused)}
    return {"kind": decided["status"], "name": _name(decided)}


async def _standing(apis: ServiceApis, path: str) -> dict[str, str]:
    """Why nothing was decided: somebody did so before, or the member asks for something else."""
    try:
        found = await apis.get("registry", path)
    except NothingThere:
        return {"kind": "gone"}
    if found["status"] == _PENDING:
        return {"kind": "newer", "name": _name(found)}
    return {"kind": "before", "name": _name(found), "status": found["status"]}


def _name(change: Mapping[str, Any]) -> str:
    name = "title" if change["member_kind"] == "request" else "name"
    return str(change["wanted"].get(name) or change["before"].get(name, ""))


routes = [Route(_PATH, changes, methods=["GET", "POST"])]
