"""Commands in this process, with a registry and no other service."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from typer.testing import CliRunner, Result

from isopolity.command.client.http_client import Client
from isopolity.command.main import app
from isopolity.matching.application.workflows.departures import Departure
from isopolity.matching.entrypoints.http.departures import DepartureView, MergerView
from tests.support.registry.service import RegistryUnderTest, bearer, open_under_test

_NOTHING: Final[dict[str, Any]] = {"items": [], "next": None}
OTHERS: Final[dict[str, Any]] = {
    "departure": DepartureView.of(Departure(ends=(), partnerships=0, interests=0)).model_dump(mode="json"),
    "merger": MergerView(proposals=0, partnerships=0, interests=0, drafts=0, lost=[]).model_dump(mode="json"),
}
"""Answers of the other services, by the last part of the path."""


class Bridge(httpx.BaseTransport):
    """Passes requests of the command to registry in its event loop, as staff and operator; other services are empty."""

    def __init__(self, portal: BlockingPortal, registry: RegistryUnderTest) -> None:
        self._portal = portal
        self._registry = registry

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.startswith("/registry/"):
            return httpx.Response(200, json=OTHERS.get(request.url.path.rpartition("/")[2], _NOTHING))
        headers = dict(request.headers) | bearer("staff", "operator")
        made = self._registry.client.build_request(request.method, request.url, content=request.read(), headers=headers)
        answer = self._portal.call(self._registry.client.send, made)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@contextmanager
def registry_behind(
    portal: BlockingPortal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RegistryUnderTest]:
    """A registry in `folder` that all commands of this process use."""
    monkeypatch.setenv("COLUMNS", "200")
    opening = open_under_test(f"sqlite+aiosqlite:///{folder / 'registry.db'}", folder)
    with portal.wrap_async_context_manager(opening) as opened:
        client = Client("http://registry", None, transport=Bridge(portal, opened))
        monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
        yield opened


def run(*arguments: str) -> Result:
    """Run one command."""
    return CliRunner().invoke(app, list(arguments))
