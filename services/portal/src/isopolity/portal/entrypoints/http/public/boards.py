"""The seeking boards: needs beside the offers that meet them, and requests beside the programmes that could support
them; as pages, and as files for spreadsheets.
"""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.public.tables import MOST, table_file
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_CHOICES: Final = ("subject", "region", "country")
"""The names are those of the parameters of both services."""
_SHOWN: Final = {"limit": "12"}


async def needs(request: Request) -> Response:
    """Needs beside offers, by subject."""
    return await _board(request, "seeking", "registry", "/seeking")


async def requests(request: Request) -> Response:
    """Requests beside programmes."""
    return await _board(request, "supportable", "matching", "/requests/programmes")


async def _board(request: Request, kind: str, service: str, path: str) -> Response:
    selection = Selection.of(request.url.path, request.query_params, _CHOICES)
    apis = apis_of(request)
    if form := request.query_params.get("form"):
        return await table_file(apis, kind, selection.chosen, form)
    found: Any = await apis.public(service, path, {**selection.parameters, **_SHOWN})
    following = selection.address(found["next"]) if found["next"] else None
    values = {"items": found["items"], "total": found["total"], "selection": selection, "following": following}
    return page(request, f"{kind}.html", here="seeking", script="search.js", most=MOST, **values)


routes = [Route("/seeking", needs), Route("/seeking/requests", requests)]
