"""`isopolity events`, as the services tell them: in the order of time, masked, and followed from where it was."""

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from isopolity.client.operations.models import UnmaskOrder
from isopolity.command.client.events import Wanted, find_event, follow_events, print_events
from isopolity.command.client.http_client import Client
from isopolity.command.commands.events import app
from isopolity.command.failure import ExitCode, Failure
from isopolity.contracts.masked_fields import MASK
from tests.support.whole_answers import whole_answers


def asking(topics: list[str], reason: str, **filters: Any) -> Wanted:
    return Wanted.of(topics, UnmaskOrder(reason=reason, **filters))


def event(topic: str, offset: int, **changes: Any) -> dict[str, Any]:
    return {
        "topic": f"isopolity.{topic}", "partition": 0, "offset": offset, "at": f"2026-11-27T08:00:{offset:02}Z",
        "type": f"isopolity.{topic}.changed.v1", "data": {"n": offset}, "text": None, "is_tombstone": False,
    } | changes  # fmt: skip


def served(seen: list[httpx.Request], stopped: str | None = None, newer: str = "") -> Client:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        service = request.url.path.split("/")[1]
        topic = {"registry": "registry.city", "matching": "matching.proposal"}.get(service, "notify.delivery")
        offset = {"registry": 3, "matching": 7}.get(service, 5)
        events = [event(topic, offset), event(topic, offset + 1, data=None, text="\x1b[2J")]
        told = {"events": events, "read": 1_200, "stopped": stopped, "newer": f"{topic}:{offset + 2}{newer}"}
        return httpx.Response(200, json=told)

    return Client("http://here", None, whole_answers(answer))


def test_events_of_all_services_come_in_the_order_of_time_and_the_newest_are_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen: list[httpx.Request] = []
    wanted = print_events(served(seen), asking([], "", begin="end", limit=4), as_json=True)
    printed = [json.loads(line)["offset"] for line in capsys.readouterr().out.splitlines()]
    assert printed == [5, 6, 7, 8]
    assert {request.url.path for request in seen} == {
        f"/{each}/v1/events" for each in ("registry", "matching", "notify")
    }
    next(follow_events(served(seen), wanted, as_json=True))
    assert seen[-1].url.params["after"] == "registry.city:5"
    assert seen[-1].url.params["wait"] == "1"


def test_events_of_one_moment_come_in_the_order_of_their_offsets(capsys: pytest.CaptureFixture[str]) -> None:
    moments = ["2026-11-27T08:00:00.500000Z", "2026-11-27T08:00:00Z", "2026-11-27T08:00:00Z"]  # the newest first
    events = [event("registry.city", 3 - number, at=at) for number, at in enumerate(moments)]
    told = {"events": events, "read": 3, "stopped": None, "newer": "registry.city:4"}
    client = Client("http://here", None, whole_answers(lambda _request: httpx.Response(200, json=told)))
    print_events(client, asking(["registry.city"], "", begin="end", limit=9), as_json=True)
    assert [json.loads(line)["offset"] for line in capsys.readouterr().out.splitlines()] == [1, 2, 3]


@pytest.mark.parametrize(("begin", "after"), [("time", "registry.city:4,9"), ("end", "registry.city:5,9")])
def test_who_follows_goes_on_from_what_was_not_printed(
    capsys: pytest.CaptureFixture[str], begin: str, after: str
) -> None:
    seen: list[httpx.Request] = []
    client, topics = served(seen, newer=",9"), ["registry.city", "matching.proposal"]
    wanted = print_events(client, asking(topics, "", begin=begin, limit=1), as_json=True)
    assert len(capsys.readouterr().out.splitlines()) == 1
    next(follow_events(client, wanted, as_json=True))
    assert seen[-1].url.params["after"] == after


def test_what_a_record_says_commands_no_terminal_and_a_limit_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    print_events(served([], "records"), asking(["registry.city"], "", begin="start"), as_json=False)
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out
    assert "\\u001b[2J" in captured.out
    assert "registry stopped at its limit of records, after 1,200 records; ask for less." in captured.err


def test_what_is_masked_and_names_are_printed_as_people_write_them(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"name": "Jyväskylä", "about": MASK, "note": "\u202e\x9b"}
    told = {"events": [event("registry.city", 1, data=data)], "read": 1, "stopped": None, "newer": ""}
    client = Client("http://here", None, whole_answers(lambda _request: httpx.Response(200, json=told)))
    print_events(client, asking(["registry.city"], ""), as_json=False)
    printed = capsys.readouterr().out
    assert f'{{"name": "Jyväskylä", "about": "{MASK}", "note": "\\u202e\\u009b"}}' in printed


def test_where_nothing_fits_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"events": [], "read": 9, "stopped": None, "newer": ""}
    client = Client("http://here", None, whole_answers(lambda _request: httpx.Response(200, json=told)))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_arguments: client)
    for arguments in (["list"], ["tail", "--no-follow"]):
        result = CliRunner().invoke(app, arguments)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing fits.\n")


def test_a_condition_is_asked_of_the_topics_that_have_its_field() -> None:
    seen: list[httpx.Request] = []
    wanted = asking([], "", where=["population > 5000000"])
    print_events(served(seen), wanted, as_json=True)
    assert [request.url.params.get_list("topic") for request in seen] == [["isopolity.registry.city"]]
    for where, told in (("populaton > 5", "has a field populaton; the nearest: population"), ("x", "is no condition")):
        with pytest.raises(Failure, match=told) as failure:
            asking([], "", where=[where])
        assert failure.value.code is ExitCode.USAGE


@pytest.mark.parametrize(("status", "code"), [(422, ExitCode.USAGE), (429, ExitCode.WRONG)])
def test_what_is_asked_wrongly_is_a_wrong_use(status: int, code: ExitCode) -> None:
    problem = {
        "detail": "The request is not valid; correct time.",
        "code": "invalid-request",
        "errors": [{"pointer": "time", "detail": "Give a time."}],
    }
    client = Client("http://here", None, whole_answers(lambda _request: httpx.Response(status, json=problem)))
    with pytest.raises(Failure, match=r"^time: Give a time\.$") as failure:
        print_events(client, asking([], "", begin="time", time="tomorrow"), as_json=False)
    assert failure.value.code is code
    with pytest.raises(Failure) as nothing_there:
        find_event(client, "registry.city/0/99", "")
    assert nothing_there.value.code is ExitCode.WRONG


def test_what_is_masked_is_asked_for_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[httpx.Request] = []
    where = ["sides.answer = no"]
    print_events(served(seen), asking(["matching.proposal"], "a city asks", where=where), as_json=False)
    (request,) = seen
    assert request.url.path == "/matching/v1/events/unmask"
    assert json.loads(request.content) == {
        "where": where,
        "topic": ["isopolity.matching.proposal"],
        "reason": "a city asks",
    }
    assert capsys.readouterr().out


def test_one_event_is_found_by_its_place_and_what_is_no_place_gets_a_sentence() -> None:
    client = served([])
    assert find_event(client, "registry.city/0/3", "").offset == 3
    for place, told in (
        ("registry.city/0/9", "no event"),
        ("city", "is not a position"),
        ("nobody.x/0/1", "There is no topic"),
    ):
        with pytest.raises(Failure, match=told):
            find_event(client, place, "")
