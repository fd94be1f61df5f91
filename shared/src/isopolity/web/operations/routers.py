"""All routes for operators: health, metrics, status, dead letters; and the audit, for staff."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from isopolity.settings import Settings
from isopolity.web.addresses import address_of, is_loopback
from isopolity.web.operations.audit import audit_router
from isopolity.web.operations.dead_letters import dead_letters_router
from isopolity.web.operations.health import health_router
from isopolity.web.operations.report import StatusReport, status_report
from isopolity.web.operations.vitals import Vitals
from isopolity.web.security import require


@dataclass(frozen=True, slots=True)
class InsideOnly:
    """A dependency that answers 404 to a request from outside.

    A request is from inside if no proxy passed it on, and its Host is loopback, a name in `names`, or else an address
    or a name without a dot (a pod's address, a container's name) that is not `public`, where people reach the network.
    """

    public: str
    names: Collection[str] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(urlsplit(settings.public_url).hostname or "", settings.inside_hosts)

    async def __call__(self, request: Request) -> None:
        if "x-forwarded-for" in request.headers or not self.admits(request.headers.get("host", "")):
            raise HTTPException(404)

    def admits(self, host: str) -> bool:
        """Whether a Host header names something inside."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in ("localhost", *self.names) or is_loopback(name):
            return True
        return name not in ("", self.public) and (address_of(name) is not None or "." not in name)


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
