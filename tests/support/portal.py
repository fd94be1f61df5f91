"""The portal before services that answer as a test says."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from fastapi import FastAPI

from isopolity.contracts.registry import CityState
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.app import install
from isopolity.portal.entrypoints.http.rendering import Office
from isopolity.registry.entrypoints import examples

Answers = Mapping[str, Any]
"""JSON, or a status, by path after `/registry/v1` or `/matching/v1`; any other path answers 404."""
ADDRESSES = {"registry": "http://registry", "matching": "http://matching"}


def listed(*items: Any, following: str | None = None) -> dict[str, Any]:
    """A page of a list."""
    return {"items": list(items), "next": following}


CITY, PARTNER, REQUEST = (dict[str, Any](each) for each in (examples.CITY, examples.PARTNER, examples.REQUEST))
HOSTILE = "<script>alert('&\"')</script>"
EMPTY = listed()
NOWHERE = {"total": 0, "placed": 0, "places": []}
NO_TIES = {"total": 0, "lines": []}
FIGURES = {"cities": 1, "partners": 2, "requests": 3, "twinnings": 4_000}
HOME = {"/figures": FIGURES, "/requests": EMPTY, "/cities/places": NOWHERE, "/twinnings/places": NO_TIES}


def city(**changes: Any) -> dict[str, Any]:
    """A city as registry tells it."""
    needs = [{"subject": "sdg.4", "intensity": 3, "mode": "webinar", "valid_until": "2027-12-31"}]
    offers = [{"subject": "unknown.code", "intensity": 5, "mode": "unknown"}]
    state = CityState.model_validate(
        CITY
        | {"city_id": "espoo", "version": 1, "status": "endorsed", "region": "europe-north-america"}
        | {"name": "Espoo", "country": "FI", "population": 320_000, "languages": ["fi", "sv"], "needs": needs}
        | {"offers": offers, "learning_city_since": 2015, "local_names": ["Esbo"]}
    )
    return state.model_dump(mode="json") | changes


def answering(answers: Answers, seen: list[httpx.Request]) -> Callable[[httpx.Request], httpx.Response]:
    """The services: they note each request in `seen`."""

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        found = answers.get(request.url.path.partition("/v1")[2], 404)
        return httpx.Response(found, json={}) if isinstance(found, int) else httpx.Response(200, json=found)

    return answer


def portal(
    answers: Answers, seen: list[httpx.Request] | None = None, *, services: httpx.MockTransport | None = None
) -> httpx.AsyncClient:
    """A browser at the portal; `services` answer otherwise than by `answers`."""
    transport = services or httpx.MockTransport(answering(answers, [] if seen is None else seen))
    return browser_at(httpx.AsyncClient(transport=transport))


def browser_at(services: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser at the portal before these services."""
    app = FastAPI()
    install(
        app, ServiceApis(services, ADDRESSES), Office(name="Office", email="office@network.example", is_local=False)
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.7", 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://portal")
