"""How the command speaks to a server, and what it says when that fails."""

import httpx
import pytest

from isopolity.client.registry import cities
from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode, Failure
from tests.support.whole_answers import whole_answers


def client(handler: httpx.MockTransport) -> Client:
    return Client("http://127.0.0.1:8000/", "a-token", transport=handler)


def answering(status: int, **body: object) -> Client:
    return client(whole_answers(lambda _request: httpx.Response(status, json=body)))


def failing(error: type[httpx.TransportError]) -> Client:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("no", request=request)

    return client(whole_answers(fail))


def test_token_is_sent_as_bearer() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, json={})

    client(whole_answers(handler)).send(cities.list())
    assert seen == ["Bearer a-token"]


def test_parameters_that_are_none_are_left_out() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={})

    client(whole_answers(handler)).send(cities.list(country="FI", region=None))
    assert seen == ["http://127.0.0.1:8000/registry/v1/cities?country=FI"]


def test_problem_details_become_one_sentence_with_the_wrong_fields() -> None:
    problem = {"detail": "Correct /name.", "errors": [{"pointer": "/name", "detail": "is too long"}]}
    with pytest.raises(Failure, match=r"^Correct /name\. /name: is too long$") as caught:
        answering(422, **problem).send(cities.list())
    assert caught.value.code is ExitCode.WRONG
    with pytest.raises(Failure, match=r"^name: is too long$"):
        answering(422, **problem, code="invalid-request").send(cities.list())


def test_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(
        Failure, match=r"Nothing answers at http://127\.0\.0\.1:8000; start it with `isopolity up`"
    ) as caught:
        failing(httpx.ConnectError).send(cities.list())
    assert caught.value.code is ExitCode.UNREACHABLE


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError])
def test_broken_connection_is_unreachable(error: type[httpx.TransportError]) -> None:
    with pytest.raises(Failure) as caught:
        failing(error).send(cities.list())
    assert caught.value.code is ExitCode.UNREACHABLE


@pytest.mark.parametrize("status", [401, 403])
def test_refused_token_says_how_to_get_one(status: int) -> None:
    with pytest.raises(Failure, match="tokens create") as caught:
        answering(status, detail="This needs a token with the scope staff.").send(cities.list())
    assert caught.value.code is ExitCode.REFUSED


def test_answer_that_is_no_problem_document_is_still_one_sentence() -> None:
    plain = client(whole_answers(lambda _request: httpx.Response(500, text="oops")))
    with pytest.raises(Failure, match="answered 500 Internal Server Error"):
        plain.send(cities.list())


def test_an_answer_that_is_not_what_the_service_says_is_one_sentence() -> None:
    older = client(httpx.MockTransport(lambda _request: httpx.Response(200, json={"items": [{"name": "Porto"}]})))
    with pytest.raises(
        Failure, match=r"^registry answered cities\.list with something else .*; upgrade the older"
    ) as told:
        older.send(cities.list())
    assert told.value.code is ExitCode.UNREACHABLE


def test_what_is_not_there_is_none_and_what_is_refused_is_told() -> None:
    assert answering(404, detail="There is no such city.").find(cities.read("c")) is None
    with pytest.raises(Failure, match=r"^There is no such city\.$"):
        answering(404, detail="There is no such city.").send(cities.read("c"))
    with pytest.raises(Failure, match=r"^Slow down\.$"):
        answering(429, detail="Slow down.").find(cities.read("c"))


def test_a_name_that_leads_to_another_path_is_refused_before_it_is_sent() -> None:
    with pytest.raises(Failure, match=r"^There is nothing at /registry/v1/cities/\.\.; name what you mean\.$"):
        failing(httpx.ConnectError).send(cities.read(".."))


def test_list_is_read_page_by_page_up_to_the_limit() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("cursor", 0))
        size = int(request.url.params["limit"])
        items = [{"city_id": str(number)} for number in range(start, start + size)]
        return httpx.Response(200, json={"items": items, "next": str(start + size)})

    listed = client(whole_answers(handler)).every(lambda cursor, limit: cities.list(cursor=cursor, limit=limit), 450)
    assert [city.city_id for city in listed] == [str(number) for number in range(450)]
