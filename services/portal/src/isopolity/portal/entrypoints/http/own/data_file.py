"""What the network keeps of a member and of who has signed in for it, as one file.

Invariant: each part is what a service tells this visitor, so nothing of another side's answer; the file is
whole, or there is none.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotForThisVisitor, NothingThere, ServiceApis
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.visitors import apis_of

_SEE_OTHER: Final = 303
_PAGES: Final = 500
"""Of a list, at most; a hundred thousand entries are no member's."""


@for_members
async def data_file(request: Request, account: Account) -> Response:
    """The file, for whoever has signed in for a member."""
    surroundings = surroundings_of(request)
    now, office = surroundings.clock(), surroundings.office
    about = {
        "made_at": now.isoformat(timespec="seconds"),
        "not_in_this_file": "The mails that were sent to you, and the record of who changed what and when; "
        f"write to {office.email} to have them.",
    }
    document = about | await _parts(apis_of(request), account)
    name = f"isopolity-{account.member_id}-{now.date().isoformat()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    content = json.dumps(document, ensure_ascii=False, indent=2)
    return Response(content, media_type="application/json", headers=headers)


async def _parts(apis: ServiceApis, account: Account) -> dict[str, Any]:
    """What each service tells, by name."""
    member_id, is_city = str(account.member_id), account.member_kind == "city"
    of_city, of_member = {"city_id": member_id, "status": "any"}, {"member_id": member_id}
    wanted = {
        "member": apis.get("registry", f"/{'cities' if is_city else 'partners'}/{member_id}"),
        "last_change_of_identity": _if_any(apis, "registry", f"/changes/{member_id}"),
        "contacts": _all(apis, "registry", "/contacts", of_member),
        "changes_of_contacts": _all_if_any(apis, "registry", "/contact-changes", of_member),
        "your_sessions": _all(apis, "registry", "/sessions", {}),
        "your_passkeys": _all(apis, "registry", "/passkeys", {}),
        "proposals": _all(apis, "matching", f"/members/{member_id}/proposals", {}),
        "counts_of_your_answers": _all_if_any(apis, "matching", f"/members/{member_id}/answers", {}),
        "interests": _all(apis, "matching", f"/members/{member_id}/interests", {}),
        "partnerships": _all(apis, "matching", f"/members/{member_id}/partnerships", {}),
    }
    if is_city:
        wanted |= {
            "requests": _all(apis, "registry", "/requests", of_city),
            "requests_at_the_office": _all_if_any(apis, "registry", "/changes", of_city),
            "twinnings": _all(apis, "registry", "/twinnings", of_city),
        }
    else:
        own = f"/partners/{member_id}"
        wanted |= {
            "shortlist": _all(apis, "registry", f"{own}/shortlist", {"notes": "true"}),
            "selections": _all(apis, "registry", f"{own}/selections", {}),
        }
    return dict(zip(wanted, await asyncio.gather(*wanted.values()), strict=True))


async def _if_any(apis: ServiceApis, service: str, path: str) -> Any:
    try:
        return await apis.get(service, path)
    except NothingThere:
        return None


async def _all_if_any(apis: ServiceApis, service: str, path: str, chosen: Mapping[str, str]) -> list[Any]:
    """All entries of a list that a service of the release before does not have, or not for members."""
    try:
        return await _all(apis, service, path, chosen)
    except (NothingThere, NotForThisVisitor):
        return []


async def _all(apis: ServiceApis, service: str, path: str, chosen: Mapping[str, str]) -> list[Any]:
    """All entries of a list, page by page."""
    entries: list[Any] = []
    parameters = dict(chosen)
    for _ in range(_PAGES):
        found = await apis.get(service, path, parameters)
        entries += found["items"]
        if not found.get("next"):
            return entries
        parameters["cursor"] = found["next"]
    raise NothingThere(path)


routes = [Route("/me/data", data_file)]
