"""Writes mails into a mail box on disk (Maildir), for the embedded mode.

Invariant: `new` holds complete mails only: each is written and synced in `tmp`, then renamed.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from isopolity.machine.stores import try_room
from isopolity.notify.application.letters import Letter
from isopolity.notify.domain.errors import ServerAway


class MaildirMailer:
    """A mailer that writes into the Maildir at a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def session(self) -> AsyncIterator["MaildirSession"]:
        yield MaildirSession(self._folder)

    async def ping(self) -> None:
        session = MaildirSession(self._folder)
        await session.prepare()
        await session.try_writing()


class MaildirSession:
    """Writes one mail at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prepared = False

    async def prepare(self) -> None:
        """Create the folders. Raises ServerAway if the file system refuses."""
        try:
            await asyncio.to_thread(_make_folders, self._folder)
        except OSError as error:
            raise ServerAway("mailbox-not-writable") from error
        self._prepared = True

    async def try_writing(self) -> None:
        """Write a test file, to see whether there is room for a mail. Raises ServerAway if not."""
        try:
            await asyncio.to_thread(try_room, self._folder / "tmp")
        except OSError as error:
            raise ServerAway("mailbox-not-writable") from error

    async def offer(self, letter: Letter) -> None:
        if not self._prepared:
            await self.prepare()

    async def transmit(self, letter: Letter) -> None:
        try:
            await asyncio.to_thread(_deliver, self._folder, letter)
        except OSError as error:
            raise ServerAway("mailbox-not-writable") from error


def _make_folders(folder: Path) -> None:
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def _deliver(folder: Path, letter: Letter) -> None:
    name = f"{time.time_ns()}.{letter.mail_id}.isopolity"
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
