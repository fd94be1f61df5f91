"""Liveness and readiness: live unless only a restart can help, ready while work can be done."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, Response
from pydantic import BaseModel

from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from isopolity.persistence.database import is_unavailable
from isopolity.web.operations.vitals import Vitals

_PATIENCE_SECONDS: Final = 3.0


class Health(BaseModel):
    """`ok`, and for each part one word or sentence."""

    ok: bool
    parts: dict[str, str]


def health_router(vitals: Vitals) -> APIRouter:
    """`/<service>/health/live` and `/<service>/health/ready`; 503 when not."""
    router = APIRouter(prefix=f"/{vitals.service}/health", tags=["operations"])

    @router.get("/live", responses={503: {"model": Health}})
    async def live(response: Response) -> Health:
        """Whether the process works; if not, restart it."""
        healths = {group.name: group.health() for group in vitals.groups}
        return _answer(response, {name: None if health.live else health.reason for name, health in healths.items()})

    @router.get("/ready", responses={503: {"model": Health}})
    async def ready(response: Response) -> Health:
        """Whether database and broker answer and events flow."""
        return _answer(response, await readiness(vitals))

    return router


async def readiness(vitals: Vitals) -> dict[str, str | None]:
    """For each part, None or what is wrong with it."""
    parts = {"database": await _answers(vitals.database.ping), "broker": await _answers(vitals.broker.ping)}
    for group in vitals.groups:
        health = group.health()
        parts[group.name] = None if health.ready else health.reason
    if parts["database"] is None:
        for name, check in vitals.checks.items():
            parts[name] = await check()
    return parts


def _answer(response: Response, parts: dict[str, str | None]) -> Health:
    ok = not any(parts.values())
    response.status_code = 200 if ok else 503
    return Health(ok=ok, parts={name: problem or "ok" for name, problem in parts.items()})


async def _answers(ping: Callable[[], Awaitable[None]]) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await ping()
    except (TimeoutError, BrokerUnavailable, BrokerRefused):
        return "does not answer"
    except Exception as error:
        if not is_unavailable(error):
            raise
        return "does not answer"
    return None
