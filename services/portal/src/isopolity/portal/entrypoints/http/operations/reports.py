"""What the services tell of their streams, asked of each by itself, so that one that is away hides no other."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from isopolity.contracts.event_types import SERVICES
from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor, NothingThere, ServiceAway
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.visitors import apis_of

Report = Mapping[str, Any]


async def reports_of(request: Request) -> Mapping[str, Report | None]:
    """The streams of each service, by name, in the order of events; None where it does not answer.

    Raises NotForThisVisitor where none of this is for the visitor.
    """
    found = await asyncio.gather(*(_report(request, service) for service in SERVICES))
    return dict(zip(SERVICES, found, strict=True))


async def _report(request: Request, service: str) -> Report | None:
    try:
        report: Report = await apis_of(request).get(service, "/streams")
    except NotForThisVisitor:
        raise
    except (ServiceAway, NotAllowed, NothingThere):
        return None
    return report


async def with_portal(request: Request, reports: Mapping[str, Report | None]) -> Mapping[str, Report]:
    """The reports of the services that answer, and the portal's own, which needs no request."""
    own = await surroundings_of(request).own_report()
    return known(reports) if own is None else {**known(reports), "portal": own}


def known(reports: Mapping[str, Report | None]) -> Mapping[str, Report]:
    """The reports of the services that answer."""
    return {service: report for service, report in reports.items() if report is not None}


def away(reports: Mapping[str, Report | None]) -> list[str]:
    """The services that do not answer."""
    return [service for service, report in reports.items() if report is None]
