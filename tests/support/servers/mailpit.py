"""A Mailpit of the test's own: a real SMTP server that shows what it took."""

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from isopolity.notify.adapters.smtp_mailer import SmtpMailer, SmtpServer
from tests.support.servers.ports import free_port
from tests.support.servers.provision import program


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailpit:
    """Its ports."""

    smtp: int
    http: int

    def message_ids(self) -> list[str]:
        """The Message-IDs of all mails, one an arrival."""
        return [str(entry["MessageID"]) for entry in self._list()]

    def messages(self) -> list[bytes]:
        """All mails as they came."""
        return [self._get(f"/api/v1/message/{entry['ID']}/raw") for entry in self._list()]

    def _list(self) -> list[dict[str, Any]]:
        listing: list[dict[str, Any]] = json.loads(self._get("/api/v1/messages?limit=1000"))["messages"]
        return listing

    def _get(self, path: str) -> bytes:
        address = f"http://127.0.0.1:{self.http}{path}"
        with urllib.request.urlopen(address, timeout=10) as response:
            content: bytes = response.read()
        return content


def local_mailer(port: int) -> SmtpMailer:
    """A mailer to that port of this machine."""
    return SmtpMailer(SmtpServer(host="127.0.0.1", port=port, tls="none", timeout=10))


@pytest.fixture
def mailpit(tmp_path: Path) -> Iterator[Mailpit]:
    """A Mailpit that takes mails."""
    path, started = program("ISOPOLITY_TEST_MAILPIT"), Mailpit(smtp=free_port(), http=free_port())
    listeners = ["--smtp", f"127.0.0.1:{started.smtp}", "--listen", f"127.0.0.1:{started.http}"]
    database = ["--database", str(tmp_path / "mailpit.db")]
    process = subprocess.Popen([path, *listeners, *database, "--disable-version-check", "--quiet"])
    try:
        _await_greeting(started.smtp)
        yield started
    finally:
        process.terminate()
        process.wait(timeout=10)


def _await_greeting(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                if connection.recv(3) == b"220":
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
