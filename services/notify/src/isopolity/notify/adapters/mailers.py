"""Hands mails to a mail server over SMTP, or puts them into a mail box on disk (Maildir), for the embedded mode.

SMTP has two steps: everything before DATA, then DATA. Invariants: after a problem before the server's 354 nothing has
been sent. After the final dot only a reply of 2xx, 4xx or 5xx settles the outcome; any other code, an unreadable reply
or no reply leaves it unknown. A connection on which a reply could not be understood is not used again, since its next
reply may belong to an earlier command. In a Maildir `new` holds complete mails only: each is written and synced in
`tmp`, then renamed.
"""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from isopolity.machine.maildir import file_name
from isopolity.machine.stores import try_room
from isopolity.notify.application.letters import Letter
from isopolity.notify.domain.errors import DeliveryProblem, OutcomeUnknown, Refused, ServerAway, TryLater

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
        """Connect, EHLO, STARTTLS and AUTH. Raises ServerAway: none of these is a mail's fault."""
        try:
            await self._client.connect()
            await self._client.ehlo()
        except (SMTPException, OSError) as error:
            self._client.close()
            raise ServerAway(_reason("connect", error)) from error

    async def offer(self, letter: Letter) -> None:
        try:
            if self._client.is_connected:
                with suppress(SMTPServerDisconnected):  # the server had closed an idle connection
                    await self._envelope(letter)
                    return
            await self.connect()
            await self._envelope(letter)
        except (SMTPException, OSError, ValueError) as error:
            raise await self._before_data(error) from error

    async def transmit(self, letter: Letter) -> None:
        await hand_over(self._client, letter.content)

    async def close(self) -> None:
        """Send QUIT, if the server still listens."""
        if self._client.is_connected:
            with suppress(SMTPException, OSError):
                await self._client.quit(timeout=2)
        self._client.close()

    async def _envelope(self, letter: Letter) -> None:
        await _accepted(self._client.mail(letter.sender))
        await _accepted(self._client.rcpt(letter.recipient))

    async def _before_data(self, error: Exception) -> DeliveryProblem:
        if isinstance(error, ValueError):
            await self._reset()
            return Refused("address-unusable")
        if not isinstance(error, SMTPResponseException):
            self._client.close()
            return ServerAway(_reason("connection", error), refuses=True)
        if not is_refusal(error.code) or error.code == _SERVICE_CLOSING:
            self._client.close()
        else:
            await self._reset()
        if isinstance(error, SMTPRecipientRefused) and is_refusal(error.code):
            return refusal(error.code)
        if isinstance(error, SMTPRecipientRefused):
            return TryLater(_reason("recipient", error))
        return ServerAway(_reason("sender", error), refuses=True)

    async def _reset(self) -> None:
        try:
            await self._client.rset()
        except (SMTPException, OSError):
            self._client.close()


async def _accepted(command: Awaitable[object]) -> None:
    """Wait for the reply; every 2xx counts as success, although aiosmtplib accepts only a few of them."""
    try:
        await command
    except SMTPResponseException as error:
        if not is_success(error.code):
            raise


def _reason(step: str, error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{step}-smtp-{error.code}"
    return f"{step}-timeout" if isinstance(error, TimeoutError) else f"{step}-lost"


_GO_ON: Final = 354
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT: Final = re.compile(rb"(?m)^\.")


async def hand_over(client: SMTP, content: bytes) -> None:
    """DATA, the mail, the final dot. Raises TryLater, Refused, ServerAway or OutcomeUnknown.

    The connection is closed after every reply that SMTP does not define: the next reply could belong to this command.
    """
    await _begin(client)
    reply = await _reply_to_mail(client, content)
    if is_success(reply.code):
        return
    if is_refusal(reply.code):
        if reply.code == _SERVICE_CLOSING:
            client.close()
        raise refusal(reply.code)
    client.close()
    raise OutcomeUnknown(f"odd-reply-smtp-{reply.code}")


def is_success(code: int) -> bool:
    """Whether the server carried out the command (2xx)."""
    return 200 <= code < 300


def is_refusal(code: int) -> bool:
    """Whether the server refused the command (4xx or 5xx)."""
    return 400 <= code < 600


def refusal(code: int) -> DeliveryProblem:
    """The problem that a reply of the 4xx or 5xx class means for the mail; 421 is about the server, not the mail."""
    if code == _SERVICE_CLOSING:
        return ServerAway(f"smtp-{code}", refuses=True)
    return Refused(f"smtp-{code}") if code >= 500 else TryLater(f"smtp-{code}")


async def _begin(client: SMTP) -> None:
    try:
        reply = await client.execute_command(b"DATA")
    except (SMTPException, OSError) as error:
        client.close()
        raise ServerAway("no-reply-to-data", refuses=True) from error
    if reply.code == _GO_ON:
        return
    if is_refusal(reply.code):
        raise refusal(reply.code)
    client.close()
    raise TryLater(f"data-smtp-{reply.code}")


async def _reply_to_mail(client: SMTP, content: bytes) -> SMTPResponse:
    try:
        if client.protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        client.protocol.write(_stuffed(content))
        return await client.protocol.read_response(timeout=client.timeout)
    except (SMTPException, OSError) as error:
        client.close()
        raise OutcomeUnknown("connection-lost-in-data") from error


def _stuffed(content: bytes) -> bytes:
    """The mail as DATA carries it (RFC 5321, 4.5.2): CRLF ends lines, a leading dot is doubled, a dot alone ends it."""
    lines = _LINE_END.sub(b"\r\n", content)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return _LEADING_DOT.sub(b"..", lines) + b".\r\n"


class MaildirMailer:
    """A mailer that writes into the Maildir at a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def session(self) -> AsyncIterator["MaildirSession"]:
        yield MaildirSession(self._folder)

    async def ping(self) -> None:
        await _on_disk(_make_folders, self._folder)
        await _on_disk(try_room, self._folder / "tmp")


class MaildirSession:
    """Writes one mail at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prepared = False

    async def offer(self, letter: Letter) -> None:
        if not self._prepared:
            await _on_disk(_make_folders, self._folder)
            self._prepared = True

    async def transmit(self, letter: Letter) -> None:
        await _on_disk(partial(_deliver, letter), self._folder)


async def _on_disk(action: Callable[[Path], object], folder: Path) -> None:
    """Act in another thread. Raises ServerAway if the file system refuses."""
    try:
        await asyncio.to_thread(action, folder)
    except OSError as error:
        raise ServerAway("mailbox-not-writable") from error


def _make_folders(folder: Path) -> None:
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def _deliver(letter: Letter, folder: Path) -> None:
    name = file_name(letter.mail_id, time.time_ns())
    written = folder / "tmp" / name
    with written.open("xb") as file:
        file.write(letter.content)
        file.flush()
        os.fsync(file.fileno())
    written.rename(folder / "new" / name)
    _sync_folder(folder / "new")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
