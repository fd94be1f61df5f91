"""Reports of the services on their streams, each asked for by itself, so that one that is away hides no other."""

import asyncio
from collections.abc import Mapping

from isopolity.client.operations import streams
from isopolity.client.operations.models import StreamsReport
from isopolity.contracts.event_types import SERVICES
from isopolity.portal.entrypoints.http.forms.page_form import if_known
from isopolity.portal.entrypoints.http.pages import Request, apis_of, surroundings_of

Reports = Mapping[str, StreamsReport | None]
"""The streams of each service, by its name; None where it does not answer."""


async def reports_of(request: Request) -> Reports:
    """The reports in the order of events.

    Raises NotForThisVisitor where none of this is for the visitor.
    """
    found = await asyncio.gather(*(_report(request, service) for service in SERVICES))
    return dict(zip(SERVICES, found, strict=True))


async def _report(request: Request, service: str) -> StreamsReport | None:
    return await if_known(apis_of(request).send(streams.list(service)))


async def with_portal(request: Request, reports: Reports) -> Mapping[str, StreamsReport]:
    """The reports of the services that answer, and the portal's own, which needs no request."""
    own = await surroundings_of(request).own_report()
    return known(reports) if own is None else {**known(reports), "portal": own}


def known(reports: Reports) -> Mapping[str, StreamsReport]:
    """The reports of the services that answer."""
    return {service: report for service, report in reports.items() if report is not None}


def away(reports: Reports) -> list[str]:
    """The services that do not answer."""
    return [service for service, report in reports.items() if report is None]
