"""Commands that need no server: what they print, and their exit codes."""

import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode
from isopolity.command.main import app
from isopolity.machine.clock import system_clock
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.tokens import Principal
from tests.support.keys import environment_of
from tests.support.whole_answers import whole_answers

KEY = "a-key-of-the-network-0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ISOPOLITY_DATA", str(tmp_path))
    for name in (
        "ISOPOLITY_COMMAND_KEY",
        "ISOPOLITY_TOKEN_KEYS",
        "ISOPOLITY_TOKEN",
        "ISOPOLITY_URL",
        "ISOPOLITY_BROKER",
    ):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=environment)


async def test_token_is_signed_with_the_networks_key_and_names_scope_and_member() -> None:
    arguments = ("token", "create", "--scope", "member", "--member", "city-7", "--subject", "anna")
    printed = run(*arguments, **environment_of(KEY)).stdout.strip()
    principal = await LocalTokens([KEY], system_clock).verify(printed)
    assert principal == Principal("anna", frozenset({"member"}), "city-7")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("token", "create", "--scope", "admin"), ExitCode.USAGE, "There is no scope admin; choose from member"),
        (("token", "create", "--scope", "member"), ExitCode.USAGE, "The scope member needs --member"),
        (("token", "create", "--scope", "staff"), ExitCode.REFUSED, "No key to sign with: set ISOPOLITY_COMMAND_KEY"),
        (("proposals", "approve"), ExitCode.USAGE, "Name the proposals to approve, or pass either "),
        (("proposals", "approve", "x", "--all"), ExitCode.USAGE, "Name the proposals to approve, or pass either "),
        (("proposals", "approve", "--round", "x", "--all"), ExitCode.USAGE, "Name the proposals to approve, or pass "),
        (("dead-letters", "redrive", "matching"), ExitCode.USAGE, "Name the dead letters to publish again"),
        (("offsets", "reset", "notify", "--topic", "a", "--to", "soon"), ExitCode.USAGE, "Give --to start, end, an"),
        (("offsets", "reset", "notify", "--topic", "a", "--to", "9" * 19), ExitCode.USAGE, "Give --to start, end, an"),
        (("dead-letters", "list", "--service", "mail"), ExitCode.USAGE, "There is no service mail; choose from"),
        (
            ("events", "tail", "--direct", "--topic", "x"),
            ExitCode.USAGE,
            "There is no topic x; choose from registry.city",
        ),
        (("events", "tail", "--direct", "--no-follow"), ExitCode.WRONG, "There is no event log in"),
        (("status", "--url", "nonsense"), ExitCode.USAGE, "nonsense is not an address; write it as http://host:port."),
        (("status", "--url", "http://[::1"), ExitCode.USAGE, "http://[::1 is not an address; write it as http://host"),
        (
            ("up", "--port", "0"),
            ExitCode.USAGE,
            "Invalid value for '--port': Input should be greater than or equal to 1. See",
        ),
        (("token", "revoke"), ExitCode.USAGE, "Name what to revoke by one of --id, --subject and --member."),
        (("token", "revoke", "--id", "1", "--member", "2"), ExitCode.USAGE, "Name what to revoke by one of"),
        (("import", "template", "cities", "--output", "x.csv"), ExitCode.USAGE, "x.csv is not a workbook. Name a file"),
        (
            ("export", "cities", "--output", "x.pdf", "--token", "t"),
            ExitCode.USAGE,
            "x.pdf is not a table. Name a file",
        ),
        (("audit", "list", "--service", "mail"), ExitCode.USAGE, "There is no service mail; choose from"),
        (("republish", "--restored"), ExitCode.USAGE, "Name with --service which service was restored."),
        (("republish", "--step", "5"), ExitCode.USAGE, "--step goes with --restored only."),
        (("republish", "--service", "mail"), ExitCode.USAGE, "There is no service mail; choose from registry"),
        (("republish", "--topic", "x"), ExitCode.USAGE, "isopolity.x is no topic of this network"),
        (
            ("republish", "--service", "notify", "--topic", "isopolity.registry.city"),
            ExitCode.USAGE,
            "isopolity.registry.city is no topic of notify",
        ),
        (("mail", "resolve", "x"), ExitCode.USAGE, "Say --sent if it arrived, or --again"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_a_code(arguments: tuple[str, ...], code: ExitCode, says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith(says)


def test_a_reason_that_is_too_short_is_a_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = whole_answers(lambda _request: httpx.Response(422, json={"detail": "Give 3 characters or more."}))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_arguments: Client("http://here", None, refused))
    told = run("offsets", "pause", "matching", "--reason", "ab")
    assert (told.exit_code, told.stderr) == (ExitCode.USAGE, "Give 3 characters or more.\n")


@pytest.mark.parametrize("topic", ["matching.proposal", "isopolity.matching.proposal"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("offsets", "reset", "notify", "--to", "end", "--topic", "TOPIC"),
        ("dead-letters", "republish", "TOPIC", "KEY", "--reason", "why"),
    ],
    ids=["reset", "republish"],
)
def test_a_topic_goes_by_its_whole_name_and_as_lists_print_it(
    arguments: tuple[str, ...], topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content)["topic"])
        return httpx.Response(200, json={"topic": seen[-1]})

    client = Client("http://here", None, whole_answers(answer))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_arguments: client)
    assert run(*(topic if each == "TOPIC" else each for each in arguments)).exit_code == 0
    assert seen == ["isopolity.matching.proposal"]


