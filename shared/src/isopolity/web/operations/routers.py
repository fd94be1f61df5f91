"""All routes for operators: health, metrics, status, streams, journal, dead letters; and the audit, also for staff."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Self
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from isopolity.configuration.settings import Settings
from isopolity.machine.stores import UNWRITABLE
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, BrokerUnwritable
from isopolity.persistence.database import is_unavailable
from isopolity.web.api_documents import refuses
from isopolity.web.operations.audit import audit_router
from isopolity.web.operations.events import events_router
from isopolity.web.operations.groups.pauses import switching_router
from isopolity.web.operations.groups.resets import resets_router
from isopolity.web.operations.journal import journal_router
from isopolity.web.operations.letters.dead_letters import dead_letters_router, masked_letters_router
from isopolity.web.operations.report import StatusReport, status_report
from isopolity.web.operations.settings import SettingList
from isopolity.web.operations.streams import streams_router
from isopolity.web.operations.vitals import AskedVitals, Vitals
from isopolity.web.rate_limits import address_of, is_loopback
from isopolity.web.routing import INTERNAL, ServiceRouter
from isopolity.web.security import require


@dataclass(frozen=True, slots=True)
class InsideOnly:
    """A dependency that answers 404 to a request from outside.

    A request is from inside if no proxy forwarded it, and its Host is loopback, a name in `names`, or an address or a
    name without a dot (a pod's address, a container's name) other than `public`, the host of the public URL.
    """

    public: str
    names: Collection[str] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(urlsplit(settings.public_url).hostname or "", settings.inside_hosts)

    async def __call__(self, request: Request) -> None:
        if not self.is_inside(request):
            raise HTTPException(404)

    def is_inside(self, request: Request) -> bool:
        """Whether the request is from inside."""
        return "x-forwarded-for" not in request.headers and self.admits(request.headers.get("host", ""))

    def admits(self, host: str) -> bool:
        """Whether a Host header belongs to a request from inside."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in ("localhost", *self.names) or is_loopback(name):
            return True
        return name not in ("", self.public) and (address_of(name) is not None or "." not in name)


@cache
def operations_routers(service: str) -> Sequence[ServiceRouter]:
    """The routers that every service has; they read the vitals that `answer_for` puts into the application."""
    return (
        health_router(service),
        dead_letters_router(service),
        masked_letters_router(service),
        audit_router(service),
        _status_router(service),
        streams_router(service),
        events_router(service),
        switching_router(service),
        resets_router(service),
        journal_router(service),
        _metrics_router(service),
    )


def answer_for(
    app: FastAPI,
    vitals: Vitals,
    metrics: Callable[[], bytes],
    inside: InsideOnly,
    listed_settings: Callable[[], SettingList],
) -> None:
    """Let these routes of `app` report `vitals`; `metrics` returns Prometheus' text; `inside` admits requests to it."""
    app.state.vitals, app.state.metrics, app.state.inside = vitals, metrics, inside
    app.state.listed_settings = listed_settings


@refuses(404)
async def _inside_only(request: Request) -> None:
    await request.app.state.inside(request)


def _status_router(service: str) -> ServiceRouter:
    router = ServiceRouter(prefix=f"/{service}/v1/status")

    @router.get("", operation_id="status.read", dependencies=[Depends(require("operator"))])
    async def status(vitals: AskedVitals) -> StatusReport:
        """Outbox, consumer groups, parked events, dead letters and the canary."""
        return await status_report(vitals)

    return router


def _metrics_router(service: str) -> ServiceRouter:
    router = ServiceRouter(prefix=f"/{service}/metrics", audience=INTERNAL)

    @router.get("", operation_id="metrics.read", response_class=Response, dependencies=[Depends(_inside_only)])
    async def scrape(request: Request) -> Response:
        """Metrics in Prometheus' text format."""
        return Response(request.app.state.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


_PATIENCE_SECONDS: Final = 3.0


class Health(BaseModel):
    """Whether all is `ok`, and one word or sentence for each part."""

    ok: bool
    parts: dict[str, str]
    surroundings: dict[str, str] = {}
    """Servers that the service can do without for a while, such as a mail server: they do not count for readiness."""


def health_router(service: str) -> ServiceRouter:
    """`/<service>/health/live` and `/<service>/health/ready`; 503 if the service is not live or not ready."""
    router = ServiceRouter(prefix=f"/{service}/health", audience=INTERNAL)

    @router.get("/live", responses={503: {"model": Health}})
    async def live(vitals: AskedVitals, response: Response) -> Health:
        """Whether the process works; if it does not, restart it."""
        healths = {group.name: group.health() for group in vitals.groups}
        return _answer(response, {name: None if health.live else health.reason for name, health in healths.items()})

    @router.get("/ready", responses={503: {"model": Health}})
    async def ready(vitals: AskedVitals, request: Request, response: Response) -> Health:
        """Whether database and broker answer and can be written, and events flow; outside requests get no places."""
        parts = await readiness(vitals)
        if not request.app.state.inside.is_inside(request):
            parts = {name: _without_place(problem) for name, problem in parts.items()}
        health = _answer(response, parts)
        if parts["database"] is None:
            problems = {name: await check() for name, check in vitals.surroundings.items()}
            health.surroundings = {name: problem or "ok" for name, problem in problems.items()}
        return health

    return router


async def readiness(vitals: Vitals) -> dict[str, str | None]:
    """A sentence on the trouble of each part; None for a part without."""
    answers, broker = await asyncio.gather(_answers(vitals.database.ping), _answers(vitals.broker.ping))
    database = vitals.database.why_unwritable() or answers
    parts = {"database": database, "broker": broker}
    for group in vitals.groups:
        health = group.health()
        parts[group.name] = None if health.ready else health.reason
    if parts["database"] is None:
        for name, check in vitals.checks.items():
            parts[name] = await check()
    return parts


def _without_place(problem: str | None) -> str | None:
    return UNWRITABLE if problem is not None and UNWRITABLE in problem else problem


def _answer(response: Response, parts: dict[str, str | None]) -> Health:
    ok = not any(parts.values())
    response.status_code = 200 if ok else 503
    return Health(ok=ok, parts={name: problem or "ok" for name, problem in parts.items()})


async def _answers(ping: Callable[[], Awaitable[None]]) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await ping()
    except BrokerUnwritable as error:
        return str(error)
    except (TimeoutError, BrokerUnavailable, BrokerRefused):
        return "does not answer"
    except Exception as error:
        if not is_unavailable(error):
            raise
        return "does not answer"
    return None
