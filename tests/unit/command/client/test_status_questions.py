"""`isopolity status` in the outages that it is for: each part is asked by itself, and what is known is printed."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from isopolity.command.client.http_client import Client
from isopolity.command.client.status_questions import ask_status
from isopolity.command.client.status_report import print_status, troubles
from isopolity.command.failure import ExitCode, Failure
from tests.support.portal_operations import streams

SERVICES = ("registry", "matching", "notify")
WELL = {"ok": True, "parts": {"database": "ok", "broker": "ok"}}
REPORT: dict[str, Any] = {
    "outbox": {"depth": 0, "oldest_seconds": None},
    "consumers": [],
    "parked": 0,
    "parked_for": [],
    "dead_letters": {},
    "canary_seconds": 12.0,
    "counts": {},
}
Answer = Callable[[httpx.Request], httpx.Response]


def client_of(**parts: Answer) -> Client:
    """A client of a network of which these parts answer otherwise than well."""

    def answer(request: httpx.Request) -> httpx.Response:
        _, part, _, path = request.url.path.split("/")
        if part in parts:
            return parts[part](request)
        return httpx.Response(200, json=WELL if path == "ready" else REPORT | {"service": part})

    return Client("http://isopolity.example", "token", httpx.MockTransport(answer))


def frozen(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no answer", request=request)


def gone(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def without_broker(request: httpx.Request) -> httpx.Response:
    """Cannot tell its status, and knows why."""
    if request.url.path.endswith("/ready"):
        return httpx.Response(503, json={"ok": False, "parts": {"database": "ok", "broker": "does not answer"}})
    if request.url.path.endswith("/streams"):
        return httpx.Response(200, json=streams("registry", problem="does not answer"))
    return httpx.Response(503, json={"detail": "The broker does not answer."})


def without_database(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/ready"):
        return httpx.Response(503, json={"ok": False, "parts": {"database": "does not answer"}})
    return httpx.Response(503, json={"detail": "The database is unavailable; try again."})


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_frozen_is_named_and_the_others_report(
    service: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ask_status(client_of(**{service: frozen}), SERVICES)
    assert set(asked.reports) == set(SERVICES) - {service}
    assert asked.silent[service].startswith(f"{service} does not report: http://isopolity.example did not answer")
    print_status(asked.reports, [*asked.silent.values()])
    printed = capsys.readouterr().out
    for other in asked.reports:
        assert f"{other} → log" in printed


def test_a_service_without_a_broker_tells_what_was_sampled(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ask_status(client_of(registry=without_broker), SERVICES)
    assert set(asked.reports) == set(SERVICES)
    found = list(troubles(asked.reports))
    assert "registry cannot ask the broker: does not answer." in found
    print_status(asked.reports, found)
    assert "matching → log" in capsys.readouterr().out


def test_a_service_without_a_database_says_so() -> None:
    asked = ask_status(client_of(matching=without_database), SERVICES)
    assert asked.silent == {"matching": "matching does not report: database: does not answer"}


def test_a_portal_that_is_away_is_named() -> None:
    asked = ask_status(client_of(portal=gone), SERVICES)
    assert set(asked.silent) == {"portal"}
    assert asked.silent["portal"].startswith("portal does not work: Nothing answers at")


def test_where_nothing_answers_at_all_one_sentence_says_so() -> None:
    with pytest.raises(Failure, match="Nothing answers at") as failed:
        ask_status(client_of(**dict.fromkeys([*SERVICES, "portal"], gone)), SERVICES)
    assert failed.value.code is ExitCode.UNREACHABLE


def test_a_token_that_is_refused_is_no_outage() -> None:
    refused = {service: lambda _: httpx.Response(403, json={"detail": "No."}) for service in SERVICES}
    with pytest.raises(Failure) as failed:
        ask_status(client_of(**refused), SERVICES)
    assert failed.value.code is ExitCode.REFUSED
