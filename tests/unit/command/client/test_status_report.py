"""Troubles that `isopolity status` reports."""

from copy import deepcopy
from typing import Any

import httpx
import pytest

from isopolity.client.operations.models import StreamsReport
from isopolity.command.client.http_client import Client
from isopolity.command.client.status.questions import ask_status
from isopolity.command.client.status.report import render_status, troubles
from isopolity.command.console import print_view
from isopolity.contracts.catalogue import MATCHING_CANARY, PROPOSAL
from tests.support.portal.operations import group, streams, waiting
from tests.support.whole_answers import whole, whole_answers


def report(service: str) -> dict[str, Any]:
    return {
        "service": service,
        "outbox": {"depth": 0, "oldest_seconds": None},
        "consumers": [{"ready": True, "reason": "consuming", "lag": 0, "topics": [], "oldest_seconds": None}],
        "parked_for": [{"awaited": "member:7", "count": 3, "oldest_seconds": 4000.0}],
        "dead_letters": {},
        "canary_seconds": 12.0,
        "counts": {"mails_unknown": 0},
    }


def read(told: dict[str, Any]) -> dict[str, StreamsReport]:
    """The reports of services, as who asks them reads them."""
    return {service: whole(StreamsReport, each) for service, each in told.items()}


@pytest.fixture
def reports() -> dict[str, Any]:
    return {service: report(service) for service in ("registry", "matching", "notify")}


def test_people_whose_changes_lie_in_dead_letters_are_counted(reports: dict[str, Any]) -> None:
    reports["notify"] |= {"dead_letters": {"handler-failed": 4}, "dead_letter_members": {"handler-failed": 3}}
    (sentence,) = troubles(read(reports))
    assert "notify has 4 dead letters (handler-failed): 3 cities and programmes wait for a person;" in sentence


def test_nothing_is_wrong_while_everything_flows_even_if_something_is_parked(reports: dict[str, Any]) -> None:
    assert list(troubles(read(reports))) == []


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("registry", "outbox"), {"depth": 40, "oldest_seconds": 720.0}, "registry cannot publish: 40 events wait"),
        (("notify", "canary_seconds"), 900.0, "notify last saw the canary 15 min ago"),
        (("matching", "dead_letters"), {"not-json": 2}, "matching has 2 dead letters (not-json)"),
        (
            ("matching", "counts"),
            {"canary_returned_seconds": 900.0},
            "The canary last came back from notify 15",
        ),
        (("matching", "counts"), {"answers_complete_seconds": 7200.0}, "Answers are complete only up to 120 min ago"),
        (
            ("matching", "counts"),
            {"answers_complete_seconds": None, "proposals_issued": 3, "proposals_answered": 1},
            "notify has not reported up to when answers are complete, so 4 proposals cannot be settled.",
        ),
        (("notify", "counts"), {"mails_unknown": 1}, "Of 1 mail nobody knows whether it arrived"),
        (("notify", "counts"), {"mails_unknown": 2}, "Of 2 mails nobody knows whether they arrived"),
        (("matching", "dead_letters"), {"not-json": 1}, "matching has 1 dead letter (not-json)"),
        (("registry", "outbox"), {"depth": 1, "oldest_seconds": 720.0}, "registry cannot publish: 1 event waits, for"),
        (
            ("matching", "counts"),
            {"answers_complete_seconds": None, "proposals_issued": 1},
            "notify has not reported up to when answers are complete, so 1 proposal cannot be settled.",
        ),
        (
            ("notify", "counts"),
            {"mails_without_server": 1, "mails_without_server_seconds": 3600.0, "mail_server_away_seconds": 7200.0}
            | {"mail_server_reason": "connect-lost"},
            "The mail server has taken no mail for 120 min (connect-lost): 1 mail waits, for 60 min;",
        ),
        (
            ("notify", "counts"),
            {"mails_late": 1, "mails_late_seconds": 600.0},
            "Mails are late: 1 was due 10 min ago.",
        ),
        (
            ("notify", "consumers"),
            [
                {"ready": False, "reason": "the loop hangs", "oldest_seconds": 601.0, "lag": 1}
                | {"topics": [{"topic": PROPOSAL.name, "lag": 1}]}
            ],
            "notify gets no events: the loop hangs; 1 waits.",
        ),
        (
            ("notify", "consumers"),
            [
                {"ready": True, "reason": "consuming", "oldest_seconds": 601.0, "lag": 1, "members_waiting": 1}
                | {"topics": [{"topic": PROPOSAL.name, "lag": 1}]}
            ],
            "notify is behind: 1 event waits, for 10 min, about 1 member.",
        ),
        (
            ("notify", "counts"),
            {"mails_without_server": 4, "mails_without_server_seconds": 3600.0, "mail_server_away_seconds": 7200.0}
            | {"mail_server_reason": "smtp-421"},
            "The mail server has taken no mail for 120 min (smtp-421): 4 mails wait, the oldest for 60 min; "
            "see `isopolity doctor`.",
        ),
        (
            ("notify", "counts"),
            {"mail_server_away_seconds": 120.0, "mail_server_reason": "connect-lost"},
            "The mail server has taken no mail for 2 min (connect-lost): no mail waits; see `isopolity doctor`.",
        ),
        (
            ("notify", "counts"),
            {"mails_late": 2, "mails_late_seconds": 600.0},
            "Mails are late: 2 were due, the first 10 min ago.",
        ),
        (
            ("matching", "consumers"),
            [{"ready": False, "reason": "the broker does not answer", "lag": 0, "topics": [], "oldest_seconds": None}],
            "matching gets no events: the broker does not answer.",
        ),
        (
            ("notify", "consumers"),
            [
                {"ready": True, "reason": "consuming", "oldest_seconds": 601.0, "lag": 9}
                | {"topics": [{"topic": PROPOSAL.name, "lag": 9}]}
            ],
            "notify is behind: 9 events wait, the oldest for 10 min.",
        ),
    ],
)
def test_each_trouble_is_a_sentence(reports: dict[str, Any], place: tuple[str, str], value: Any, says: str) -> None:
    changed = deepcopy(reports)
    changed[place[0]][place[1]] = value
    (sentence,) = troubles(read(changed))
    assert sentence.startswith(says)


