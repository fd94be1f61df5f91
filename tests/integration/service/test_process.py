"""A service as a process: it starts, answers, stops in order on a signal, and says why when it dies."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from isopolity.configuration.settings import Settings
from isopolity.machine.stores import owned
from isopolity.runtime import create_topics
from isopolity.runtime.process import TaskDied, running, settings_problem
from tests.support.keys import environment_of
from tests.support.polling import until
from tests.support.shared.note_service import KEY

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(data: Path, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    environment = {"ISOPOLITY_DATA": str(data), "ISOPOLITY_PORT": str(port), **environment_of(KEY), **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.shared.note_service", "serve"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def ended(process: subprocess.Popen[str]) -> list[dict[str, object]]:
    """The lines of its log, once it has ended."""
    _out, errors = await asyncio.to_thread(process.communicate, timeout=120)
    return [json.loads(line) for line in errors.splitlines() if line.startswith("{")]


async def ready(port: int) -> None:
    async with httpx.AsyncClient() as client:

        async def answers() -> bool:
            try:
                response = await client.get(f"http://127.0.0.1:{port}/matching/health/ready")
            except httpx.TransportError:
                return False
            return response.status_code == 200

        await until(answers)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_a_service_in_order(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    with started(tmp_path, port) as process:
        await ready(port)
        process.send_signal(number)
        lines = await ended(process)
        assert process.returncode == 0
    assert [line["event"] for line in lines if line["event"] != "request"] == ["service_started", "service_stopped"]


@pytest.mark.parametrize("broker", ["embedded", "127.0.0.1:9"])
async def test_a_second_process_on_the_same_data_is_refused_in_one_sentence(tmp_path: Path, broker: str) -> None:
    held = tmp_path / ("broker.db" if broker == "embedded" else "notes.db")
    with owned(held), started(tmp_path, free_port(), ISOPOLITY_BROKER=broker) as process:
        (line,) = await ended(process)
    assert process.returncode == 1
    assert line["error"] == f"Another process has {held} open; stop it, or set ISOPOLITY_DATA to another folder."
    assert "exception" not in line


async def test_a_task_that_dies_ends_the_process_with_one_line_that_says_which(tmp_path: Path) -> None:
    with started(tmp_path, free_port(), NOTES_DIE="yes") as process:
        lines = await ended(process)
        assert process.returncode == 1
    (line,) = [line for line in lines if line["level"] == "critical"]
    assert (line["event"], line["task"]) == ("task_died", "dying")
    assert "ZeroDivisionError" in str(line["exception"])


async def test_a_port_that_is_taken_ends_the_process_with_a_reason(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started(tmp_path, int(taken.getsockname()[1])) as process:
            lines = await ended(process)
            assert process.returncode not in (0, None)
    assert any("address already in use" in str(line["event"]) for line in lines)


async def test_tasks_are_cancelled_and_awaited_when_the_block_ends() -> None:
    cleaned: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append("work")

    async with running({"work": work}) as died:
        await asyncio.sleep(0)
        assert not died.is_set()
    assert cleaned == ["work"]


async def test_a_death_of_a_task_is_told_at_once_and_raised_at_the_end() -> None:
    async def die() -> None:
        raise ZeroDivisionError

    with pytest.raises(TaskDied, match="the task doomed died"):
        async with running({"doomed": die}) as died, asyncio.timeout(60):
            await died.wait()


def test_a_wrong_setting_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISOPOLITY_TOKEN_KEYS", "short-secret")
    monkeypatch.setenv("ISOPOLITY_PORT", "many")
    with pytest.raises(ValidationError) as wrong:
        Settings()
    sentences = settings_problem(wrong.value).splitlines()
    assert len(sentences) == 2
    assert sentences[0].startswith("Correct ISOPOLITY_PORT: ")
    assert sentences[1].startswith("Correct ISOPOLITY_TOKEN_KEYS: ")
    assert "short-secret" not in "".join(sentences)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"SECURITY_PROTOCOL": "TLS"}, r"Correct ISOPOLITY_KAFKA_SECURITY_PROTOCOL: "),
        ({"SSL_CAFILE": "/none.pem"}, r"Correct ISOPOLITY_KAFKA_SSL_CAFILE: Path does not point to a file\."),
        ({"SECURITY_PROTOCOL": "SASL_SSL"}, r"set ISOPOLITY_KAFKA_SASL_USERNAME and ISOPOLITY_KAFKA_SASL_PASSWORD"),
    ],
)
def test_wrong_settings_of_kafka_are_named_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: dict[str, str], sentence: str
) -> None:
    monkeypatch.setenv("ISOPOLITY_BROKER", "127.0.0.1:9")
    for name, value in wrong.items():
        monkeypatch.setenv(f"ISOPOLITY_KAFKA_{name}", value)
    assert create_topics.main() == 2
    assert re.search(sentence, capsys.readouterr().err)
