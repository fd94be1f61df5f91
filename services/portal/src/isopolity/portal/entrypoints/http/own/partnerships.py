"""Whether a member's partnership is shown publicly: it is while both sides have chosen so."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.entrypoints.http.visitors import apis_of, session_of

_SEE_OTHER: Final = 303


async def choose(request: Request) -> Response:
    """The choice, and back to what awaits the member."""
    if session_of(request) is None:
        return RedirectResponse("/sign-in", _SEE_OTHER)
    order = {"show": bool(request.state.form.get("show"))}
    await apis_of(request).post("matching", f"/partnerships/{request.path_params['partnership_id']}/show", order)
    return RedirectResponse("/me", _SEE_OTHER)


routes = [Route("/me/partnerships/{partnership_id}", choose, methods=["POST"])]