def test_screen_shows_each_hop_and_what_is_parked(reports: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    print_view(render_status(read(reports), []))
    shown = capsys.readouterr().out
    for expected in ("registry → log", "log → notify", "canary → matching", "member:7", "67 min", "Everything works."):
        assert expected in shown
    assert "\x1b" not in shown


def test_screen_tells_for_how_many_members_events_wait_and_the_oldest_wait_in_minutes(
    reports: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    topics = [{"topic": PROPOSAL.name, "lag": 14}, {"topic": MATCHING_CANARY.name, "lag": 2}]
    reports["matching"]["consumers"][0] |= {"lag": 16, "topics": topics, "oldest_seconds": 120.0, "members_waiting": 8}
    print_view(render_status(read(reports), []))
    shown = capsys.readouterr().out
    assert "The oldest event has waited for 67 min." in shown
    (hop,) = [line.split() for line in shown.splitlines() if "log → matching" in line]
    assert hop == ["log", "→", "matching", "yes", "14", "8", "2", "min"]


def test_a_group_that_an_operator_paused_does_not_flow_and_canaries_are_not_counted(
    reports: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    lags = [{"topic": PROPOSAL.name, "lag": 2}, {"topic": MATCHING_CANARY.name, "lag": 1}]
    live = {"group": "isopolity.notify", "topics": lags, "lag": 3, "oldest_seconds": 240.0}
    reports["notify"]["consumers"][0] |= live | {"state": "paused", "reason": "paused by an operator"}
    sampled = group("isopolity.notify", "notify", waiting(PROPOSAL.name, 2, members=3, seconds=53.0))

    def answer(request: httpx.Request) -> httpx.Response:
        _, service, _, path = request.url.path.split("/")
        if path == "ready":
            return httpx.Response(200, json={"ok": True, "parts": {"database": "ok"}})
        told = streams(service, consumers=[sampled]) if path == "streams" else reports[service]
        return httpx.Response(200, json=told)

    client = Client("http://isopolity.example", "token", whole_answers(answer))
    found = ask_status(client, ["notify"]).reports
    print_view(render_status(found, list(troubles(found))))
    shown = capsys.readouterr().out
    (hop,) = [line.split() for line in shown.splitlines() if "log → notify" in line]
    assert hop == ["log", "→", "notify", "no", "2", "3", "53", "s", "paused", "by", "an", "operator"]
    assert "notify is paused: 2 events wait, about 3 members" in shown


@pytest.mark.parametrize(("seconds", "shown"), [(300.0, ["yes"]), (301.0, ["no", "it", "is", "behind"])])
def test_a_group_for_which_canaries_alone_wait_has_nothing_to_read_and_may_be_behind(
    seconds: float, shown: list[str], reports: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    canaries = [{"topic": MATCHING_CANARY.name, "lag": 1}]
    reports["notify"]["consumers"][0] |= {"lag": 1, "topics": canaries, "oldest_seconds": seconds}
    reports["notify"]["consumers"][0] |= {"members_waiting": 15}  # of a sample from before it had read on
    print_view(render_status(read(reports), []))
    (hop,) = [line.split() for line in capsys.readouterr().out.splitlines() if "log → notify" in line]
    assert hop == ["log", "→", "notify", *shown]


def test_what_waits_is_told_with_the_members_that_it_is_about(reports: dict[str, Any]) -> None:
    group = reports["notify"]["consumers"][0]
    group |= {"oldest_seconds": 60.0, "members_waiting": 112, "state": "paused"}
    canaries = {"topic": MATCHING_CANARY.name, "lag": 7}
    group |= {"lag": 68, "topics": [{"topic": PROPOSAL.name, "lag": 61}, canaries]}
    told = "notify is paused: 61 events wait, about 112 members; see `isopolity offsets resume notify`."
    assert list(troubles(read(reports))) == [told], "a canary is a sign of life, and no event"
    reports["notify"]["canary_seconds"] = 900.0
    follows = "This is caused by the problem of notify."
    assert list(troubles(read(reports)))[1:] == [
        f"notify last saw the canary 15 min ago: events do not reach it. {follows}"
    ]


def test_screen_counts_in_words_and_leaves_zeros_out(
    reports: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    reports["registry"]["counts"] = {"cities": {"endorsed": 1465, "applied": 1, "withdrawn": 0}, "requests": {}}
    reports["matching"]["counts"] = {"members_city": 465, "proposals_issued": 542, "proposals_held": 0} | {
        "drafts_open_pairs": 1,
        "proposals_agreed": 1,
    }
    reports["notify"]["counts"] = {
        "mails_sent": 1, "contacts": 1, "rehearsal": 1, "mails_waiting": 2, "mails_waiting_members": 1,
    }  # fmt: skip
    print_view(render_status(read(reports), []))
    lines = capsys.readouterr().out.splitlines()
    assert "registry  1,465 endorsed cities, 1 applied city" in lines
    assert "matching  465 member cities, 542 proposals issued, 1 pair in open drafts, 1 proposal agreed" in lines
    assert "notify    1 mail sent, 1 contact, 1 rehearsal, 2 mails waiting" in lines
    (hop,) = [line.split() for line in lines if "registry → log" in line]
    assert hop == ["registry", "→", "log", "yes"]
