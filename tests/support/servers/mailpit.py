"""Mailpit as a child process: a real SMTP server that shows what it took, in memory until its end."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from isopolity.notify.adapters.mailers import SmtpMailer, SmtpServer
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
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.get(f"{self.url}/api/v1/messages", params={"limit": 10_000})
        return [_received(message) for message in answer.raise_for_status().json()["messages"]]

    async def link_in(self, received: Received) -> str:
        """The answer link in a mail."""
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.get(f"{self.url}/api/v1/message/{received.identifier}")
        found = LINK.search(answer.raise_for_status().json()["Text"])
        assert found is not None, "the mail holds no answer link"
        return found[0]

    def message_ids(self) -> list[str]:
        """The Message-IDs of all mails, one an arrival."""
        return [str(entry["MessageID"]) for entry in self._list()]

    def messages(self) -> list[bytes]:
        """All mails as they came."""
        return [httpx.get(f"{self.url}/api/v1/message/{entry['ID']}/raw", timeout=60).content for entry in self._list()]

    def _list(self) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.url}/api/v1/messages", params={"limit": 1_000}, timeout=60)
        listing: list[dict[str, Any]] = answer.raise_for_status().json()["messages"]
        return listing


def _received(message: dict[str, Any]) -> Received:
    return Received(
        identifier=message["ID"],
        mail_id=message["MessageID"].partition("@")[0],
        recipient=message["To"][0]["Address"],
    )


def local_mailer(port: int) -> SmtpMailer:
    """A mailer to that port of this machine."""
    return SmtpMailer(SmtpServer(host="127.0.0.1", port=port, tls="none", timeout=60))


@contextmanager
def running_mailpit() -> Iterator[Mailpit]:
    """A Mailpit that takes mails and keeps all of them until the end of the block."""
    smtp_port, port = free_port(), free_port()
    command = [program("ISOPOLITY_TEST_MAILPIT"), "--quiet", "--disable-version-check", "--max", "0"]
    command += ["--smtp", f"127.0.0.1:{smtp_port}", "--listen", f"127.0.0.1:{port}", "--smtp-disable-rdns"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
    try:
        wait_until_listening(f"http://127.0.0.1:{port}", process)
        _await_greeting(smtp_port)
        yield Mailpit(smtp_port=smtp_port, url=f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def mailpit() -> Iterator[Mailpit]:
    """A Mailpit of the test's own."""
    with running_mailpit() as running:
        yield running


def _await_greeting(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                if connection.recv(3) == b"220":
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
