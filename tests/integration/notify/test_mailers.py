"""One contract suite for every mailer: the fake, the mail box on disk, SMTP to Mailpit."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from isopolity.notify.adapters.mailers import MaildirMailer
from isopolity.notify.application.letters import Letter, Mailer
from isopolity.notify.domain.errors import ServerAway
from tests.support.notify.memory_mailer import FakeMailer
from tests.support.servers.mailpit import Mailpit, local_mailer, mailpit  # noqa: F401 - a fixture
from tests.support.servers.ports import free_port


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
        fake, broken = FakeMailer(), FakeMailer(at_offer={"a@city.example": ServerAway("connect-lost")})
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
        mailpit: Mailpit = request.getfixturevalue("mailpit")
        yield MailerUnderTest(local_mailer(mailpit.smtp_port), mailpit.messages, local_mailer(free_port()))


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
        with pytest.raises(ServerAway):
            await session.offer(letter())
