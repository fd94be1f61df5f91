"""What the portal refuses before a page is asked is told to people on a page, to programs as problem details."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.rate_limits import WRITES, RateLimit
from tests.support.portal.service import HOME, NOW, portal_app


@pytest.fixture
def app() -> FastAPI:
    tokens = LocalTokens(("k" * 43,), lambda: NOW)
    application = service_app("portal", title="Portal", description="", tokens=tokens)
    (limit,) = [
        entry for entry in application.user_middleware if getattr(entry.cls, "__name__", "") == RateLimit.__name__
    ]
    limit.kwargs["clock"] = lambda: 1_000.0  # it stands still: slow answers give back no tokens
    return portal_app(HOME, app=application)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.7", 4711))
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url="http://portal", headers=headers) as client:
        yield client


def assert_readable(answer: httpx.Response) -> None:
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.count("<h1>") == 1
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "style-src 'self'" in answer.headers["content-security-policy"]


async def test_who_asks_too_often_reads_when_it_goes_on(browser: httpx.AsyncClient) -> None:
    for _ in range(int(WRITES.burst)):
        assert (await browser.post("/imprint")).status_code == 405
    answer = await browser.post("/imprint?<b>")
    assert answer.status_code == 429
    assert_readable(answer)
    assert answer.headers["retry-after"] == "1"
    assert "try again in a second" in answer.text
    assert 'href="/imprint"' in answer.text
    program = await browser.post("/portal/v1/nothing")
    assert program.headers["content-type"] == "application/problem+json"


async def test_what_was_typed_stays_on_the_page_that_asks_to_wait(browser: httpx.AsyncClient) -> None:
    for _ in range(int(WRITES.burst)):
        await browser.post("/imprint")
    answer = await browser.post("/join", data={"email": "a<b@city.example", "key": "k", "form": "0f"})
    assert answer.status_code == 429
    assert_readable(answer)
    for name, value in (("email", "a&lt;b@city.example"), ("key", "k"), ("form", "0f")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in answer.text
    foreign = await browser.post("/join", data={"email": "planted"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (foreign.status_code, "planted" in foreign.text) == (429, False)


@pytest.mark.parametrize("is_announced", [True, False])
async def test_what_is_too_large_is_told(browser: httpx.AsyncClient, is_announced: bool) -> None:
    async def much() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"a" * 100_000

    content = b"a" * 2_000_000 if is_announced else much()
    answer = await browser.post("/sign-in", content=content)
    assert answer.status_code == 413
    assert_readable(answer)
    assert "This is not possible" in answer.text


async def test_a_head_that_is_too_large_is_told(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/imprint", headers={"X-Much": "a" * 20_000})
    assert answer.status_code == 431
    assert_readable(answer)
