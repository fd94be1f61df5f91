"""Which application answers which path, and for whom."""

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from isopolity.command.hosting.network import BehindProxy, PathRouter


@pytest.mark.parametrize(
    ("path", "answered_by"),
    [
        ("/registry/v1/cities", "registry"),
        ("/notify/answer/token", "notify"),
        ("/registry", "registry"),
        ("/registry/docs", "registry"),
        ("/", "pages"),
        ("/mailbox", "pages"),
        ("/registryx/v1", "pages"),
    ],
)
async def test_first_step_of_the_path_decides(path: str, answered_by: str) -> None:
    services = {name: PlainTextResponse(name) for name in ("registry", "notify")}
    app = PathRouter(services, PlainTextResponse("pages"))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1") as client:
        assert (await client.get(path)).text == answered_by


@pytest.mark.parametrize(("headers", "address"), [({"X-Forwarded-For": "192.0.2.7"}, "192.0.2.7"), ({}, "127.0.0.1")])
async def test_behind_a_proxy_the_visitor_is_the_client(headers: dict[str, str], address: str) -> None:
    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(scope["client"][0])(scope, receive, send)

    transport = ASGITransport(BehindProxy(told))
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        assert (await client.get("/")).text == address
