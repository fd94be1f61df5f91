"""Ports to the mail server: sessions with it, and its state, which all instances share."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from isopolity.notify.application.letters import Letter
from isopolity.notify.domain.mail_server import MailServer


class MailServerState(Protocol):
    """Stores the state of the mail server, which all instances share."""

    async def get(self) -> MailServer:
        """The present state."""

    async def change(self, how: Callable[[MailServer], MailServer]) -> MailServer:
        """Replace the state by `how(state)` and return it; the state is locked until the transaction ends."""


class MailSession(Protocol):
    """A session with a mail server, for any number of mails one after another."""

    async def offer(self, letter: Letter) -> None:
        """Do everything before DATA: connect, name sender and recipient. Raises TryLater, Refused or ServerAway."""

    async def transmit(self, letter: Letter) -> None:
        """Send DATA, after `offer`. Raises TryLater, Refused, ServerAway, or OutcomeUnknown without a clear reply."""


class Mailer(Protocol):
    """Opens sessions with a mail server; each is closed when its context ends."""

    def session(self) -> AbstractAsyncContextManager[MailSession]:
        """A new session; it connects when first needed."""

    async def ping(self) -> None:
        """Return if a mail could be offered now; raise DeliveryProblem otherwise."""
