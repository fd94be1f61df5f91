"""A round followed over HTTP, and what a terminal shows of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from isopolity.client.matching.models import ProposalView, RoundOrder, RoundView
from isopolity.command.client.http_client import Client
from isopolity.command.client.rounds import best_first, find_round, follow, render_pairs, render_round, run_round
from isopolity.command.console import print_view
from isopolity.command.failure import Failure
from isopolity.command.main import app
from tests.support.whole_answers import whole, whole_answers

WAITING: dict[str, Any] = {
    "round_id": "r1",
    "status": "waiting",
    "seed": 0,
    "mode": "quick",
    "kinds": ["twinning", "sponsorship"],
    "ordered_at": "2026-11-25T09:00:00Z",
    "step": "",
    "done": 0.0,
}
RUNNING = WAITING | {"status": "running", "step": "choosing pairs", "done": 0.4}
DONE = WAITING | {
    "status": "done",
    "done": 1.0,
    "members": 12,
    "candidates": 40,
    "proposed": 5,
    "issued": 3,
    "skipped": 1,
    "value": 3.5,
    "bound": 3.75,
    "gap": 0.066667,
    "proved": "These 5 pairs respect all capacities and rules.",
    "gains_told": ["5 twinnings proposed, to 10 cities of 12."],
}


class Told:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.words: list[str | int] = []

    def step(self, name: str, total: int | None = None) -> None:
        self.words.append(name)

    def done(self, count: int, total: int | None = None) -> None:
        self.words.append(count)


def stream(*events: tuple[str, Mapping[str, Any]]) -> str:
    told = [f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events]
    return ": still at it\n\n".join(told)


def server(*streams: str) -> Client:
    """A service that answers each look at the progress with the next stream."""
    left = iter(streams)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(202, json=WAITING)
        if request.url.path.endswith("/progress"):
            return httpx.Response(200, text=next(left), headers={"Content-Type": "text/event-stream"})
        return httpx.Response(200, json={"items": [], "next": None})

    return Client("http://127.0.0.1:8000", "token", transport=whole_answers(answer))


def test_a_round_is_followed_step_by_step_to_its_end() -> None:
    told = Told()
    known = run_round(server(stream(("progress", WAITING), ("progress", RUNNING), ("done", DONE))), RoundOrder(), told)
    assert known == RoundView.model_validate(DONE)
    assert told.words == ["Round waiting", 0, "Choosing pairs", 40]


def test_a_stream_that_ends_early_is_taken_up_again() -> None:
    assert follow(
        server(stream(("progress", RUNNING)), stream(("done", DONE))), "r1", Told()
    ) == RoundView.model_validate(DONE)


@pytest.mark.parametrize(
    ("last", "says"),
    [
        ({"status": "failed", "failure": "A and B must be paired but are frozen."}, "A and B must be paired"),
        ({"status": "cancelled"}, "The round was cancelled; nothing of it went out."),
    ],
)
def test_a_round_that_comes_to_nothing_is_a_sentence(last: dict[str, str], says: str) -> None:
    with pytest.raises(Failure, match=says):
        run_round(server(stream((last["status"], WAITING | last))), RoundOrder(), Told())


def test_whoever_interrupts_the_command_is_told_that_the_round_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    class Interrupted(Told):
        def step(self, name: str, total: int | None = None) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_round(server(stream(("progress", RUNNING))), RoundOrder(), Interrupted())
    assert capsys.readouterr().err == "The round goes on; `isopolity round cancel r1` ends it.\n"


def test_where_no_round_was_run_yet_the_latest_is_none() -> None:
    with pytest.raises(Failure, match="No round has been run yet"):
        find_round(server(), "latest")


@pytest.mark.parametrize(
    ("verb", "answer", "asks", "says"),
    [
        ("approve", {"issued": 2, "skipped": []}, "Send 2 proposals by mail to both sides?", "Proposals issued: 2.\n"),
        (
            "take-back",
            {"taken_back": 3},
            "Withdraw 3 proposals and tell both sides by mail?",
            "Proposals withdrawn: 3. Both sides",
        ),
    ],
)
def test_what_mails_for_a_whole_round_asks_with_the_count(
    monkeypatch: pytest.MonkeyPatch, verb: str, answer: dict[str, Any], asks: str, says: str
) -> None:
    sent: list[Any] = []
    stages = {"held": 2, "issued": 2, "answered": 1}

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            sent.append(json.loads(request.content))
            return httpx.Response(200, json=answer)
        if request.url.path.endswith("/rounds"):
            return httpx.Response(200, json={"items": [DONE], "next": None})
        assert request.url.params["round_id"] == "r1"
        return httpx.Response(200, json={"items": [{}] * stages[request.url.params["stage"]], "next": None})

    client = Client("http://127.0.0.1:8000", "token", transport=whole_answers(respond))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
    unasked = CliRunner().invoke(app, ["proposals", verb, "--round", "latest"])
    assert unasked.stderr.startswith(asks)
    assert "pass --yes to agree" in unasked.stderr
    assert sent == []
    agreed = CliRunner().invoke(app, ["proposals", verb, "--round", "latest", "--yes"])
    assert agreed.stdout.startswith(says)
    assert sent == [{"round_id": "r1"}]


def test_a_certificate_goes_to_a_file_or_is_all_that_is_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/publications/2/certificate"):
            return httpx.Response(200, text="2")
        if request.url.path.endswith("/certificate"):
            return httpx.Response(200, text='{"a":"é"}')
        if request.url.path.endswith("/publications/1/sealed"):
            return httpx.Response(200, text="members")
        return httpx.Response(200, json={"items": [DONE] if request.url.path.endswith("/rounds") else [], "next": None})

    client = Client("http://127.0.0.1:8000", "token", transport=whole_answers(answer))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
    file = tmp_path / "round.json"
    assert CliRunner().invoke(app, ["round", "show", "--certificate", str(file)]).stdout.startswith("Round r1: done")
    printed = CliRunner().invoke(app, ["round", "show", "--certificate", "-"]).stdout_bytes
    assert printed == file.read_bytes() == '{"a":"é"}'.encode()
    of_one = ["round", "show", "--certificate", "-", "--publication", "2"]
    assert CliRunner().invoke(app, of_one).stdout == "2"
    assert CliRunner().invoke(app, ["round", "show", "--sealed", str(tmp_path / "sealed.json")]).exit_code == 0
    assert (tmp_path / "sealed.json").read_text() == "members"
    lost = CliRunner().invoke(app, ["round", "show", "--certificate", str(tmp_path / "lost" / "round.json")])
    assert "make it first" in lost.stderr
    assert lost.exit_code == 1


def test_the_publications_of_a_round_are_listed_with_what_was_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    record = {"number": 1, "at": "2026-11-27T10:00:00Z", "pairs": 3, "fingerprint": "sha256:ab", "undone_at": None}
    undone = record | {"number": 2, "undone": 2, "undone_at": "2026-11-27T12:00:00Z"}
    lists = {"/rounds": [DONE], "/publications": [record, undone]}

    def answer(request: httpx.Request) -> httpx.Response:
        items = next(found for end, found in lists.items() if request.url.path.endswith(end))
        return httpx.Response(200, json={"items": items, "next": None})

    client = Client("http://127.0.0.1:8000", "token", transport=whole_answers(answer))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
    printed = CliRunner().invoke(app, ["round", "publications"]).stdout
    assert "sha256:ab" in printed
    assert "2 at 2026-11-27" in " ".join(printed.split())
    listed = json.loads(CliRunner().invoke(app, ["round", "publications", "--json"]).stdout)
    assert [(each["number"], each["undone_at"]) for each in listed] == [(1, None), (2, "2026-11-27T12:00:00Z")]


def test_a_round_that_is_done_is_shown_with_its_proof_and_its_gains(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(render_round(RoundView.model_validate(DONE)))
    shown = capsys.readouterr().out
    for words in (
        "Round r1: done",
        "40, of 12 members with free capacity",
        "3 sent, 2 in its draft",
        "1, because somebody was faster",
        "3.5000 of at most 3.7500: gap 6.6667 %",
        "These 5 pairs respect all capacities and rules.",
        "  5 twinnings proposed, to 10 cities of 12.",
    ):
        assert words in shown


def test_a_round_that_runs_or_failed_is_shown_as_far_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(render_round(RoundView.model_validate(RUNNING)))
    assert " now          choosing pairs, 40%" in capsys.readouterr().out
    print_view(render_round(RoundView.model_validate(RUNNING | {"status": "failed", "failure": "It could not be."})))
    shown = capsys.readouterr().out
    assert "It could not be." in shown
    assert " got as far as   choosing pairs, 40%" in shown


def test_pairs_are_shown_best_first_and_told_if_there_are_more(capsys: pytest.CaptureFixture[str]) -> None:
    side = {"name": "Porto [bold]", "country": "PT", "programme_name": None}
    sides = [side, side | {"name": "Lagos", "country": "NG", "programme_name": "Reading"}]
    pairs = [
        {"proposal_id": str(number), "kind": "twinning", "score": score, "sides": sides, "stage": "held"}
        for number, score in enumerate((0.4, 0.9))
    ]
    print_view(render_pairs(best_first(whole(ProposalView, each) for each in pairs), 7))
    shown = capsys.readouterr().out
    assert shown.index("0.90") < shown.index("0.40")
    assert "Porto [bold] (PT)" in shown
    assert "Lagos: Reading (NG)" in shown
    assert "2 of 7 pairs" in shown


@contextmanager
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("ISOPOLITY_TOKEN_KEYS", "ISOPOLITY_TOKEN", "ISOPOLITY_URL"):
        monkeypatch.delenv(name, raising=False)
    yield


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("run", "--kind", "marriage", "--token", "x"), 2, "There is no kind marriage; choose from"),
        (("run", "--must", "Porto", "--token", "x"), 2, "Write two members as A:B"),
        (("run", "--seed", "-1"), 2, "Invalid value for '--seed'"),
        (("run", "--token", "x", "--url", "http://127.0.0.1:9"), 3, "Nothing answers at http://127.0.0.1:9"),
    ],
)
def test_wrong_use_of_the_command_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, says: str
) -> None:
    with quiet(monkeypatch):
        result = CliRunner().invoke(app, ["round", *arguments])
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(says)


def test_rules_are_printed_with_what_became_of_them_and_their_price(capsys: pytest.CaptureFixture[str]) -> None:
    africa, arab_states = (
        {
            "rule": "Each region gets its share.",
            "told": f"Rule 1 for {region}: 4 pairs, at least 3 asked for.",
            "holds": True,
        }
        for region in ("Africa", "the Arab States")
    )
    price = {"told": "The pairs are worth 3.50 under these rules. That costs 0.20."}
    print_view(render_round(whole(RoundView, DONE | {"rules": [africa, arab_states], "price": price})))
    told = capsys.readouterr().out
    assert "That costs 0.20." in told
    assert told.count("Each region gets its share.") == 1
    assert "Rule 1 for the Arab States: 4 pairs, at least 3 asked for." in told


def test_an_objective_that_does_not_exist_is_told(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app, ["round", "run", "--objective", "best", "--url", "http://127.0.0.1:9", "--token", "t"]
    )
    assert told.exit_code == 2
    assert "There is no objective best; choose from most-total-fit" in told.output
