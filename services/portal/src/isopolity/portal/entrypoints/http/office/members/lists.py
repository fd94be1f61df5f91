"""Members by name, or those that the office looks after; a mail to those that are ticked, or their endorsement.

Invariant: a member gets at most one such mail in a week, however often it is asked for.
"""

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
from isopolity.portal.entrypoints.http.office.known_members import FOLDERS, KnownMember, address_of, members_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/office/members"
_TICK: Final = "tick-"
_MOST: Final = "50"
_STALE: Final = timedelta(days=365)
"""A member that has changed nothing for longer is stale."""
_CHOICES: Final = ("list", "member_kind", "text")
_UNPROCESSABLE: Final = 422
Row = dict[str, Any]


@for_staff
async def members(request: Request, account: Account) -> Response:
    """A list, or all members by name; and the mail to those that are ticked, or their endorsement."""
    told, problem = None, None
    if request.method == "POST":
        form = request.state.form
        act, right = (_endorse, ENDORSE) if form.get("do") == "endorse" else (_remind, PUBLISH)
        require_right(request, account, right)
        ticked = {name.removeprefix(_TICK): kind for name, kind in form.items() if name.startswith(_TICK)}
        try:
            told = await act(apis_of(request), ticked) if ticked else {}
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
        following=selection.address(following) if following else None,
    )


async def _endorse(apis: ServiceApis, ticked: Mapping[str, str]) -> Row:
    """Endorse members, by the kinds of their ids; how many. Raises NotAllowed, NothingThere."""
    wanted = {folder: [each for each, of in ticked.items() if of == kind] for kind, folder in FOLDERS.items()}
    done = await apis.post("registry", "/endorsements", wanted)
    return {"endorsed": len(done["endorsed"])}


async def _remind(apis: ServiceApis, ticked: Mapping[str, str]) -> Row:
    """Mail to these members; how many got it. Raises NotAllowed."""
    found: Row = await apis.post("notify", "/nudges", {"member_ids": list(ticked)})
    return found


async def _found(request: Request, selection: Selection) -> tuple[Sequence[Row], str | None]:
    """The rows of the list that is chosen, and where it goes on."""
    apis, wanted = apis_of(request), selection.chosen.get("list", "")
    only = selection.chosen.get("member_kind", "")
    kinds = [only] if only in FOLDERS else list(FOLDERS)
    if wanted in ("silent", "at-capacity"):
        more = {"cursor": selection.cursor} if selection.cursor else {}
        found = await apis.get("matching", "/members", {"attention": wanted, "limit": _MOST, **more})
        return await _noticed(apis, [each for each in found["items"] if each["member_kind"] in kinds]), found["next"]
    if wanted == "unreached":
        lost = (await apis.get("notify", "/unreached", {"limit": "100"}))["items"]
        rows = {each["member_id"]: each | {"name": each["member_id"], "number": each["since"][:10]} for each in lost}
        return await _noticed(apis, [each for each in rows.values() if each["member_kind"] in kinds]), None
    asked = {"order": "name", "limit": _MOST}
    if text := selection.chosen.get("text"):
        asked["text"] = text
    if wanted == "without-contact":
        asked["without_contact"] = "true"
    elif wanted == "unconfirmed":
        asked["without_confirmed_contact"] = "true"
    elif wanted == "stale":
        asked["unchanged_since"] = (surroundings_of(request).clock() - _STALE).isoformat()
    else:
        asked["status"] = "applied" if wanted == "not-endorsed" else "any"
    return await _by_name(apis, asked, kinds, selection.cursor)


async def _by_name(
    apis: ServiceApis, asked: Mapping[str, str], kinds: Sequence[str], place: str | None
) -> tuple[Sequence[Row], str | None]:
    """A page of registry's lists, cities before partners; and the list in which it goes on, with its cursor."""
    at, _, cursor = (place or "").partition("~")
    rows: list[Row] = []
    for kind in kinds[kinds.index(at) :] if at in kinds else kinds:
        more = {"cursor": cursor} if cursor and kind == at else {}
        found = await apis.get("registry", f"/{FOLDERS[kind]}", {**asked, **more})
        rows += [_row(KnownMember.of(kind, each)) for each in found["items"]]
        if found["next"]:
            return rows, f"{kind}~{found['next']}"
    return rows, None


async def _noticed(apis: ServiceApis, told: Sequence[Row]) -> Sequence[Row]:
    """Members that a service noticed, each with by how much or since when, and what registry knows of it."""
    known = await members_of(apis, {each["member_id"]: each["member_kind"] for each in told})
    return [
        {
            "member_kind": each["member_kind"],
            "member_id": each["member_id"],
            "name": known[each["member_id"]].name if each["member_id"] in known else each["name"],
            "note": each["number"],
            "of": each.get("of"),
            "known": known.get(each["member_id"]),
            "address": address_of(each["member_kind"], each["member_id"]),
        }
        for each in told
    ]


def _row(known: KnownMember) -> Row:
    """A member with its page, and since when nothing has changed."""
    return {
        "member_kind": known.member_kind,
        "member_id": known.member_id,
        "name": known.name,
        "note": known.changed_on,
        "known": known,
        "address": known.address,
    }


routes = [Route(PATH, members, methods=["GET", "POST"])]
