"""Whether the visitor's member and another one would fit, and why: what speaks for it, and what against.

Nothing is proposed to anybody by looking.
"""

import asyncio
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed
from isopolity.portal.domain.asking import Wanted, full_of
from isopolity.portal.domain.dealings import first_free
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.own.dealing import dealings_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_SEE_OTHER: Final = 303


@for_members
async def fit(request: Request, account: Account) -> Response:
    """The page."""
    wanted = Wanted.of(request.query_params)
    if wanted is None:
        raise HTTPException(404)
    apis = apis_of(request)
    other, own_member, dealings = await asyncio.gather(
        apis.get("registry", f"/{'cities' if wanted.kind == 'city' else 'partners'}/{wanted.member_id}"),
        apis.get("registry", f"/{'cities' if account.member_kind == 'city' else 'partners'}/{account.member_id}"),
        dealings_of(apis, account.member_id),
    )
    programmes = own_member.get("programmes", ())
    named = [each for each in programmes if wanted.programme_id in ("", each["programme_id"])]
    holds_place = wanted.programme_id in dealings.under_way(wanted.member_id)
    full = {} if holds_place else full_of(own_member, named, wanted, account, dealings)
    values = {
        "account": account,
        "wanted": wanted,
        "other": other,
        "programmes": {each["programme_id"]: each["name"] for each in programmes},
        "dealing": dealings.with_member(wanted.member_id, wanted.programme_id),
        "full": full,
        "free_after": first_free([taken for each in full.values() for taken in each]),
    }
    asked = {"change": "true"} | ({"programme_id": wanted.programme_id} if wanted.programme_id else {})
    try:
        pair = await apis.get("matching", f"/pairs/{account.member_id}/{wanted.member_id}", asked)
    except NotAllowed as refused:
        return page(request, "own-fit.html", here="me", pair=None, refused=str(refused), **values)
    own, their = ("a", "b") if pair["a"]["member_id"] == account.member_id else ("b", "a")
    sides = [pair[side] for side in (own, their) if pair[side]["member_kind"] == "city"]  # a partner gets nothing
    return page(request, "own-fit.html", here="me", pair=pair, sides=sides, refused="", **values)


routes = [Route("/me/fit", fit)]
