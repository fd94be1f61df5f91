"""How the command speaks to a server, and what it says when that fails."""

import httpx
import pytest

from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode, Failure


def client(handler: httpx.MockTransport) -> Client:
    return Client("http://127.0.0.1:8000/", "a-token", transport=handler)


def answering(status: int, **body: object) -> Client:
    return client(httpx.MockTransport(lambda _request: httpx.Response(status, json=body)))


def failing(error: type[httpx.TransportError]) -> Client:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("no", request=request)

    return client(httpx.MockTransport(fail))


def test_token_is_sent_as_bearer() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, json={})

    client(httpx.MockTransport(handler)).get("/registry/v1/cities")
    assert seen == ["Bearer a-token"]


def test_parameters_that_are_none_are_left_out() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={})

    client(httpx.MockTransport(handler)).get("/x", {"country": "FI", "region": None})
    assert seen == ["http://127.0.0.1:8000/x?country=FI"]


def test_problem_details_become_one_sentence_with_the_wrong_fields() -> None:
    problem = {"detail": "Correct /name.", "errors": [{"pointer": "/name", "detail": "is too long"}]}
    with pytest.raises(Failure, match=r"^Correct /name\. /name: is too long$") as caught:
        answering(422, **problem).post("/x", {})
    assert caught.value.code is ExitCode.WRONG
    with pytest.raises(Failure, match=r"^name: is too long$"):
        answering(422, **problem, code="invalid-request").post("/x", {})


def test_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(
        Failure, match=r"Nothing answers at http://127\.0\.0\.1:8000; start it with `isopolity up`"
    ) as caught:
        failing(httpx.ConnectError).get("/x")
    assert caught.value.code is ExitCode.UNREACHABLE


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError])
def test_broken_connection_is_unreachable(error: type[httpx.TransportError]) -> None:
    with pytest.raises(Failure) as caught:
        failing(error).get("/x")
    assert caught.value.code is ExitCode.UNREACHABLE


@pytest.mark.parametrize("status", [401, 403])
def test_refused_token_says_how_to_get_one(status: int) -> None:
    with pytest.raises(Failure, match="tokens create") as caught:
        answering(status, detail="This needs a token with the scope staff.").get("/x")
    assert caught.value.code is ExitCode.REFUSED


def test_answer_that_is_no_problem_document_is_still_one_sentence() -> None:
    plain = client(httpx.MockTransport(lambda _request: httpx.Response(500, text="oops")))
    with pytest.raises(Failure, match="answered 500 Internal Server Error"):
        plain.get("/x")


def test_list_is_read_page_by_page_up_to_the_limit() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("cursor", 0))
        size = int(request.url.params["limit"])
        items = [{"n": n} for n in range(start, start + size)]
        return httpx.Response(200, json={"items": items, "next": str(start + size)})

    pages = client(httpx.MockTransport(handler)).pages("/x", {}, 450)
    assert [item["n"] for item in pages] == list(range(450))
