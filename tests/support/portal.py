"""The portal before services that answer as a test says."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from fastapi import FastAPI

from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.app import install
from isopolity.portal.entrypoints.http.rendering import Office

Answers = Mapping[str, Any]
"""JSON, or a status, by path after `/registry/v1` or `/matching/v1`; any other path answers 404."""
ADDRESSES = {"registry": "http://registry", "matching": "http://matching"}


def answering(answers: Answers, seen: list[httpx.Request]) -> Callable[[httpx.Request], httpx.Response]:
    """The services: they note each request in `seen`."""

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        found = answers.get(request.url.path.partition("/v1")[2], 404)
        return httpx.Response(found, json={}) if isinstance(found, int) else httpx.Response(200, json=found)

    return answer


def portal(answers: Answers, seen: list[httpx.Request] | None = None) -> httpx.AsyncClient:
    """A browser at the portal."""
    seen = [] if seen is None else seen
    services = httpx.AsyncClient(transport=httpx.MockTransport(answering(answers, seen)))
    app = FastAPI()
    install(
        app, ServiceApis(services, ADDRESSES), Office(name="Office", email="office@network.example", is_local=False)
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.7", 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://portal")


def listed(*items: Any, following: str | None = None) -> dict[str, Any]:
    """A page of a list."""
    return {"items": list(items), "next": following}
