"""The seeking boards: needs beside the offers that meet them, and requests beside the programmes that could support
them; as pages, and as files for spreadsheets.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client.call import Call
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.public import lists
from isopolity.portal.entrypoints.http.public.tables import MOST, table_file
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_CHOICES: Final = ("subject", "region", "country")
"""The names are those of the parameters of both services."""
_LIMIT: Final = 12


class _Board(Protocol):
    """A page of a board."""

    @property
    def items(self) -> Sequence[object]: ...

    @property
    def next(self) -> str | None: ...

    @property
    def total(self) -> int: ...


async def needs(request: Request) -> Response:
    """Needs beside offers, by subject."""
    return await _board(request, "seeking", lists.needs)


async def requests(request: Request) -> Response:
    """Requests beside programmes."""
    return await _board(request, "supportable", lists.supportable)


async def _board(
    request: Request, kind: str, listed: Callable[[lists.Chosen, int, str | None], Call[_Board]]
) -> Response:
    selection = Selection.of(request.url.path, request.query_params, _CHOICES)
    apis = apis_of(request)
    if form := request.query_params.get("form"):
        return await table_file(apis, kind, selection.chosen, form)
    found = await apis.public_answer(listed(selection.chosen, _LIMIT, selection.cursor))
    following = selection.address(found.next) if found.next else None
    return page(
        request,
        f"{kind}.html",
        here="seeking",
        script="search.js",
        most=MOST,
        items=found.items,
        total=found.total,
        selection=selection,
        following=following,
    )


routes = [Route("/seeking", needs), Route("/seeking/requests", requests)]
