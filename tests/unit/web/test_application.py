"""The application of every service, round its own routes."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, Depends, Request
from pydantic import BaseModel
from structlog.testing import capture_logs

from isopolity.identity.lineage import current_lineage
from isopolity.messaging.errors import MessageTooLarge
from isopolity.persistence.health import DatabaseUnavailable, QueryTooSlow
from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
TOKENS = LocalTokens(["k" * 32], lambda: datetime.now(UTC))


class Note(BaseModel):
    text: str
    lines: list[int] = []


def router() -> ServiceRouter:
    router = ServiceRouter(prefix="/notes/v1")

    @router.get("/lineage")
    async def lineage() -> dict[str, str | None]:
        found = current_lineage()
        assert found is not None
        return {"correlation": found.correlation_id, "cause": found.causation_id, "trace": found.traceparent}

    @router.get("/answer/{token}")
    async def answer(token: str, name: str) -> str:
        return token[:1] + name[:1]

    @router.post("/notes")
    async def note(body: Annotated[Note, Body()]) -> str:
        return body.text

    @router.post("/large")
    async def large(request: Request) -> int:
        return len(await request.body())

    @router.get("/bug")
    async def bug() -> None:
        raise ZeroDivisionError

    @router.get("/away")
    async def away() -> None:
        raise DatabaseUnavailable

    @router.get("/too-slow")
    async def too_slow() -> None:
        raise QueryTooSlow("A query on notes takes too long.")

    @router.get("/too-large")
    async def too_large() -> None:
        raise MessageTooLarge("it would have 2000000 bytes")

    @router.get("/refused")
    async def refused() -> None:
        raise Problem(409, "It is taken; choose another name.", code="taken")

    @router.get("/needs", dependencies=[Depends(require("member"))])
    @router.post("/needs", dependencies=[Depends(require("member"))])
    async def needs() -> str:
        return "all"

    @router.post("/approval", dependencies=[Depends(require("member", approvers=True))])
    async def approval() -> str:
        return "approved"

    @router.get("/staff", dependencies=[Depends(require("staff"))])
    async def staff() -> str:
        return "welcome"

    return router


@pytest.fixture
def methods() -> list[str]:
    """The methods that the metrics were told of."""
    return []


@pytest.fixture
async def client(methods: list[str]) -> AsyncIterator[httpx.AsyncClient]:
    app = service_app(
        "notes",
        title="Notes",
        description="For tests",
        tokens=TOKENS,
        routers=[router()],
        ids=lambda: "new-id",
        observer=lambda method, *_facts: methods.append(method),
        body_limits={"/notes/v1/large": 2_000_000},
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://notes.example") as client:
        yield client


def bearer(*scopes: str) -> dict[str, str]:
    return {"Authorization": "Bearer " + TOKENS.issue("anna", scopes, lifetime=timedelta(hours=1))}


async def test_a_request_starts_a_lineage_of_its_own(client: httpx.AsyncClient) -> None:
    response = await client.get("/notes/v1/lineage")
    assert response.json() == {"correlation": "new-id", "cause": None, "trace": None}
    assert response.headers["X-Correlation-ID"] == "new-id"
    assert current_lineage() is None


async def test_a_request_goes_on_with_the_lineage_that_it_brings(client: httpx.AsyncClient) -> None:
    response = await client.get("/notes/v1/lineage", headers={"X-Correlation-ID": "chain-3", "traceparent": TRACE})
    assert response.json() == {"correlation": "chain-3", "cause": None, "trace": TRACE}
    assert response.headers["X-Correlation-ID"] == "chain-3"


@pytest.mark.parametrize("wrong", ["", "with space", "x" * 101, "line\tbreak", "anna@example.org"])
async def test_a_correlation_id_that_is_none_is_replaced(client: httpx.AsyncClient, wrong: str) -> None:
    response = await client.get("/notes/v1/lineage", headers={"X-Correlation-ID": wrong})
    assert response.headers["X-Correlation-ID"] == "new-id"


@pytest.mark.parametrize("wrong", ["rubbish", TRACE.replace("a", "0"), TRACE.upper(), TRACE + "-x"])
async def test_a_traceparent_that_is_none_is_dropped(client: httpx.AsyncClient, wrong: str) -> None:
    response = await client.get("/notes/v1/lineage", headers={"traceparent": wrong})
    assert response.json()["trace"] is None


async def test_the_access_log_has_the_route_and_neither_token_nor_query(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        await client.get("/notes/v1/answer/SECRET-TOKEN?name=SECRET-NAME")
    (line,) = logs
    assert line["route"] == "/notes/v1/answer/{token}"
    assert (line["method"], line["status"]) == ("GET", 200)
    assert "SECRET" not in str(line)


async def test_the_access_log_names_the_token_by_its_id_and_not_its_subject(client: httpx.AsyncClient) -> None:
    token = TOKENS.issue("anna@city.example", ["staff"], lifetime=timedelta(hours=1))
    with capture_logs() as logs:
        await client.get("/notes/v1/staff", headers={"Authorization": f"Bearer {token}"})
        await client.get("/notes/v1/lineage")
    with_token, without = logs
    assert with_token["token_id"] == (await TOKENS.verify(token)).token_id
    assert "token_id" not in without
    assert "anna" not in str(logs)


async def test_a_path_that_does_not_exist_is_not_written_to_the_log(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        response = await client.get("/notes/v1/SECRET-TOKEN")
    assert response.status_code == 404
    assert "SECRET" not in str(logs)


async def test_any_word_as_method_is_one_label_in_the_metrics(client: httpx.AsyncClient, methods: list[str]) -> None:
    for method in ("GET", "BREW", "X1"):
        await client.request(method, "/notes/v1/lineage")
    assert methods == ["GET", "other", "other"]


async def test_a_bug_is_answered_with_a_problem_and_logged_once(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        response = await client.get("/notes/v1/bug")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["X-Correlation-ID"] == "new-id"
    assert "ZeroDivisionError" not in response.text
    assert [line["event"] for line in logs] == ["request_failed", "request"]


async def test_a_database_that_is_away_is_no_bug(client: httpx.AsyncClient) -> None:
    response = await client.get("/notes/v1/away")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.json()["type"] == "urn:isopolity:problem:unavailable"


async def test_query_that_is_too_slow_has_another_problem_code_than_an_outage(client: httpx.AsyncClient) -> None:
    response = await client.get("/notes/v1/too-slow")
    assert (response.status_code, response.json()["type"]) == (503, "urn:isopolity:problem:query-too-slow")
    assert response.json()["detail"].startswith("The database took too long over this, and nothing was changed.")


async def test_more_than_an_event_can_carry_is_refused_with_a_sentence(client: httpx.AsyncClient) -> None:
    response = await client.get("/notes/v1/too-large")
    assert (response.status_code, response.json()["type"]) == (413, "urn:isopolity:problem:too-large")


async def test_a_refusal_says_what_to_change(client: httpx.AsyncClient) -> None:
    response = await client.get("/notes/v1/refused")
    assert response.status_code == 409
    assert response.json() == {
        "type": "urn:isopolity:problem:taken",
        "title": "Conflict",
        "status": 409,
        "detail": "It is taken; choose another name.",
        "code": "taken",
        "parameters": {},
    }


async def test_a_wrong_field_is_named_by_a_pointer(client: httpx.AsyncClient) -> None:
    response = await client.post("/notes/v1/notes", json={"text": "a", "lines": [1, "two"]})
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], error["code"], error["parameters"]) == ("/lines/1", "int-parsing", {})


async def test_a_body_that_is_no_json_is_a_problem_too(client: httpx.AsyncClient) -> None:
    response = await client.post("/notes/v1/notes", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "content", "media_type", "status", "says"),
    [
        ("POST", "notes", b'{"text": 1}', "application/json", 422, "Give a text."),
        ("POST", "notes", b'{"text": "a"}', "text/plain", 415, "Send the body as Content-Type: application/json."),
        ("POST", "notes", b'{"text": "\xff"}', "application/json", 400, "The body cannot be read as JSON"),
        ("POST", "notes", b"[" * 100_000, "application/json", 422, "The body is more than 32 levels deep"),
        ("GET", "nothing", b"", "", 404, "There is nothing at this address"),
        ("PUT", "notes", b"", "", 405, "PUT is not possible here"),
    ],
)
async def test_what_the_framework_refuses_is_told_in_our_words(
    client: httpx.AsyncClient, method: str, path: str, content: bytes, media_type: str, status: int, says: str
) -> None:
    headers = {"content-type": media_type} if media_type else {}
    response = await client.request(method, f"/notes/v1/{path}", content=content, headers=headers)
    problem = response.json()
    assert response.status_code == status
    assert says in " ".join([problem["detail"], *[entry["detail"] for entry in problem.get("errors", ())]])


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_body_over_the_limit_is_refused_announced_or_not(client: httpx.AsyncClient, streamed: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100_000

    content: Any = chunks() if streamed else b"x" * 1_000_001
    response = await client.post("/notes/v1/notes", content=content, headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert "limit of 1000000 bytes" in response.json()["detail"]


async def test_a_path_may_have_a_limit_of_its_own(client: httpx.AsyncClient) -> None:
    assert (await client.post("/notes/v1/large", content=b"x" * 1_500_000)).json() == 1_500_000
    assert (await client.post("/notes/v1/large", content=b"x" * 2_500_000)).status_code == 413


async def test_responses_forbid_sniffing_framing_referrers_and_caching(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/notes/v1/lineage")).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


async def test_documents_need_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/notes/docs")
    assert "://" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert not re.search(r"<style|<script(?! src=)| style=| on\w+=", page.text), "nothing that the policy stops"
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert (await client.get(asset)).status_code == 200


async def test_the_document_gives_problems_their_media_type(client: httpx.AsyncClient) -> None:
    for _ in range(2):  # it is made once
        document = (await client.get("/notes/openapi.json")).json()
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        common = document["components"]["responses"]
        assert all(each["responses"]["default"] == {"$ref": "#/components/responses/default"} for each in operations)
        assert {tuple(each["content"]) for each in common.values()} == {("application/problem+json",)}


async def test_documents_lie_under_the_services_prefix(client: httpx.AsyncClient) -> None:
    assert (await client.get("/notes/docs")).status_code == 200
    assert (await client.get("/notes/openapi.json")).json()["info"]["title"] == "Notes"
    assert (await client.get("/docs")).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        (dict, 401, "no-token"),
        (lambda: {"Authorization": "Bearer rubbish"}, 401, "token-refused"),
        (lambda: bearer("member"), 403, "scope-missing"),
        (lambda: bearer("member", "staff"), 200, None),
    ],
)
async def test_a_route_admits_by_scope(
    client: httpx.AsyncClient, headers: Callable[[], dict[str, str]], status: int, code: str | None
) -> None:
    response = await client.get("/notes/v1/staff", headers=headers())
    assert response.status_code == status
    if code is not None:
        assert response.json()["type"] == f"urn:isopolity:problem:{code}"
    assert ("WWW-Authenticate" in response.headers) == (status == 401)


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("approver", "GET", "needs", 200),
        ("approver", "POST", "needs", 403),
        ("approver", "POST", "approval", 200),
        ("deputy", "POST", "needs", 200),
        (None, "POST", "needs", 200),
    ],
)
async def test_an_approver_reads_and_approves_and_changes_nothing(
    client: httpx.AsyncClient, role: str | None, method: str, path: str, status: int
) -> None:
    token = TOKENS.issue("anna", ["member"], member_id="city-7", role=role, lifetime=timedelta(hours=1))
    answer = await client.request(method, f"/notes/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"] == "urn:isopolity:problem:approver"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/notes/v1/lineage", 200), ("/notes/openapi.json", 200), ("/notes/v1/none", 404), ("/notes/v1/notes", 405)],
)
async def test_head_is_answered_as_get_without_the_body(client: httpx.AsyncClient, path: str, status: int) -> None:
    got, headed = await client.get(path), await client.head(path)
    assert (headed.status_code, headed.content) == (status, b"")
    assert headed.headers["Content-Length"] == got.headers["Content-Length"]
    assert headed.headers["Content-Type"] == got.headers["Content-Type"]
