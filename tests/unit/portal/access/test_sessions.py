"""The portal looks again and again which of its sessions have ended; what is away delays it."""

import asyncio
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from isopolity.client import registry
from isopolity.contracts.event import Lineage
from isopolity.identity.lineage import NoTracing, lineage_of
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.loops import ForgettingLoop
from isopolity.web.request_scope import RequestScope
from isopolity.web.revocations import RevocationsUnknown
from tests.support.portal.service import ADDRESSES, CITY, answering, answers, form_token, listed, portal_app, signed_in


async def test_it_goes_on_while_the_broker_is_away() -> None:
    looks = list[int]()

    async def forget() -> int:
        looks.append(1)
        if len(looks) == 1:
            raise RevocationsUnknown
        return 0

    async def sleep(seconds: float) -> None:
        assert seconds == 5.0
        if len(looks) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await ForgettingLoop(forget=forget, interval=5.0, sleep=sleep).run()
    assert len(looks) == 3


async def test_a_bug_is_not_hidden() -> None:
    async def forget() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ForgettingLoop(forget=forget, interval=5.0).run()


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _browser(seen: list[httpx.Request]) -> httpx.AsyncClient:
    numbers: Iterator[int] = count(1)
    app = RequestScope(
        portal_app(answers(CITY) | {"/contacts": listed(), "POST /contacts": {}}, seen),
        ids=lambda: f"request-{next(numbers)}",
        tracing=NoTracing(),
        observer=lambda method, route, status, seconds: None,
    )
    headers = {"Sec-Fetch-Site": "same-origin"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal", headers=headers)


def _asked(seen: list[httpx.Request], method: str) -> set[str | None]:
    return {request.headers.get("x-correlation-id") for request in seen if request.method == method}


@pytest.mark.parametrize("own", [{}, {"X-Correlation-ID": "of-the-client", "traceparent": TRACE}])
async def test_a_form_acts_under_the_id_that_its_answer_names(own: dict[str, str]) -> None:
    seen: list[httpx.Request] = []
    async with _browser(seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/contacts"))}
        seen.clear()
        typed = {"name": "Bo", "email": "bo@city.example", "role": "deputy", "language": "en"}
        reply = await browser.post("/me/contacts", data=typed | form, headers=own)
    named = reply.headers["x-correlation-id"]
    assert named == own.get("X-Correlation-ID", named)
    assert _asked(seen, "POST") == {named}
    assert {request.headers.get("traceparent") for request in seen} == {own.get("traceparent")}


async def test_each_request_asks_under_an_id_of_its_own() -> None:
    seen: list[httpx.Request] = []
    async with _browser(seen) as browser:
        named = [(await browser.get("/")).headers["x-correlation-id"] for _ in range(2)]
    assert len(set(named)) == 2
    assert _asked(seen, "GET") == set(named)


async def test_a_file_is_asked_for_under_the_id_of_its_request() -> None:
    seen: list[httpx.Request] = []
    answer = answering({"/imports/templates/cities": httpx.Response(200)}, seen)
    apis = ServiceApis(httpx.AsyncClient(transport=httpx.MockTransport(answer)), ADDRESSES)
    asked = registry.templates.read("cities")
    with lineage_of(Lineage("request-1")):
        (await apis.download(asked)).content.close()
    (await apis.download(asked)).content.close()
    assert [request.headers.get("x-correlation-id") for request in seen] == ["request-1", None]
