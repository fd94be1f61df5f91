"""Who would fit the visitor's city or programmes now, and why; what if it were another region or subject.

Nothing is proposed to anybody by looking.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, session_of

_PATH: Final = "/me/suggestions"
_SEE_OTHER: Final = 303
_SHOWN: Final = "10"


async def suggestions(request: Request) -> Response:
    """The page."""
    session = session_of(request)
    account = None if session is None else session.account
    if account is None or account.member_id is None:
        return RedirectResponse("/sign-in" if session is None else "/me", _SEE_OTHER)
    names = ("region", "subject", "mode") if account.member_kind == "city" else ("region", "subject")
    selection = Selection.of(_PATH, request.query_params, names)
    parameters = {**selection.parameters, "limit": _SHOWN}
    apis = apis_of(request)
    found = await apis.get("matching", f"/members/{account.member_id}/suggestions", parameters)
    of = "cities" if account.member_kind == "city" else "partners"
    own = None if found else await apis.get("registry", f"/{of}/{account.member_id}")
    values = {"items": found, "selection": selection, "own": own}
    return page(request, "suggestions.html", here="me", account=account, **values)


routes = [Route(_PATH, suggestions)]
