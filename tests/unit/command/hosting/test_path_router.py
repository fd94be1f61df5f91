"""Which application answers which path."""

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.responses import PlainTextResponse

from isopolity.command.hosting.network import PathRouter


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
