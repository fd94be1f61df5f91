"""Who is admitted to a route, by scopes and rights, and as what the route sees its caller."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx
import pytest
from fastapi import Depends

from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller, recognise, require
from isopolity.web.tokens import Principal

TOKENS = LocalTokens(["k" * 32], lambda: datetime.now(UTC))


def router() -> ServiceRouter:
    router = ServiceRouter(prefix="/notes/v1")

    @router.get("/staff", dependencies=[Depends(require("staff"))])
    @router.post("/staff", dependencies=[Depends(require("staff"))])
    async def staff() -> str:
        return "welcome"

    @router.post("/endorsed")
    async def endorsed(principal: Annotated[Principal, Depends(require("staff:endorse", "member"))]) -> list[str]:
        return sorted(principal.scopes)

    @router.post("/applied")
    async def applied(principal: Annotated[Principal | None, Depends(recognise("staff:endorse"))]) -> list[str] | None:
        return None if principal is None else sorted(principal.scopes)

    @router.get("/seen")
    @router.post("/seen")
    async def seen(principal: Caller) -> list[str] | None:
        return None if principal is None else sorted(principal.scopes)

    @router.put("/staff")
    async def put(numbers: list[int], principal: Annotated[Principal, Depends(require("staff:endorse"))]) -> int:
        return sum(numbers)

    return router


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = service_app(
        "notes",
        title="Notes",
        description="For tests",
        tokens=TOKENS,
        routers=[router()],
        ids=lambda: "new-id",
        observer=lambda *_facts: None,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://notes.example") as client:
        yield client


def bearer(*scopes: str) -> dict[str, str]:
    return {"Authorization": "Bearer " + TOKENS.issue("anna", scopes, lifetime=timedelta(hours=1))}


@pytest.mark.parametrize(
    ("scopes", "method", "status", "code"),
    [
        (["staff:endorse"], "GET", 200, None),
        (["staff:read"], "GET", 200, None),
        (["operator:read"], "GET", 403, "scope-missing"),
        (["staff:unknown"], "GET", 403, "scope-missing"),
        (["staff"], "POST", 200, None),
        (["staff:endorse", "staff:publish", "staff:manage", "staff:read"], "POST", 403, "staff-right-missing"),
    ],
)
async def test_a_route_that_names_no_right_admits_any_to_read_and_the_whole_scope_to_change(
    client: httpx.AsyncClient, scopes: list[str], method: str, status: int, code: str | None
) -> None:
    answer = await client.request(method, "/notes/v1/staff", headers=bearer(*scopes))
    assert (answer.status_code, answer.json()["code"] if code else None) == (status, code)


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (["staff"], ["staff"]),
        (["staff:endorse"], ["staff", "staff:endorse"]),
        (["member"], ["member"]),
        (["member", "staff:read"], ["member", "staff:read"]),
        (["member", "staff:endorse"], ["member", "staff", "staff:endorse"]),
    ],
)
async def test_the_caller_acts_as_staff_by_the_right_that_the_route_names_alone(
    client: httpx.AsyncClient, scopes: list[str], expected: list[str]
) -> None:
    assert (await client.post("/notes/v1/endorsed", headers=bearer(*scopes))).json() == expected


async def test_who_lacks_the_right_is_told_which_and_who_gives_it(client: httpx.AsyncClient) -> None:
    refused = (await client.post("/notes/v1/endorsed", headers=bearer("staff:publish"))).json()
    assert (refused["code"], refused["parameters"]) == ("staff-right-missing", {"right": "staff:endorse"})
    assert refused["detail"] == (
        "This needs the right staff:endorse, which your token does not hold; who holds staff:manage, or an operator, "
        "can give it."
    )


async def test_where_everybody_is_admitted_a_right_counts_as_on_other_routes(client: httpx.AsyncClient) -> None:
    async def acting(method: str, path: str, *scopes: str) -> list[str]:
        return list((await client.request(method, f"/notes/v1/{path}", headers=bearer(*scopes))).json())

    assert await acting("GET", "seen", "staff:publish") == ["staff", "staff:publish"]
    assert await acting("POST", "seen", "staff:publish") == ["staff:publish"]
    assert await acting("POST", "applied", "staff:publish") == ["staff:publish"]
    assert await acting("POST", "applied", "staff:endorse") == ["staff", "staff:endorse"]
    assert (await client.post("/notes/v1/applied")).json() is None


@pytest.mark.parametrize("body", ["{", '"no list"', "[" * 100, '["\\ud800"]'])
async def test_a_body_is_checked_for_who_is_admitted_alone(client: httpx.AsyncClient, body: str) -> None:
    kind, path = {"Content-Type": "application/json"}, "/notes/v1/staff?unknown=1"
    assert (await client.put(path, content=body, headers=kind)).status_code == 401
    assert (await client.put(path, content=body, headers=kind | bearer("staff:read"))).status_code == 403
    assert (await client.put(path, content=body, headers=kind | bearer("staff"))).status_code == 422


async def test_a_token_is_looked_at_once(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    verify = LocalTokens.verify

    async def counting(self: LocalTokens, token: str) -> Principal:
        looked.append(token)
        return await verify(self, token)

    monkeypatch.setattr(LocalTokens, "verify", counting)
    assert (await client.put("/notes/v1/staff", json=[1, 2], headers=bearer("staff"))).json() == 3
    assert len(looked) == 1
