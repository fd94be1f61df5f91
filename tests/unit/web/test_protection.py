"""Headers on every answer, redirects that do not know of TLS, and who may see the metrics."""

import httpx
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from isopolity.configuration.settings import Settings
from isopolity.web.application import SecurityHeaders, lead_out
from isopolity.web.operations.routers import InsideOnly


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/applications/v1/cities/a", 200),
        ("GET", "/applications/v1/bug", 500),
        ("GET", "/applications/v1/nothing", 404),
        ("GET", "/applications/v1/cities/%00", 422),
        ("PUT", "/applications/v1/cities", 405),
        ("POST", "/applications/v1/cities", 422),
        ("GET", "/elsewhere", 404),
    ],
)
async def test_every_answer_has_the_headers(
    stranger: httpx.AsyncClient, bearer: dict[str, str], method: str, path: str, status: int
) -> None:
    response = await stranger.request(method, path, headers=bearer)
    assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "frame-ancestors" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Correlation-ID"]


async def test_a_redirect_names_neither_scheme_nor_host() -> None:
    async def nothing(*_: object) -> None:
        raise AssertionError

    app = SecurityHeaders(Starlette(routes=[Mount("/mails", routes=[Route("/", nothing)])]))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://network.example") as client:
        for host in ("network.example", "evil.example", "network.example:x", "a b", "u@network.example", ""):
            response = await client.get("/mails", headers={"Host": host})
            assert (response.status_code, response.headers["Location"]) == (307, "/mails/")


async def test_a_redirect_leads_to_another_site_only_where_its_route_says_so() -> None:
    async def going(request: Request) -> Response:
        if "leaves" in request.url.path:
            lead_out(request.scope)
        return RedirectResponse("https://login.example/auth?state=1")

    app = SecurityHeaders(Starlette(routes=[Mount("/", routes=[Route("/leaves", going), Route("/stays", going)])]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://network.example") as client:
        assert (await client.get("/leaves")).headers["Location"] == "https://login.example/auth?state=1"
        assert (await client.get("/stays")).headers["Location"] == "/auth?state=1"


async def test_without_https_browsers_are_told_nothing_of_it() -> None:
    transport = httpx.ASGITransport(SecurityHeaders(Starlette()))
    async with httpx.AsyncClient(transport=transport, base_url="http://network.example") as client:
        assert "Strict-Transport-Security" not in (await client.get("/")).headers


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("localhost", True),
        ("registry:8000", True),
        ("10.2.3.4:8000", True),
        ("[fd00::1]:8000", True),
        ("registry.isopolity.svc", True),
        ("network.example", False),
        ("network.example:8000", False),
        ("NETWORK.EXAMPLE", False),
        ("other.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_metrics_are_for_who_names_something_inside(host: str, inside: bool) -> None:
    assert InsideOnly("network.example", ["registry.isopolity.svc"]).admits(host) is inside


@pytest.mark.parametrize("public", ["203.0.113.7", "gateway"])
def test_a_public_address_is_outside_even_where_it_is_no_name(public: str) -> None:
    assert not InsideOnly(public).admits(f"{public}:80")
    assert InsideOnly("127.0.0.1").admits("127.0.0.1:8000")


def test_trusted_proxies_are_networks_and_none_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().proxies == ()
    monkeypatch.setenv("ISOPOLITY_TRUSTED_PROXIES", "10.1.2.3/16, fd00::1")
    assert Settings().proxies == ("10.1.0.0/16", "fd00::1/128")
    monkeypatch.setenv("ISOPOLITY_TRUSTED_PROXIES", "proxy")
    with pytest.raises(ValidationError, match="write addresses and networks"):
        Settings()
