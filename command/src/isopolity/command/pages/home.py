"""The overview, with the network in numbers, and the page that leads to the API of each service."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from isopolity.command.pages.templating import page


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number of the network, what is counted, and a remark on it."""

    name: str
    count: int
    detail: str


FiguresSource = Callable[[], Awaitable[Sequence[Figure]]]
"""Counts the network."""


_SERVICES: Final = {
    "registry": "Members, what they need and offer, requests, existing ties, contacts, imports.",
    "matching": "Rounds, proposals with their reasons, partnerships.",
    "notify": "Mails and what became of them, answers.",
}


def routes(figures: FiguresSource, *, demo: bool) -> list[BaseRoute]:
    """The routes `/overview` and `/docs`."""

    async def home(_request: Request) -> Response:
        return page("home.html", here="home", demo=demo, figures=await figures())

    async def docs(_request: Request) -> Response:
        services = [{"name": name, "job": job} for name, job in _SERVICES.items()]
        return page("docs.html", here="docs", demo=demo, services=services)

    return [Route("/overview", home), Route("/docs", docs)]
