"""The one process of the embedded mode, `isopolity up`, as a system under test that may be killed at any moment."""

import os
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx

from isopolity.machine.maildir import MailBox, content
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.runtime.connections import EMBEDDED_LOG
from tests.support.faults.children import settle_in
from tests.support.faults.tested import KEY, SERVICES, WEIGHTS, Received, decoded
from tests.support.faults.waiting import eventually
from tests.support.forking.server import FORKING
from tests.support.keys import environment_of
from tests.support.servers.mailpit import LINK


@dataclass(slots=True, kw_only=True)
class EmbeddedSystem:
    """Everything in one process, on the data in one folder."""

    data: Path
    port: int
    process: BaseProcess | None = None

    @property
    def arrivals(self) -> "MailBoxArrivals":
        return MailBoxArrivals(MailBox(self.data / "mailbox"))

    def start(self) -> None:
        """Start the process; it is not ready yet."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ISOPOLITY_")}
        own = {
            **environment_of(KEY),
            "ISOPOLITY_SENDING_POLICY": "rounds-only",
            "ISOPOLITY_WEIGHTS": str(WEIGHTS),
        }
        arguments = ["up", "--no-demo", "--data", str(self.data), "--port", str(self.port)]
        log = str(self.data.with_suffix(".log"))
        self.process = FORKING.Process(target=_run, args=(arguments, clean | own, log))
        self.process.start()

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.join()

    def urls(self, _service: str) -> Sequence[str]:
        return [f"http://127.0.0.1:{self.port}"]

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[MessageBroker]:
        async with EmbeddedBroker.looking_on(self.data / EMBEDDED_LOG) as broker:
            yield broker

    async def ready(self) -> None:
        async def are_ready() -> bool:
            try:
                async with httpx.AsyncClient(timeout=5) as client:
                    answers = [await client.get(f"{self.urls(name)[0]}/{name}/health/ready") for name in SERVICES]
            except httpx.TransportError:
                return False
            return all(answer.status_code == 200 for answer in answers)

        await eventually(are_ready, f"the process is not ready; see {self.data.with_suffix('.log')}")

    async def rows(self, service: str, query: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(f"file:{self.data / service}.db?mode=ro", uri=True, timeout=20)) as connection:
            connection.row_factory = sqlite3.Row
            return [decoded(dict(row)) for row in connection.execute(query)]

    async def hurry_mails(self) -> None:
        """The mail box on disk defers nothing."""

    async def graphs(self) -> Sequence[Mapping[str, str]]:
        """The number in memory, which the status counts: it cannot be seen from here."""
        return []


@dataclass(frozen=True, slots=True)
class MailBoxArrivals:
    """The mail box on disk."""

    mail_box: MailBox

    async def received(self) -> list[Received]:
        mails = [mail for name in self.mail_box.names() if (mail := self.mail_box.read(name)) is not None]
        return [Received(identifier=mail.name, mail_id=mail.mail_id, recipient=mail.address) for mail in mails]

    async def link_in(self, received: Received) -> str:
        mail = self.mail_box.read(received.identifier)
        assert mail is not None
        found = LINK.search(content(mail, "plain"))
        assert found is not None, "the mail holds no answer link"
        return found[0]


def _run(arguments: list[str], environment: dict[str, str], log: str) -> None:
    from isopolity.command.main import app

    settle_in(environment, log)
    app(arguments, prog_name="isopolity")
