"""Mails over SMTP with aiosmtplib, the dialogue cut in two: everything before DATA, then DATA.

Invariant: a problem that arises before DATA is known not to have sent anything; for DATA see `smtp_data`. A connection
on which a reply could not be understood is not used again, since its next reply may belong to an earlier command.
"""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, Literal

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from isopolity.notify.adapters.smtp_data import hand_over, is_refusal, is_success, refusal
from isopolity.notify.application.ports import Letter
from isopolity.notify.domain.errors import DeliveryProblem, Refused, TryLater

Tls = Literal["none", "starttls", "implicit"]
_SERVICE_CLOSING: Final = 421


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The mail server and how to reach it; `timeout` in seconds for each step of the dialogue."""

    host: str
    port: int
    tls: Tls = "starttls"
    username: str | None = None
    password: str | None = None
    timeout: float = 30.0
    ca_file: str | None = None

    def client(self) -> SMTP:
        """A client that is not connected yet."""
        return SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls == "implicit",
            start_tls=self.tls == "starttls",
            username=self.username,
            password=self.password,
            timeout=self.timeout,
            cert_bundle=self.ca_file,
        )


class SmtpMailer:
    """A mailer that hands mails to one SMTP server."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    @asynccontextmanager
    async def session(self) -> AsyncIterator["SmtpSession"]:
        session = SmtpSession(self.server.client())
        try:
            yield session
        finally:
            await session.close()

    async def ping(self) -> None:
        async with self.session() as session:
            await session.connect()


class SmtpSession:
    """One connection at a time; after a fault the next mail opens another."""

    def __init__(self, client: SMTP) -> None:
        self._client = client

    async def connect(self) -> None:
        """Connect, EHLO, STARTTLS and AUTH. Raises TryLater: none of these is a mail's fault."""
        try:
            await self._client.connect()
            await self._client.ehlo()
        except (SMTPException, OSError) as error:
            self._client.close()
            raise TryLater(_reason("connect", error)) from error

    async def offer(self, letter: Letter) -> None:
        reused = self._client.is_connected
        if not reused:
            await self.connect()
        try:
            await self._envelope(letter)
        except SMTPServerDisconnected as error:
            if not reused:
                raise TryLater("connection-lost") from error
            await self.connect()  # the server had closed an idle connection
            await self._offer_once(letter)
        except (SMTPException, OSError, ValueError) as error:
            raise await self._before_data(error) from error

    async def transmit(self, letter: Letter) -> None:
        await hand_over(self._client, letter.content)

    async def close(self) -> None:
        """Say goodbye, if somebody listens."""
        if self._client.is_connected:
            with suppress(SMTPException, OSError):
                await self._client.quit(timeout=2)
        self._client.close()

    async def _offer_once(self, letter: Letter) -> None:
        try:
            await self._envelope(letter)
        except (SMTPException, OSError, ValueError) as error:
            raise await self._before_data(error) from error

    async def _envelope(self, letter: Letter) -> None:
        await _accepted(self._client.mail(letter.sender))
        await _accepted(self._client.rcpt(letter.recipient))

    async def _before_data(self, error: Exception) -> DeliveryProblem:
        if isinstance(error, ValueError):
            await self._reset()
            return Refused("address-unusable")
        if not isinstance(error, SMTPResponseException):
            self._client.close()
            return TryLater(_reason("connection", error))
        if not is_refusal(error.code) or error.code == _SERVICE_CLOSING:
            self._client.close()
        else:
            await self._reset()
        if isinstance(error, SMTPRecipientRefused) and is_refusal(error.code):
            return refusal(error.code)
        step = "recipient" if isinstance(error, SMTPRecipientRefused) else "sender"
        return TryLater(_reason(step, error))

    async def _reset(self) -> None:
        try:
            await self._client.rset()
        except (SMTPException, OSError):
            self._client.close()


async def _accepted(command: Awaitable[object]) -> None:
    """Wait for the reply; any 2xx will do, though aiosmtplib takes few of them."""
    try:
        await command
    except SMTPResponseException as error:
        if not is_success(error.code):
            raise


def _reason(step: str, error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{step}-smtp-{error.code}"
    return f"{step}-timeout" if isinstance(error, TimeoutError) else f"{step}-lost"
