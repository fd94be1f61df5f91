"""Members that the office looks after, by what is the matter with them; a mail to those that are ticked, or their
endorsement.

Invariant: a member gets at most one such mail in a week, however often it is asked for.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, PUBLISH, for_staff, require_right
from isopolity.portal.entrypoints.http.office.queues import names_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/office/members"
FOLDERS: Final[Mapping[str, str]] = {"city": "cities", "partner": "partners"}
_TICK: Final = "tick-"
_MOST: Final = "50"
_STALE: Final = timedelta(days=365)
"""A member that has changed nothing for longer is stale."""
_CHOICES: Final = ("list", "text")
_UNPROCESSABLE: Final = 422
Row = dict[str, Any]


@for_staff
async def members(request: Request, account: Account) -> Response:
    """A list, or the members of a name; and the mail to those that are ticked, or their endorsement."""
    told, problem = None, None
    if request.method == "POST":
        form = request.state.form
        act, right = (_endorse, ENDORSE) if form.get("do") == "endorse" else (_remind, PUBLISH)
        require_right(request, account, right)
        ticked = {name.removeprefix(_TICK): kind for name, kind in form.items() if name.startswith(_TICK)}
        try:
            told = await act(apis_of(request), ticked)
        except NotAllowed as refused:
            problem = str(refused)
        except NothingThere:
            problem = ""
    selection = Selection.of(PATH, request.query_params, _CHOICES)
    items, following = await _found(request, selection)
    return page(
        request,
        "office/members/list.html",
        200 if problem is None else _UNPROCESSABLE,
        here="me",
        selection=selection,
        items=items,
        told=told,
        problem=problem,
        is_asked=bool(selection.chosen),
        following=selection.address(following) if following else None,
    )


async def _endorse(apis: ServiceApis, ticked: Mapping[str, str]) -> Row:
    """Endorse members, by the kinds of their ids; how many. Raises NotAllowed, NothingThere."""
    wanted = {folder: [each for each, of in ticked.items() if of == kind] for kind, folder in FOLDERS.items()}
    done = await apis.post("registry", "/endorsements", wanted) if ticked else {"endorsed": {}}
    return {"endorsed": len(done["endorsed"])}


async def _remind(apis: ServiceApis, ticked: Mapping[str, str]) -> Row:
    """Mail to these members; how many got it. Raises NotAllowed."""
    found: Row = await apis.post("notify", "/nudges", {"member_ids": list(ticked)}) if ticked else {"nudged": 0}
    return found


async def _found(request: Request, selection: Selection) -> tuple[Sequence[Row], str | None]:
    """The rows of the list that is chosen, and where it goes on."""
    apis, wanted = apis_of(request), selection.chosen.get("list", "")
    if wanted in ("silent", "at-capacity"):
        more = {"cursor": selection.cursor} if selection.cursor else {}
        found = await apis.get("matching", "/members", {"attention": wanted, "limit": _MOST, **more})
        return [
            _row(each["member_kind"], each["member_id"], each["name"], each["number"]) for each in found["items"]
        ], (found.get("next"))
    if wanted == "unreached":
        return await _unreached(apis), None
    asked = {"order": "name", "limit": _MOST}
    if text := selection.chosen.get("text"):
        asked["text"] = text
    if wanted == "without-contact":
        asked["without_contact"] = "true"
    elif wanted == "stale":
        asked["unchanged_since"] = (surroundings_of(request).clock() - _STALE).isoformat()
    elif wanted == "not-endorsed":
        asked["status"] = "applied"
    elif text:
        asked["status"] = "any"
    else:
        return [], None
    found = await asyncio.gather(*(apis.get("registry", f"/{folder}", asked) for folder in FOLDERS.values()))
    return [
        _row(kind, each[f"{kind}_id"], each["name"], each.get("changed_on"), each.get("status", ""))
        for kind, listed in zip(FOLDERS, found, strict=True)
        for each in listed["items"]
    ], None


async def _unreached(apis: ServiceApis) -> Sequence[Row]:
    lost = (await apis.get("notify", "/unreached", {"limit": "100"}))["items"]
    kinds = {each["member_id"]: each["member_kind"] for each in lost}
    names = await names_of(apis, kinds)
    since = {each["member_id"]: each["since"][:10] for each in reversed(lost)}
    return [_row(kind, each, names.get(each, each), since[each]) for each, kind in kinds.items()]


def _row(kind: str, member_id: str, name: str, note: object, status: str = "") -> Row:
    """A member with its page, by how much or since when it is in the list, and whether it is endorsed."""
    address = f"{PATH}/{FOLDERS[kind]}/{member_id}"
    return {"kind": kind, "member_id": member_id, "name": name, "note": note, "status": status, "address": address}


routes = [Route(PATH, members, methods=["GET", "POST"])]
