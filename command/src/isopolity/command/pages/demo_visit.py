"""Looking around in the demo network as one of those who work with it; in the demo only.

Invariant: a session begins by a button, for who holds the key; it has the rights of the person that it is for.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client.registry.models import SessionReceipt
from isopolity.command.pages.guards import Key
from isopolity.portal.shell import foreign_page, signed_in

_FOLDER: Final = Path(__file__).parent / "templates"
ROLES: Final = ("coordinator", "foundation", "staff", "operator")

Begin = Callable[[str], Awaitable[SessionReceipt | None]]
"""Begins a session for somebody in one of `ROLES`; registry's receipt of it, or None if there is nobody."""


def routes(begin: Begin, key: Key) -> list[Route]:
    """The route `/look-around`."""

    async def look_around(request: Request) -> Response:
        role = (request.state.form or {}).get("role", "")
        if role not in ROLES:
            return foreign_page(request, _FOLDER, "look-around.html", nobody=False)
        receipt = await begin(role)
        if receipt is None:
            return foreign_page(request, _FOLDER, "look-around.html", 404, nobody=True)
        return await signed_in(request, receipt)

    return [Route("/look-around", key.opening(look_around), methods=["GET", "POST"])]
