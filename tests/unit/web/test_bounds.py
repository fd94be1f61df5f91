"""Bounds on a stranger's request: its head, its body, and the answer that tells what is wrong."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from isopolity.web.problems import FieldProblem, Problem, invalid
from isopolity.web.request_limits import DEPTH, BodyLimit, check_json

CITIES = "/applications/v1/cities"
JSON = {"content-type": "application/json"}


async def test_85_000_unknown_fields_are_refused_before_they_are_looked_at(stranger: httpx.AsyncClient) -> None:
    body = {f"f{number}": 1 for number in range(85_000)}
    response = await stranger.post(CITIES, json=body)
    assert response.status_code == 413
    assert len(response.content) < 500


async def test_an_answer_lists_fifty_wrong_fields_and_tells_how_many_there_are(stranger: httpx.AsyncClient) -> None:
    response = await stranger.post(CITIES, json={f"f{number}": 1 for number in range(4_000)})
    problem = response.json()
    assert response.status_code == 422
    assert (len(problem["errors"]), problem["error_count"]) == (50, 4_000)
    assert "and 3995 more" in problem["detail"]
    assert len(response.content) < 10_000


async def test_what_a_caller_sent_does_not_come_back_at_any_length(stranger: httpx.AsyncClient) -> None:
    response = await stranger.post(CITIES, json={"x" * 900_000: 1})
    assert response.status_code == 422
    assert len(response.content) < 5_000


def test_a_few_wrong_fields_are_listed_without_a_count() -> None:
    problem = json.loads(bytes(invalid([FieldProblem(pointer="/a", detail="Give a text.")]).response().body))
    assert problem["detail"] == "The request is not valid; correct /a."
    assert "error_count" not in problem


async def test_a_body_with_a_token_may_hold_more(stranger: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    body = {"name": "a", "codes": list(range(15_000))}
    assert (await stranger.post(CITIES, json=body)).status_code == 413
    assert (await stranger.post(CITIES, json=body, headers=bearer)).status_code == 200


async def test_a_made_up_token_lets_no_larger_body_in(stranger: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    body, path = {"name": "a", "codes": list(range(15_000))}, "/applications/v1/suggestions"
    assert (await stranger.post(path, json=body, headers={"Authorization": "Bearer made-up"})).status_code == 413
    assert (await stranger.post(path, json=body, headers=bearer)).status_code == 200


@pytest.mark.parametrize("nested", ['{"a":', "["])
async def test_a_body_nested_a_thousand_times_is_refused(stranger: httpx.AsyncClient, nested: str) -> None:
    response = await stranger.post(CITIES, content=nested * 1_000, headers=JSON)
    assert (response.status_code, response.json()["detail"]) == (
        422,
        f"The body is more than {DEPTH} levels deep; nest it less.",
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (rb'{"name": "\u0000"}', 422),
        (rb'{"name": "\\\u0000"}', 422),
        (rb'{"name": "\ud83d"}', 422),
        (rb'{"name": "\ude00\ud83d"}', 422),
        (rb'{"\ud83d": 1}', 422),
        (b'{"name": "\xed\xa0\x80"}', 400),
        ('{"name": "a"}'.encode("utf-16"), 400),
        ('{"name": "é"}'.encode("latin-1"), 400),
        (rb'{"name": "\\u0000 \ud83d\ude00 \u00e9"}', 200),
        ('{"name": "Łódź 🙂"}'.encode(), 200),
        (b'\xef\xbb\xbf{"name": "a"}', 200),
        (b'{"codes": [' + b"9" * 5_000 + b"]}", 400),
        (b'{"codes": [1e999, NaN]}', 422),
    ],
)
async def test_text_that_is_none_is_refused_wherever_it_stands(
    stranger: httpx.AsyncClient, body: bytes, status: int
) -> None:
    response = await stranger.post(CITIES, content=body, headers=JSON)
    assert response.status_code == status, response.text


@pytest.mark.parametrize("body", [b'"' * 500_000, b"\\" * 500_000, b'"\\' * 250_000, b'"a' + rb"\u00e9" * 80_000])
def test_odd_bodies_are_looked_at_in_one_pass(body: bytes) -> None:
    with suppress(Problem):  # what takes the square of it takes hours
        check_json(body, parts=1_000_000)


@pytest.mark.parametrize("name", ["%00", "a%00b"])
async def test_a_nul_in_path_query_or_form_reaches_no_route(stranger: httpx.AsyncClient, name: str) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    for response in (
        await stranger.get(f"{CITIES}/{name}"),
        await stranger.get(f"{CITIES}/a?text={name}"),
        await stranger.get(f"{CITIES}/a?{name}=b"),
        await stranger.post("/applications/v1/form", content=f"reason={name}", headers=form),
    ):
        assert response.status_code == 422
        assert "NUL" in response.json()["detail"]
    assert (await stranger.get(f"{CITIES}/a?text=%2500")).json() == "a%00"


@pytest.mark.parametrize("path", ["form", "imported-form"])
@pytest.mark.parametrize(
    "charset", ["charset=base64", "charset=utf-8; charset=hex", "CHARSET='rot13'", "charset*0=ba; charset*1=se64"]
)
async def test_a_form_in_a_strange_charset_is_refused(stranger: httpx.AsyncClient, path: str, charset: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'
    headers = {"content-type": f"multipart/form-data; boundary=x; {charset}"}
    response = await stranger.post(f"/applications/v1/{path}", content=part, headers=headers)
    assert response.status_code == 415


async def test_a_form_has_a_thousand_fields_and_is_not_multipart(stranger: httpx.AsyncClient) -> None:
    path = "/applications/v1/form"
    assert (await stranger.post(path, data={"a": "b"})).json() == 1
    assert (await stranger.post(path, data={f"f{number}": "b" for number in range(1_001)})).status_code == 413
    assert (await stranger.post(path, files={"a": b"b"})).status_code == 415
    assert (await stranger.post("/applications/v1/imported-form", files={"a": b"b"})).json() == 1


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"{CITIES}/{'a' * 2_100}", {}, 414),
        (f"{CITIES}/a?text={'a' * 8_100}", {}, 414),
        (f"{CITIES}/a?{'&'.join('text=a' for _ in range(101))}", {}, 414),
        (f"{CITIES}/a", {"x-long": "a" * 17_000}, 431),
        (f"{CITIES}/a", {f"x-{number}": "a" for number in range(101)}, 431),
        (f"{CITIES}/a?text={'a' * 4_000}", {"x-long": "a" * 8_000}, 200),
    ],
)
async def test_a_head_has_bounds(stranger: httpx.AsyncClient, path: str, headers: dict[str, str], status: int) -> None:
    response = await stranger.get(path, headers=headers)
    assert response.status_code == status
    if status != 200:
        assert response.headers["content-type"] == "application/problem+json"


async def _sent(limit: BodyLimit, path: str, receive: Receive, **headers: str) -> None:
    async def send(_message: Message) -> None:
        return

    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "path": path, "headers": encoded}
    await limit(scope, receive, send)


async def _reading(_scope: Scope, receive: Receive, _send: Send) -> None:
    while (await receive()).get("more_body", False):
        pass


def _limit(**seconds: float) -> BodyLimit:
    return BodyLimit(_reading, limit=1_000, exceptions={"/imports": 1_000_000}, **seconds)


async def test_a_body_that_comes_too_slowly_in_all_is_refused() -> None:
    async def dribbling() -> Message:
        await asyncio.sleep(0.001)
        return {"type": "http.request", "body": b"", "more_body": True}

    with pytest.raises(Problem) as refused:
        await _sent(_limit(seconds=0.05), "/cities", dribbling)
    assert refused.value.status_code == 408


async def test_an_import_may_take_as_long_as_it_takes() -> None:
    pieces = 30

    async def slow() -> Message:
        nonlocal pieces
        pieces -= 1
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": pieces > 0}

    await _sent(_limit(seconds=0.02, silence=60), "/imports", slow)
    assert pieces == 0


async def test_an_import_may_not_fall_silent() -> None:
    pieces = iter([{"type": "http.request", "body": b"x", "more_body": True}])

    async def silent() -> Message:
        if (piece := next(pieces, None)) is None:
            await asyncio.Event().wait()
        return piece or {}

    with pytest.raises(Problem) as refused:
        await _sent(_limit(seconds=60, silence=0.05), "/imports", silent)
    assert refused.value.status_code == 408


@pytest.mark.parametrize("path", ["/cities", "/imports"])
async def test_waiting_for_a_client_to_hang_up_has_no_limit(path: str) -> None:
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        found = next(messages, None)
        if found is None:
            await asyncio.sleep(0.05)
            return {"type": "http.disconnect"}
        return found

    async def streaming(_scope: Scope, receiving: Receive, _send: Send) -> None:
        await receiving()
        assert (await receiving())["type"] == "http.disconnect"

    await _sent(BodyLimit(streaming, limit=1, exceptions={"/imports": 1}, seconds=0.01, silence=0.01), path, receive)


@pytest.mark.parametrize("length", ["9" * 5_000, "1001", "9" * 15])
async def test_a_body_that_is_announced_too_large_is_not_read(length: str) -> None:
    async def never() -> Message:
        raise AssertionError("the body was read")

    with pytest.raises(Problem) as refused:
        await _sent(_limit(), "/cities", never, content_length=length)
    assert refused.value.status_code == 413


async def test_the_openapi_document_is_made_once(
    stranger: httpx.AsyncClient, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await stranger.get("/applications/openapi.json")
    monkeypatch.setattr(app, "openapi", None)
    assert (await stranger.get("/applications/openapi.json")).json() == first.json()
