"""A small application like those of the services."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict

from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller, require

LARGE = 20_000_000


class Application(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = ""
    codes: list[int] = []


@pytest.fixture
def tokens() -> LocalTokens:
    return LocalTokens(["k" * 32], lambda: datetime.now(UTC))


@pytest.fixture
def bearer(tokens: LocalTokens) -> dict[str, str]:
    """The header of a member of staff."""
    return {"Authorization": "Bearer " + tokens.issue("anna", ["staff"], lifetime=timedelta(hours=1))}


@cache
def _router() -> ServiceRouter:
    router = ServiceRouter(prefix="/applications/v1")

    @router.get("/cities/{name}")
    async def read(name: str, _caller: Caller, text: str = "") -> str:
        return name + text

    @router.post("/cities")
    async def apply(body: Application, _caller: Caller) -> str:
        return body.name

    @router.post("/suggestions")
    async def suggest(body: Application) -> str:
        return body.name

    @router.post("/form")
    async def form(request: Request) -> int:
        async with request.form() as fields:
            return len(fields)

    @router.post("/imports")
    async def take(request: Request) -> int:
        return sum([len(block) async for block in request.stream()])

    @router.post("/imported-form")
    async def take_form(request: Request) -> int:
        async with request.form() as fields:
            return len(fields)

    @router.get("/bug", dependencies=[Depends(require("staff"))])
    async def bug() -> None:
        raise ZeroDivisionError

    return router


@pytest.fixture
def app(tokens: LocalTokens) -> FastAPI:
    return service_app(
        "applications",
        title="Applications",
        description="For tests",
        tokens=tokens,
        routers=[_router()],
        body_limits={"/applications/v1/imports": LARGE, "/applications/v1/imported-form": LARGE},
        https=True,
    )


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client from outside."""
    transport = httpx.ASGITransport(app, client=("203.0.113.7", 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://network.example") as client:
        yield client
