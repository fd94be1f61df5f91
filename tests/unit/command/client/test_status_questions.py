"""`isopolity status` in the outages that it is for: each part is asked by itself, and what is known is printed."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from isopolity.client.operations.models import ConsumerReport, StatusReport
from isopolity.command.client.http_client import Client
from isopolity.command.client.status.questions import DEADLINE, ask_status
from isopolity.command.client.status.report import render_parts, render_status, troubles
from isopolity.command.console import print_view
from isopolity.command.failure import ExitCode, Failure
from isopolity.contracts.catalogue import CONTACT, PROPOSAL
from tests.support.portal.operations import group, streams, waiting
from tests.support.whole_answers import whole_answers

SERVICES = ("registry", "matching", "notify")
PARTS = (*SERVICES, "portal")
WELL = {"ok": True, "parts": {"database": "ok", "broker": "ok"}}
REPORT: dict[str, Any] = {
    "outbox": {"depth": 0, "oldest_seconds": None},
    "consumers": [],
    "parked": 0,
    "parked_for": [],
    "dead_letters": {},
    "canary_seconds": 12.0,
    "counts": {"mail_server_away_seconds": None},
}
Answer = Callable[[httpx.Request], httpx.Response]


def client_of(**parts: Answer) -> Client:
    """A client of a network of which these parts answer otherwise than well."""

    def answer(request: httpx.Request) -> httpx.Response:
        part = request.url.path.split("/")[1]
        return parts.get(part, well)(request)

    return Client("http://isopolity.example", "token", whole_answers(answer))


def well(request: httpx.Request) -> httpx.Response:
    """The answer of a part at work."""
    _, part, _, path = request.url.path.split("/")
    if path == "streams":
        processes = [{"name": "here-1", "age_seconds": 3.0, "release": "0.1.0+3f2a91c", "runners": []}]
        return httpx.Response(200, json=streams(part, processes=processes))
    return httpx.Response(200, json=WELL if path == "ready" else REPORT | {"service": part})


def row_of(printed: str, part: str) -> list[str]:
    """The cells of a part in the table of parts, word by word."""
    (row,) = [line.split() for line in printed.splitlines() if line.split()[:1] == [part] and "→" not in line][:1]
    return row[1:]


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
    assert asked.silent == {service: f"{service} does not answer: no answer came in time."}
    print_view(render_parts(asked, PARTS))
    print_view(render_status(asked.reports, [*asked.silent.values()], [service]))
    printed = capsys.readouterr().out
    assert row_of(printed, service) == ["no", *["not", "known"] * 4]
    assert f"It is not known how many events wait for {service}." in printed
    assert "Nothing is pending." not in printed
    assert ("Whether the mail server takes mails is not known" in printed) == (service == "notify")
    for other in asked.reports:
        assert f"{other} → log" in printed
        assert row_of(printed, other) == ["yes", "ok", "ok", "1", "0.1.0+3f2a91c"]
    assert row_of(printed, "portal") == ["yes", "ok", "ok", "1", "0.1.0+3f2a91c"]


def test_a_service_without_a_broker_tells_what_was_sampled(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ask_status(client_of(registry=without_broker), SERVICES)
    assert set(asked.reports) == set(SERVICES)
    assert asked.silent == {"registry": "registry does not work: its broker does not answer."}
    assert list(troubles(asked.reports, asked.silent)) == [], "it is said already"
    found = list(troubles(asked.reports))
    assert found == ["The broker does not answer registry (does not answer): its figures are old."]
    print_view(render_parts(asked, PARTS))
    print_view(render_status(asked.reports, found))
    printed = capsys.readouterr().out
    assert "matching → log" in printed
    assert row_of(printed, "registry") == ["yes", "ok", "does", "not", "answer", "1", "not", "known"]
    assert "It is not known how many events wait for registry." in printed
    (hop,) = [line.split() for line in printed.splitlines() if "registry → log" in line]
    assert hop == ["registry", "→", "log", "no", "the", "broker", "does", "not", "answer"]


@pytest.mark.parametrize("is_sampled", [True, False])
def test_the_document_of_a_status_has_what_was_sampled_and_nothing_else_of_the_samples(is_sampled: bool) -> None:
    topics = [{"topic": PROPOSAL.name, "lag": 2}, {"topic": CONTACT.name, "lag": 0}]
    group_of = {"group": "isopolity.notify", "state": "running", "ready": True, "reason": "consuming", "lag": 2}
    status = REPORT | {"service": "notify", "consumers": [group_of | {"topics": topics, "oldest_seconds": 60.0}]}
    sampled = group("isopolity.notify", "notify", waiting(PROPOSAL.name, 2, members=3, seconds=53.0))

    def notify(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/streams"):
            return httpx.Response(200, json=streams("notify", consumers=[sampled])) if is_sampled else frozen(request)
        return httpx.Response(200, json=status) if request.url.path.endswith("/status") else well(request)

    document: dict[str, Any] = {**ask_status(client_of(notify=notify), SERVICES).documents["notify"]}
    assert set(document) == {*StatusReport.model_fields, *(["processes"] if is_sampled else [])}
    (told,) = document["consumers"]
    assert set(told) == {*ConsumerReport.model_fields, "members_waiting"}
    assert told["members_waiting"] == (3 if is_sampled else 0)
    assert [each.get("oldest_seconds", "") for each in told["topics"]] == ([53.0, None] if is_sampled else ["", ""])


def test_processes_that_answer_no_more_are_told_with_their_release(capsys: pytest.CaptureFixture[str]) -> None:
    processes = [
        {"name": "a-1", "age_seconds": 3.0, "release": "0.1.0", "is_missing": False, "runners": []},
        {"name": "c-1", "age_seconds": 4.0, "release": "0.2.0", "is_missing": False, "runners": []},
        {"name": "b-1", "age_seconds": 300.0, "release": "0.1.0", "is_missing": True, "runners": []},
    ]

    def with_one_missing(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/streams"):
            return httpx.Response(200, json=streams("matching", processes=processes))
        return well(request)

    asked = ask_status(client_of(matching=with_one_missing), SERVICES)
    print_view(render_parts(asked, PARTS))
    assert row_of(capsys.readouterr().out, "matching") == ["yes", "ok", "ok", "2", "of", "3", "0.1.0,", "0.2.0"]
    assert list(troubles(asked.reports)) == [
        "2 of 3 processes of matching answer; the one at b-1 last answered 5 min ago."
    ]


def test_all_parts_are_asked_with_the_same_deadline_and_none_is_asked_without() -> None:
    deadlines = set[float]()

    def noting(request: httpx.Request) -> httpx.Response:
        deadlines.update(request.extensions["timeout"].values())
        return well(request)

    ask_status(client_of(**dict.fromkeys(PARTS, noting)), SERVICES)
    assert deadlines == {DEADLINE}


def test_a_mail_server_that_is_away_is_told_and_mails_that_wait_are_not_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts = {
        "mail_server_away_seconds": 180.0, "mail_server_reason": "connect-lost", "mails_without_server": 1,
        "mails_without_server_seconds": 120.0, "mails_waiting": 1, "mails_waiting_seconds": 120.0,
    }  # fmt: skip

    def notify(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/status"):
            return httpx.Response(200, json=REPORT | {"service": "notify", "counts": counts})
        return well(request)

    asked = ask_status(client_of(notify=notify), SERVICES)
    print_view(render_parts(asked, PARTS))
    print_view(render_status(asked.reports, list(troubles(asked.reports))))
    printed = capsys.readouterr().out
    assert "The mail server has taken no mail for 3 min (connect-lost); 1 mail waits for it." in printed
    assert "The oldest mail has waited for 2 min." in printed
    assert "Nothing is pending." not in printed


def test_a_service_without_a_database_says_so() -> None:
    asked = ask_status(client_of(matching=without_database), SERVICES)
    assert asked.silent == {"matching": "matching does not report: its database does not answer."}


def test_a_service_that_the_proxy_does_not_reach_is_named() -> None:
    asked = ask_status(client_of(notify=lambda _: httpx.Response(502, text="<html>")), SERVICES)
    assert asked.silent == {"notify": "notify does not answer: the proxy says 502."}


def test_a_portal_that_is_away_is_named() -> None:
    asked = ask_status(client_of(portal=gone), SERVICES)
    assert set(asked.silent) == {"portal"}
    assert asked.silent["portal"] == "portal does not answer: nothing listens at its address."


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("fault", [frozen, gone, without_broker, without_database], ids=lambda each: each.__name__)
def test_whatever_part_is_away_the_screen_says_it_and_nothing_calm(
    part: str, fault: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ask_status(client_of(**{part: fault}), SERVICES)
    found = [*asked.silent.values(), *troubles(asked.reports, asked.silent)]
    print_view(render_parts(asked, PARTS))
    print_view(render_status(asked.reports, found, [each for each in SERVICES if each not in asked.reports]))
    printed = capsys.readouterr().out
    assert [sentence for sentence in found if sentence.startswith(f"{part} does not ")] == found
    assert "Everything works." not in printed
    assert ("Nothing is pending." in printed) == (part == "portal")
    assert (f"It is not known how many events wait for {part}." in printed) == (part != "portal")
    for name in ("Error", "Traceback", "Exception"):
        assert name not in printed


def test_where_nothing_answers_at_all_one_sentence_says_so() -> None:
    with pytest.raises(Failure, match="Nothing answers at") as failed:
        ask_status(client_of(**dict.fromkeys([*SERVICES, "portal"], gone)), SERVICES)
    assert failed.value.code is ExitCode.UNREACHABLE


def test_where_all_are_frozen_one_sentence_says_so_without_advice_that_leads_back_here() -> None:
    with pytest.raises(Failure, match="No part of the network answered within 5 s") as failed:
        ask_status(client_of(**dict.fromkeys(PARTS, frozen)), SERVICES)
    assert failed.value.code is ExitCode.UNREACHABLE


def test_a_token_that_is_refused_is_no_outage() -> None:
    refused = {service: lambda _: httpx.Response(403, json={"detail": "No."}) for service in SERVICES}
    with pytest.raises(Failure) as failed:
        ask_status(client_of(**refused), SERVICES)
    assert failed.value.code is ExitCode.REFUSED
