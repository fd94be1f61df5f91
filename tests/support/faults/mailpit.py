"""Mailpit as a child process: the mail server of the tests, which counts what really arrived."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.faults.tested import Received
from tests.support.hosting.running_command import wait_until_listening
from tests.support.servers.ports import free_port
from tests.support.servers.provision import program

LINK = re.compile(r"https?://\S+/notify/answer/\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailpit:
    """A running Mailpit."""

    smtp_port: int
    url: str

    async def received(self) -> list[Received]:
        """Everything that arrived, in no particular order."""
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{self.url}/api/v1/messages", params={"limit": 10_000})
        return [_received(message) for message in answer.raise_for_status().json()["messages"]]

    async def link_in(self, received: Received) -> str:
        """The answer link in a mail."""
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{self.url}/api/v1/message/{received.identifier}")
        found = LINK.search(answer.raise_for_status().json()["Text"])
        assert found is not None, "the mail holds no answer link"
        return found[0]


def _received(message: dict[str, Any]) -> Received:
    return Received(
        identifier=message["ID"],
        mail_id=message["MessageID"].partition("@")[0],
        recipient=message["To"][0]["Address"],
    )


@contextmanager
def running_mailpit() -> Iterator[Mailpit]:
    """A Mailpit that keeps everything in memory until the end."""
    smtp_port, port = free_port(), free_port()
    command = [program("ISOPOLITY_TEST_MAILPIT"), "--quiet", "--disable-version-check", "--max", "0"]
    command += ["--smtp", f"127.0.0.1:{smtp_port}", "--listen", f"127.0.0.1:{port}", "--smtp-disable-rdns"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
    try:
        wait_until_listening(f"http://127.0.0.1:{port}", process)
        yield Mailpit(smtp_port=smtp_port, url=f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()