@pytest.mark.parametrize("setting", ["ISOPOLITY_COMMAND_KEY", "ISOPOLITY_TOKEN_KEYS"])
def test_key_that_is_too_short_is_refused_in_one_sentence(setting: str) -> None:
    result = run("token", "create", "--scope", "staff", **{setting: "short"})
    assert result.exit_code == ExitCode.REFUSED
    assert result.stderr.startswith("The first key is shorter than 32 characters")


def test_doctor_finds_nothing_wrong_with_an_empty_folder_and_changes_nothing(tmp_path: Path) -> None:
    result = run("doctor", **environment_of(KEY))
    assert result.exit_code == ExitCode.DONE
    assert "All fine." in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_doctor_names_every_wrong_setting() -> None:
    result = run("doctor", ISOPOLITY_SMTP_PORT="abc", ISOPOLITY_CANARY_SECONDS="-1")
    assert result.exit_code == ExitCode.WRONG
    for setting, what in (("ISOPOLITY_SMTP_PORT", "Give a whole number."), ("ISOPOLITY_CANARY_SECONDS", "more than 0")):
        (line,) = [line for line in result.stdout.splitlines() if setting in line]
        assert what in line


def test_doctor_says_what_to_change_where_nothing_answers_and_shows_no_secret() -> None:
    away = {
        **environment_of(KEY),
        "ISOPOLITY_REGISTRY_DATABASE_URL": "postgresql://anna:secret@127.0.0.1:9/registry",
        "ISOPOLITY_SMTP_HOST": "127.0.0.1",
        "ISOPOLITY_SMTP_PORT": "9",
    }
    result = run("doctor", **away)
    assert result.exit_code == ExitCode.WRONG
    told = " ".join(result.stdout.split())
    assert "check the address" in told
    assert "check ISOPOLITY_SMTP_" in told
    assert "secret" not in result.output
    assert KEY not in result.output


async def test_a_tokens_id_is_told_apart_from_the_token() -> None:
    result = run("token", "create", "--scope", "staff", "--hours", "720", **environment_of(KEY))
    principal = await LocalTokens([KEY], system_clock).verify(result.stdout.strip())
    assert result.stderr.strip() == f"Its id is {principal.token_id}."


