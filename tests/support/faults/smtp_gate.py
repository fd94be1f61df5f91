"""A gate between notify and Mailpit: lets the dialogue through, or spoils it in one chosen way.

Invariant: a mail that Mailpit acknowledged has arrived; one without its final dot has not.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.support.servers.ports import free_port


@dataclass(slots=True, kw_only=True)
class SmtpGate:
    """The present faults; each may be set from the test's thread at any time."""

    upstream: int
    port: int = field(default_factory=free_port)
    down: bool = False
    """Connections are closed at once."""
    delay: float = 0.0
    """Seconds before each reply."""
    refused: dict[str, bytes] = field(default_factory=dict)
    """The reply to RCPT, by address."""
    cuts_within: int = 0
    """How many more connections end in the middle of DATA, before the mail is complete."""
    cuts_after: int = 0
    """How many more connections end after the mail was accepted, before the reply."""

    opened: threading.Event = field(default_factory=threading.Event)
    close: Callable[[], object] = lambda: None
    """Ends `serve`; may be called from any thread."""

    async def serve(self) -> None:
        """Serve until closed; open connections are then cut."""
        closed, loop = asyncio.Event(), asyncio.get_running_loop()
        self.close = lambda: loop.call_soon_threadsafe(closed.set)
        async with await asyncio.start_server(self._connection, "127.0.0.1", self.port):
            self.opened.set()
            await closed.wait()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if not self.down:
                await self._dialogue(reader, writer)
        writer.close()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            await self._reply(writer, await _reply_of(server_reader))
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"RCPT" and (refusal := self._refusal(line)):
                    await self._reply(writer, refusal)
                    continue
                server_writer.write(line)
                answer = await _reply_of(server_reader)
                if verb == b"DATA" and answer.startswith(b"354"):
                    await self._reply(writer, answer)
                    if not await self._content(reader, server_writer):
                        return
                    answer = await _reply_of(server_reader)
                    if self.cuts_after:
                        self.cuts_after -= 1
                        return
                await self._reply(writer, answer)
        finally:
            server_writer.close()

    async def _content(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> bool:
        """Pass the mail on; False if it was cut."""
        while (line := await reader.readline()) != b".\r\n":
            if self.cuts_within or not line:
                self.cuts_within = max(0, self.cuts_within - 1)
                return False
            server.write(line)
        server.write(line)
        await server.drain()
        return True

    def _refusal(self, line: bytes) -> bytes | None:
        return next((reply for address, reply in self.refused.items() if address.encode() in line), None)

    async def _reply(self, writer: asyncio.StreamWriter, reply: bytes) -> None:
        await asyncio.sleep(self.delay)
        writer.write(reply)
        await writer.drain()


async def _reply_of(server: asyncio.StreamReader) -> bytes:
    """One reply, which may have several lines."""
    lines = [await server.readline()]
    while lines[-1][3:4] == b"-":
        lines.append(await server.readline())
    return b"".join(lines)


@contextmanager
def smtp_gate(upstream: int) -> Iterator[SmtpGate]:
    """A gate in a thread of its own, before the mail server at the port `upstream`."""
    gate = SmtpGate(upstream=upstream)
    thread = threading.Thread(target=lambda: asyncio.run(gate.serve()), name="smtp gate")
    thread.start()
    try:
        assert gate.opened.wait(60), "the gate before the mail server did not open"
        yield gate
    finally:
        gate.close()
        thread.join()
