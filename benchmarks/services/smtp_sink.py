"""A mail server that takes every mail, notes when each recipient's first one was whole, and keeps them if asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter


class SmtpSink:
    """The mails that arrived, and when."""

    def __init__(self) -> None:
        self.port = 0
        self.arrivals: dict[str, float] = {}
        self.letters: list[bytes] | None = None
        """Set it to a list to keep the mails."""
        self._arrived = asyncio.Event()

    @property
    def settings(self) -> dict[str, str]:
        """The settings that point notify here."""
        port = str(self.port)
        return {"ISOPOLITY_SMTP_HOST": "127.0.0.1", "ISOPOLITY_SMTP_PORT": port, "ISOPOLITY_SMTP_TLS": "none"}

    async def arrival(self, recipient: str) -> float:
        """When the recipient's first mail was whole; waits for it."""
        while recipient not in self.arrivals:
            self._arrived.clear()
            await self._arrived.wait()
        return self.arrivals[recipient]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        recipients: list[str] = []
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipients.append(line.decode().partition("<")[2].partition(">")[0])
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                letter = await reader.readuntil(b"\r\n.\r\n")
                self._note(recipients)
                if self.letters is not None:
                    self.letters.append(letter)
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
            await writer.drain()
            if verb == b"QUIT":
                break
        writer.close()

    def _note(self, recipients: list[str]) -> None:
        for recipient in recipients:
            self.arrivals.setdefault(recipient, perf_counter())
        recipients.clear()
        self._arrived.set()


@asynccontextmanager
async def smtp_sink() -> AsyncIterator[SmtpSink]:
    """A sink on a free port."""
    sink = SmtpSink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    async with server:
        yield sink