async def test_a_longer_life_needs_the_networks_leave() -> None:
    arguments = ("token", "create", "--scope", "staff", "--hours", "800")
    refused = run(*arguments, **environment_of(KEY))
    assert refused.exit_code == ExitCode.USAGE
    assert refused.stderr.startswith("A token lives for 30 days at most; set ISOPOLITY_TOKEN_DAYS")
    allowed = run(*arguments, **environment_of(KEY), ISOPOLITY_TOKEN_DAYS="60")
    tokens = LocalTokens([KEY], system_clock, timedelta(days=60))
    assert (await tokens.verify(allowed.stdout.strip())).scopes == {"staff"}
    wrong = run(*arguments, **environment_of(KEY), ISOPOLITY_TOKEN_DAYS="many")
    assert (wrong.exit_code, wrong.stderr) == (ExitCode.USAGE, "Correct ISOPOLITY_TOKEN_DAYS: Give a whole number.\n")


def test_a_revocation_sends_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(201, json={"revocation_id": "token:7", "revoked_at": "2026-11-02T08:42:00Z"})

    client = Client("http://network.example", None, whole_answers(answer))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
    result = run("token", "revoke", "--id", "7")
    assert result.stderr == "Revoked: token 7, for tokens issued until 2026-11-02T08:42:00Z.\n"
    assert sent[0].content == b'{"token_id":"7"}'


def test_the_audit_of_all_services_is_one_list_with_the_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    empty: dict[str, object] = {"actor_kind": "staff", "actor": "anna", "details": None, "before": None, "after": None}
    items = {
        "registry": [
            {
                **empty,
                "at": "2026-11-02T08:00:00Z",
                "action": "cities.create",
                "subject_id": "7",
                "after": {"name": "X"},
            },
        ],
        "matching": [
            {**empty, "at": "2026-11-02T09:00:00Z", "action": "rounds.create", "subject_id": "8"},
        ],
        "notify": [
            {
                **empty,
                "at": "2026-11-02T07:00:00Z",
                "action": "mails.resolve",
                "subject_id": "9",
                "before": {"state": "unknown", "due_at": None, "words": []},
                "after": {"state": "sent", "due_at": None, "words": ["a", "b"]},
            },
        ],
    }

    paths = set[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["since"] == "2026-11-01T00:00:00Z"
        paths.add(request.url.path.partition("/v1/")[2])
        return httpx.Response(200, json={"items": items[request.url.path.split("/")[1]], "next": None})

    client = Client("http://network.example", None, whole_answers(answer))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
    printed = run("audit", "list", "--since", "2026-11-01", "--limit", "3").stdout
    lines = [line for line in printed.splitlines() if "staff anna" in line]
    assert [line.split()[3] for line in lines] == ["rounds.create", "cities.create", "mails.resolve"]
    assert "is new" in lines[1]
    assert "state: unknown → sent" in lines[2]
    assert "words: - → a; b" in printed
    assert "due_at: - → -" in printed
    of_operators = run("audit", "operators", "--since", "2026-11-01", "--limit", "3").stdout
    assert (of_operators == printed, paths) == (True, {"audit", "audit/operators"})


def test_dead_letters_of_one_cause_are_one_line_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = {"reason": "handler-failed", "detail": "KeyError", "at": "2026-12-01T08:00:00Z", "message": "no room"}
    new = [{"id": f"t/0/{number}", "cause": "c1", "release": "0.1.0", **shared} for number in range(3)]
    before = {"id": "t/0/9", **shared}  # of an earlier release
    client = Client("http://here", None, whole_answers(lambda _: httpx.Response(200, json=[*new, before])))
    monkeypatch.setattr("isopolity.command.options.connect", lambda *_arguments: client)
    listed = run("dead-letters", "list", "--service", "notify", "--by-cause", "--json")
    assert [(each["id"], each["count"]) for each in json.loads(listed.stdout)] == [("t/0/0", 3), ("t/0/9", 1)]
    assert run("dead-letters", "list", "--service", "notify").exit_code == 0
