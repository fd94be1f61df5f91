"""Looking around: by a button, for who holds the key at this machine; elsewhere there is no such page."""

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp

from isopolity.client.registry.models import SessionReceipt
from isopolity.command.pages import guards
from isopolity.command.pages.guards import Key
from tests.support.portal.service import CITY, FakeSessions, answers, portal, portal_app, receipt, signed_in

KEY = "k" * 43


class Visitors:
    """Begins sessions, and notes for whom."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    async def __call__(self, role: str) -> SessionReceipt | None:
        self.begun.append(role)
        return None if role == "foundation" else SessionReceipt.model_validate(receipt(CITY))


@pytest.fixture
def visitors() -> Visitors:
    return Visitors()


@pytest.fixture
def app(visitors: Visitors) -> ASGIApp:
    return portal_app(answers(CITY), is_local=True, beside=guards.routes(visitors, Key(KEY)))


def visiting(app: ASGIApp, peer: str = "127.0.0.1") -> AsyncClient:
    transport = ASGITransport(app, client=(peer, 40000))
    return AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers={"Sec-Fetch-Site": "same-origin"})


async def test_a_button_begins_a_session_for_who_came_by_the_link(app: ASGIApp, visitors: Visitors) -> None:
    async with visiting(app) as browser:
        opened = await browser.get(f"/look-around?key={KEY}")
        assert opened.headers["location"] == "/look-around"
        page = await browser.get("/look-around")
        assert page.text.count("<button") == 4
        assert "Illustrative" in page.text
        assert visitors.begun == [], "a link that is followed changes nothing"
        begun = await browser.post("/look-around", data={"role": "coordinator"})
        assert (begun.status_code, begun.headers["location"]) == (303, "/me")
        assert (await browser.get("/me")).status_code == 200
    assert visitors.begun == ["coordinator"]


@pytest.mark.parametrize("role", ["", "auditor", "coordinator'"])
async def test_another_role_begins_nothing(app: ASGIApp, visitors: Visitors, role: str) -> None:
    async with visiting(app) as browser:
        await browser.get(f"/look-around?key={KEY}")
        assert (await browser.post("/look-around", data={"role": role})).status_code == 200
        assert "isopolity_session" not in browser.cookies
    assert visitors.begun == []


async def test_it_is_told_when_there_is_nobody_to_be(app: ASGIApp) -> None:
    async with visiting(app) as browser:
        await browser.get(f"/look-around?key={KEY}")
        page = await browser.post("/look-around", data={"role": "foundation"})
    assert page.status_code == 404
    assert "There is nobody whom you could be" in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", ["", "?key=", "?key=wrong"])
async def test_nobody_looks_around_without_the_key(app: ASGIApp, visitors: Visitors, method: str, query: str) -> None:
    async with visiting(app) as browser:
        answer = await browser.request(method, f"/look-around{query}", data={"role": "staff"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert visitors.begun == []


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"Host": "evil.example"}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}),
    ],
    ids=["another machine", "another name", "through a proxy"],
)
async def test_nobody_looks_around_from_elsewhere(
    app: ASGIApp, visitors: Visitors, peer: str, headers: dict[str, str]
) -> None:
    async with visiting(app, peer) as browser:
        for method in ("GET", "POST"):
            answer = await browser.request(
                method, "/look-around", params={"key": KEY}, headers=headers, data={"role": "staff"}
            )
            assert answer.status_code == 403
    assert visitors.begun == []


async def test_a_form_of_another_site_begins_nothing(app: ASGIApp, visitors: Visitors) -> None:
    async with visiting(app) as browser:
        await browser.get(f"/look-around?key={KEY}")
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert (await browser.post("/look-around", data={"role": "staff"}, headers=foreign)).status_code == 403
    assert visitors.begun == []


async def test_there_is_no_such_page_without_the_demo() -> None:
    async with portal(answers(CITY), sessions=FakeSessions()) as browser:
        await signed_in(browser)
        assert (await browser.get(f"/look-around?key={KEY}")).status_code == 404
        assert (await browser.post("/look-around", data={"role": "staff"})).status_code == 404
