"""A small SMTP server that misbehaves on demand, as a real one does not."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum


class Cut(StrEnum):
    """The point at which the server hangs up, or stops answering."""

    GREETING = "greeting"
    RCPT = "rcpt"
    DATA_COMMAND = "data command"
    IN_DATA = "in data"
    AFTER_DATA = "after data"


@dataclass(slots=True)
class SmtpStandIn:
    """Replies and received mails of the server; a reply is by command and sent as it stands, `.` is the end of DATA."""

    replies: dict[str, str] = field(default_factory=dict)
    cut: Cut | None = None
    silent: bool = False
    """Stop answering instead of hanging up."""
    piecemeal: bool = False
    """Send every reply byte by byte, each in a packet of its own."""
    tls: ssl.SSLContext | None = None
    messages: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0


@asynccontextmanager
async def smtp_server(stand_in: SmtpStandIn) -> AsyncIterator[SmtpStandIn]:
    """The server, on a port of its own."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await _Dialogue(stand_in, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stand_in.port = server.sockets[0].getsockname()[1]
    async with server:
        yield stand_in
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Dialogue:
    def __init__(self, stand_in: SmtpStandIn, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._is, self._reader, self._writer = stand_in, reader, writer

    async def run(self) -> None:
        self._is.connections += 1
        await self._cut_at(Cut.GREETING)
        await self._say("220 stand-in ready")
        while line := await self._reader.readline():
            command = line.decode().strip()
            self._is.commands.append(command)
            if not await self._obey(command.split(" ")[0].split(":")[0].upper()):
                return

    async def _obey(self, verb: str) -> bool:
        if verb == "EHLO":
            features = (
                ["250-stand-in", "250-AUTH PLAIN"] + (["250-STARTTLS"] if self._is.tls else []) + ["250 8BITMIME"]
            )
            await self._say("\r\n".join(features))
        elif verb == "STARTTLS" and self._is.tls:
            await self._say("220 go ahead")
            await self._writer.start_tls(self._is.tls)
        elif verb == "DATA":
            await self._data()
        elif verb == "QUIT":
            await self._say(self._is.replies.get("QUIT", "221 bye"))
            return False
        else:
            if verb == "RCPT":
                await self._cut_at(Cut.RCPT)
            await self._say(self._is.replies.get(verb, "235 ok" if verb == "AUTH" else "250 ok"))
        return True

    async def _data(self) -> None:
        await self._cut_at(Cut.DATA_COMMAND)
        begin = self._is.replies.get("DATA", "354 go on")
        await self._say(begin)
        if not begin.startswith("354"):
            return
        if self._is.cut is Cut.IN_DATA:
            await self._reader.readexactly(64)
        await self._cut_at(Cut.IN_DATA)
        message = await self._reader.readuntil(b"\r\n.\r\n")
        self._is.messages.append(message)
        await self._cut_at(Cut.AFTER_DATA)
        await self._say(self._is.replies.get(".", "250 taken"))

    async def _cut_at(self, place: Cut) -> None:
        if self._is.cut is not place:
            return
        if self._is.silent:
            await asyncio.Event().wait()
        raise ConnectionResetError

    async def _say(self, reply: str) -> None:
        line = reply.encode() + b"\r\n"
        pieces = [line[at : at + 1] for at in range(len(line))] if self._is.piecemeal else [line]
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(0)
