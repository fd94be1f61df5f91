"""Staff decides about changes of identity that members ask for: what stands beside what is wanted."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NothingThere
from isopolity.portal.domain.interests import version_in
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/changes"
_SHOWN: Final = "50"
_DECISIONS: Final = ("approve", "refuse")


@for_staff_to(ENDORSE)
async def changes(request: Request, _account: Account) -> Response:
    """The changes that wait, and the decision about one of them; one that is newer than was read is not decided."""
    told = await _decided(request) if request.method == "POST" else None
    selection = Selection.of(_PATH, request.query_params, ("status",))
    found = await apis_of(request).get("registry", "/changes", {**selection.parameters, "limit": _SHOWN})
    return page(
        request,
        "office/changes.html",
        here="me",
        selection=selection,
        items=found["items"],
        told=told,
        following=selection.address(found["next"]) if found["next"] else None,
    )


async def _decided(request: Request) -> dict[str, str]:
    """What became of it: `approved`, `refused`, `newer`, `gone`, or `problem` with a sentence."""
    form = request.state.form
    decision = form.get("do") if form.get("do") in _DECISIONS else "refuse"
    path = f"/changes/{form.get('member_id') or '-'}/{decision}"
    try:
        decided = await apis_of(request).post("registry", path, version=version_in(form.get("version", "")))
    except ChangedMeanwhile:
        return {"kind": "newer"}
    except NothingThere:
        return {"kind": "gone"}
    except NotAllowed as refused:
        return {"kind": "problem", "sentence": str(refused)}
    return {"kind": decided["status"], "name": str(decided["wanted"].get("name") or decided["before"].get("name", ""))}


routes = [Route(_PATH, changes, methods=["GET", "POST"])]
