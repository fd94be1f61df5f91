"""Lists of cities, partners and requests, by what people choose."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_CHOICES: Final = {
    "cities": ("text", "region", "country", "need", "offer"),
    "partners": ("text", "region", "country", "subject"),
    "requests": ("text", "subject"),
}
"""What can be chosen in each list; the names are those of registry's parameters."""
_SHOWN: Final = "30"


async def shown(request: Request) -> Response:
    """The page of a list."""
    kind = request.url.path.strip("/")
    selection = Selection.of(f"/{kind}", request.query_params, _CHOICES[kind])
    found = await apis_of(request).get("registry", f"/{kind}", {**selection.parameters, "limit": _SHOWN})
    following = selection.address(found["next"]) if found["next"] else None
    return page(request, f"{kind}.html", here=kind, items=found["items"], selection=selection, following=following)


routes = [Route(f"/{kind}", shown) for kind in _CHOICES]
