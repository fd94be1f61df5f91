"""The first page: what this is, and the network in numbers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

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


def routes(figures: FiguresSource, *, demo: bool) -> list[BaseRoute]:
    """The route of the first page."""

    async def home(_request: Request) -> Response:
        return page("home.html", here="home", demo=demo, figures=await figures())

    return [Route("/", home)]
