"""All routes for operators: health, metrics, status, dead letters; and the audit, for staff."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Depends, Response

from isopolity.web.operations.audit import audit_router
from isopolity.web.operations.dead_letters import dead_letters_router
from isopolity.web.operations.health import health_router
from isopolity.web.operations.internal import InsideOnly
from isopolity.web.operations.report import StatusReport, status_report
from isopolity.web.operations.vitals import Vitals
from isopolity.web.security import require


def operations_routers(vitals: Vitals, metrics: Callable[[], bytes], inside: InsideOnly) -> Sequence[APIRouter]:
    """The routers that every service includes; `metrics` gives the text that Prometheus reads, `inside` admits it."""
    return (
        health_router(vitals),
        dead_letters_router(vitals),
        audit_router(vitals),
        _status_router(vitals),
        _metrics_router(vitals, metrics, inside),
    )


def _status_router(vitals: Vitals) -> APIRouter:
    router = APIRouter(prefix=f"/{vitals.service}/v1/status", tags=["operations"])

    @router.get("", dependencies=[Depends(require("operator"))])
    async def status() -> StatusReport:
        """Outbox, consumer groups, parked events, dead letters and the canary."""
        return await status_report(vitals)

    return router


def _metrics_router(vitals: Vitals, metrics: Callable[[], bytes], inside: InsideOnly) -> APIRouter:
    router = APIRouter(prefix=f"/{vitals.service}/metrics", tags=["operations"])

    @router.get("", response_class=Response, dependencies=[Depends(inside)])
    async def scrape() -> Response:
        """Metrics in Prometheus' text format."""
        return Response(metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router
