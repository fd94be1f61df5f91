"""The first page: what this is, and the network in numbers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from isopolity.command.hosting.counts import Counts
from isopolity.command.pages.templating import page

CountsSource = Callable[[], Awaitable[Counts]]

_CITIES: Final = ("city", "district", "county", "consortium")


def routes(counts: CountsSource, *, demo: bool) -> list[BaseRoute]:
    """The route of the first page."""

    async def home(_request: Request) -> Response:
        return page("home.html", here="home", demo=demo, figures=figures(await counts()))

    return [Route("/", home)]


def figures(counts: Counts) -> list[Mapping[str, Any]]:
    """The numbers that the page shows, each with a sentence."""
    cities = sum(counts.members.get(kind, 0) for kind in _CITIES)
    partners = sum(counts.members.values()) - cities
    by_kind = " and ".join(
        f"{sum(stages.values()) - stages.get('held', 0):,} {kind}s"
        for kind, stages in sorted(counts.proposals.items(), reverse=True)
    )
    return [
        {"name": "Cities", "count": cities, "detail": f"with {counts.twinnings:,} twinnings among them already"},
        {
            "name": "Partners",
            "count": partners,
            "detail": f"foundations, companies, NGOs; {counts.requests:,} requests of cities",
        },
        {"name": "Proposals", "count": counts.issued(), "detail": by_kind or "none yet"},
        {
            "name": "Mails",
            "count": counts.in_state("sent", "bounced"),
            "detail": "in the mail box; two for each proposal",
        },
        {
            "name": "Partnerships",
            "count": sum(counts.partnerships.values()),
            "detail": "where both sides have said yes",
        },
    ]
