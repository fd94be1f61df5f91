"""A record that nobody can read, from the embedded broker to the operator's terminal and back."""

import json
import subprocess
from pathlib import Path

import pytest

from isopolity.contracts.catalogue import TOPICS
from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import Message
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.runtime.connections import EMBEDDED_LOG
from tests.support.hosting.running_command import isopolity, up
from tests.support.polling import until

pytestmark = pytest.mark.slow

CITY = "isopolity.registry.city"


async def publish(data: Path, message: Message) -> None:
    async with EmbeddedBroker.opened(data / EMBEDDED_LOG, system_clock) as broker:
        await broker.ensure_topics(TOPICS)
        async with broker.producer() as producer:
            await producer.publish([message])


async def test_poison_is_listed_shown_and_redriven_and_counts_once(tmp_path: Path) -> None:
    data = tmp_path
    await publish(data, Message(CITY, "city-7", b"{no json", [("ce_id", b"1")]))
    with up(data, "--no-demo") as running:

        def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
            return isopolity(*arguments, "--url", running.url, "--data", str(data))

        def listed() -> list[str]:
            asked = ask("dead-letters", "list", "--service", "matching", "--json")
            return [letter["id"] for letter in json.loads(asked.stdout)]

        async def one_came() -> bool:
            return len(listed()) == 1

        await until(one_came)
        (letter,) = listed()
        status = ask("status")
        masked = ask("dead-letters", "show", "matching", letter)
        shown = ask("dead-letters", "show", "matching", letter, "--unmask-for", "a test looks")
        rehearsed = ask("dead-letters", "redrive", "matching", "--all", "--dry-run")
        after_rehearsal = listed()
        redriven = ask("dead-letters", "redrive", "matching", letter)

        async def another_came() -> bool:
            return len(found := listed()) == 1 and found != [letter]

        await until(another_came)
        settled = ask("dead-letters", "settle", "matching", "--all", "--reason", "nobody needs it")
        afterwards = listed(), "matching has" in ask("status").stdout
    assert status.returncode == 1
    assert "matching has 1 dead letter (" in status.stdout
    assert "{no json" in shown.stdout
    assert "no json" not in masked.stdout
    assert "isopolity.matching gave-up" in rehearsed.stderr
    assert "came back" in redriven.stderr
    assert (rehearsed.stdout.strip(), after_rehearsal) == (letter, [letter])
    assert "1 dead letter would be published again." in rehearsed.stderr
    assert (redriven.returncode, redriven.stdout.strip()) == (0, letter)
    assert "1 dead letter published again." in redriven.stderr
    assert "1 dead letter settled." in settled.stderr
    assert afterwards == ([], False)
