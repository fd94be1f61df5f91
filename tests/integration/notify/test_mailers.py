"""One contract suite for every mailer: the fake, the mail box on disk, SMTP to Mailpit."""

import asyncio
import json
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from isopolity.notify.adapters.maildir_mailer import MaildirMailer
from isopolity.notify.adapters.smtp_mailer import SmtpMailer, SmtpServer
from isopolity.notify.application.ports import Letter, Mailer
from isopolity.notify.domain.errors import DeliveryProblem, TryLater

from tests.support.notify_mailer import FakeMailer
from tests.support.polling import until
from tests.support.ports import free_port
from tests.support.services import program


def letter(number: int = 1, *, body: str = "Grüße\r\n.\r\n..dots\r\n") -> Letter:
    head = f"From: n@isopolity.example\r\nTo: a@city.example\r\nSubject: {number}\r\nMessage-ID: <{number}@x>\r\n"
    kind = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    return Letter(
        mail_id=f"{number}",
        sender="n@isopolity.example",
        recipient="a@city.example",
        content=f"{head}{kind}\r\n{body}".encode(),
    )


@dataclass(slots=True)
class MailerUnderTest:
    """A mailer, and how to see what it delivered."""

    mailer: Mailer
    delivered: Callable[[], Sequence[bytes]]
    unreachable: Mailer


@pytest.fixture(params=["fake", "maildir", "mailpit"])
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MailerUnderTest]:
    if request.param == "fake":
        fake, broken = FakeMailer(), FakeMailer(at_offer={"a@city.example": TryLater("connect-lost")})
        yield MailerUnderTest(fake, lambda: [delivered.content for delivered in fake.delivered], broken)
    elif request.param == "maildir":
        folder, blocked = tmp_path / "mailbox", tmp_path / "file"
        blocked.write_text("not a folder")
        yield MailerUnderTest(
            MaildirMailer(folder),
            lambda: [path.read_bytes() for path in sorted((folder / "new").glob("*"))],
            MaildirMailer(blocked),
        )
    else:
        smtp, http = request.getfixturevalue("mailpit")
        mailer, nowhere = _local_mailer(smtp), _local_mailer(free_port())
        await until(lambda: _takes_mails(mailer), within=20, what="Mailpit")
        yield MailerUnderTest(mailer, lambda: _messages(http), nowhere)


@pytest.fixture
def mailpit(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The ports of a Mailpit of the test's own: SMTP and HTTP."""
    path, smtp, http = program("ISOPOLITY_TEST_MAILPIT"), free_port(), free_port()
    listeners = ["--smtp", f"127.0.0.1:{smtp}", "--listen", f"127.0.0.1:{http}"]
    database = ["--database", str(tmp_path / "mailpit.db")]
    process = subprocess.Popen([path, *listeners, *database, "--disable-version-check", "--quiet"])
    try:
        yield smtp, http
    finally:
        process.terminate()
        process.wait(timeout=10)


def _local_mailer(port: int) -> SmtpMailer:
    return SmtpMailer(SmtpServer(host="127.0.0.1", port=port, tls="none", timeout=5))


async def _takes_mails(mailer: Mailer) -> bool:
    try:
        await mailer.ping()
    except DeliveryProblem:
        return False
    return True


def _messages(port: int) -> list[bytes]:
    listing = json.loads(_get(f"http://127.0.0.1:{port}/api/v1/messages?limit=500"))
    return [_get(f"http://127.0.0.1:{port}/api/v1/message/{entry['ID']}/raw") for entry in listing["messages"]]


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310 - always http on the loopback
        content: bytes = response.read()
    return content


async def test_a_mail_arrives_whole_and_once(subject: MailerUnderTest) -> None:
    async with subject.mailer.session() as session:
        await session.offer(letter())
        await session.transmit(letter())
    (content,) = subject.delivered()
    message = message_from_bytes(content, policy=default)
    assert message["Message-ID"] == "<1@x>"
    assert message.get_content().replace("\r\n", "\n").strip() == "Grüße\n.\n..dots"


async def test_what_is_only_offered_does_not_arrive(subject: MailerUnderTest) -> None:
    async with subject.mailer.session() as session:
        await session.offer(letter())
    assert list(subject.delivered()) == []


async def test_a_session_takes_many_mails_one_after_another(subject: MailerUnderTest) -> None:
    async with subject.mailer.session() as session:
        for number in range(5):
            await session.offer(letter(number))
            await session.transmit(letter(number))
    subjects = {str(message_from_bytes(content, policy=default)["Subject"]) for content in subject.delivered()}
    assert subjects == {"0", "1", "2", "3", "4"}


async def test_sessions_work_side_by_side(subject: MailerUnderTest) -> None:
    async def send(number: int) -> None:
        async with subject.mailer.session() as session:
            await session.offer(letter(number))
            await session.transmit(letter(number))

    await asyncio.gather(*(send(number) for number in range(8)))
    assert len(subject.delivered()) == 8


async def test_a_mailer_that_cannot_be_reached_says_so_before_anything_is_sent(subject: MailerUnderTest) -> None:
    async with subject.unreachable.session() as session:
        with pytest.raises(TryLater):
            await session.offer(letter())
