"""The operators' routes, which every service has, answer whatever Schemathesis sends: tests/support/fuzzing.py."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from schemathesis import GenerationMode

from isopolity.runtime.process import running
from tests.support.fuzzing import MODES, Target, operations_of
from tests.support.polling import until
from tests.support.servers.provision import ONE_DATABASE, empty_database
from tests.support.shared.note_service import NoteSettings, bearer, open_notes

LETTERS = "/matching/v1/dead-letters"
LABELS = [each for each in operations_of("matching") if each != "GET /matching/v1/settings"]
"""The small service of the tests has no settings to tell."""
WITHOUT_PARAMETERS = ("/live", "/ready", "/metrics")
"""Routes of which no request can be wrong."""


@asynccontextmanager
async def with_a_dead_letter(folder: Path, url: str | None) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A client of the small service, and the id of a dead letter."""
    async with (
        open_notes(NoteSettings(data=folder), database_url=url) as service,
        running(service.tasks),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(service.app, raise_app_exceptions=False), base_url="http://matching"
        ) as client,
    ):
        await client.post("/matching/v1/notes/bug")

        async def letters() -> list[dict[str, str]]:
            found: list[dict[str, str]] = (await client.get(LETTERS, headers=bearer("operator"))).json()
            return found

        async def buried() -> bool:
            return bool(await letters())

        await until(buried)
        yield client, (await letters())[0]["id"]


@pytest.fixture(scope="module", params=ONE_DATABASE)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder: Path = tmp_path_factory.mktemp("fuzzing")
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        url = None
        if request.param == "postgres":
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(portal.wrap_async_context_manager(empty_database(server)))
            url = url.replace("postgresql://", "postgresql+asyncpg://")
        client, letter = stack.enter_context(portal.wrap_async_context_manager(with_a_dead_letter(folder, url)))
        masked = "/matching/v1/masked-letters"
        existing = {f"{masked}/[^?]*": f"{masked}/{letter}"}
        yield Target.of(portal, client, "/matching/openapi.json", bearer("operator", "staff"), existing)


def test_every_operation_is_in_the_document(target: Target) -> None:
    assert target.labels() - {"POST /matching/v1/notes/{name}"} == set(LABELS)


@pytest.mark.long
@pytest.mark.parametrize(
    ("mode", "label"),
    [
        pytest.param(mode, label, id=f"{mode.value}-{label}")
        for mode in MODES
        for label in LABELS
        if mode is GenerationMode.POSITIVE or not label.endswith(WITHOUT_PARAMETERS)
    ],
)
def test_no_request_is_answered_with_a_server_error(target: Target, mode: GenerationMode, label: str) -> None:
    target.fuzz(label, mode)
