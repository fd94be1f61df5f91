"""The page that leads to the API documentation of each service, at `/<service>/docs`."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from isopolity.command.pages.templating import page

_SERVICES: Final = {
    "registry": "Members, what they need and offer, requests, existing ties, contacts, imports.",
    "matching": "Rounds, proposals with their reasons, partnerships.",
    "notify": "Mails and what became of them, answers.",
}


def routes(*, demo: bool) -> list[BaseRoute]:
    """The route `/docs`."""

    async def index(_request: Request) -> Response:
        services = [{"name": name, "job": job} for name, job in _SERVICES.items()]
        return page("docs.html", here="docs", demo=demo, services=services)

    return [Route("/docs", index)]
