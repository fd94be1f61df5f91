"""A mailer that keeps mails in memory; it passes the same contract suite as SMTP and the mail box on disk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

from isopolity.notify.application.letters import Letter
from isopolity.notify.domain.errors import DeliveryProblem


@dataclass(slots=True)
class FakeMailer:
    """A mailer in memory; problems by recipient: `at_offer` before DATA, `at_transmit` within it."""

    delivered: list[Letter] = field(default_factory=list)
    at_offer: dict[str, DeliveryProblem] = field(default_factory=dict)
    at_transmit: dict[str, DeliveryProblem | BaseException] = field(default_factory=dict)
    offered: list[Letter] = field(default_factory=list)

    @asynccontextmanager
    async def session(self) -> AsyncIterator["FakeMailer"]:
        yield self

    async def ping(self) -> None:
        return

    async def offer(self, letter: Letter) -> None:
        self.offered.append(letter)
        if problem := self.at_offer.get(letter.recipient):
            raise problem

    async def transmit(self, letter: Letter) -> None:
        if problem := self.at_transmit.get(letter.recipient):
            raise problem
        self.delivered.append(letter)

    def text_to(self, address: str) -> str:
        """The plain text of the one mail to that address."""
        (letter,) = (each for each in self.delivered if each.recipient == address)
        body = message_from_bytes(letter.content, policy=default).get_body(("plain",))
        assert body is not None
        text: str = body.get_content()
        return text

    def recipients(self) -> list[str]:
        """To whom mails were delivered, in alphabetical order."""
        return sorted(letter.recipient for letter in self.delivered)
