"""Ports to the mail server: the dialogue with it, and what all instances know of it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from isopolity.notify.application.letters import Letter
from isopolity.notify.domain.mail_server import MailServer


class MailServerState(Protocol):
    """The state of the mail server, which all instances share."""

    async def get(self) -> MailServer:
        """The state now."""

    async def change(self, how: Callable[[MailServer], MailServer]) -> MailServer:
        """Replace the state by what `how` makes of it, and return that; other transactions wait meanwhile."""


class MailSession(Protocol):
    """One dialogue with a mail server at a time; it may be used for many mails, one after another."""

    async def offer(self, letter: Letter) -> None:
        """Everything before DATA: connection, sender, recipient. Raises TryLater, Refused or ServerAway."""

    async def transmit(self, letter: Letter) -> None:
        """DATA, after `offer`. Raises TryLater, Refused, ServerAway, or OutcomeUnknown when no clear reply came."""


class Mailer(Protocol):
    """Hands mails over; a session is closed when its context ends."""

    def session(self) -> AbstractAsyncContextManager[MailSession]:
        """A session; it connects when first needed."""

    async def ping(self) -> None:
        """Return if a mail could be offered now; raise DeliveryProblem otherwise."""
