"""The sending loop as a task that is woken and stopped."""

import asyncio

import pytest

from isopolity.notify.application.sender import Sender
from isopolity.notify.entrypoints.loops import SendingLoop


class NothingDue(Sender):
    """A sender without any mails; counts how often it looked."""

    def __init__(self) -> None:
        self.looks = 0

    async def list_abandoned(self) -> int:
        return 0

    async def probe(self) -> bool:
        return False

    async def report_ended_letters(self) -> int:
        return 0

    async def report_answered(self) -> int:
        return 0

    async def send_due(self) -> int:
        self.looks += 1
        return 0

    def stop(self) -> None:
        return


async def test_a_wake_ends_the_wait() -> None:
    sender = NothingDue()
    loop = SendingLoop(sender=sender, poll=3600)
    running = asyncio.create_task(loop.run())
    await _turns(20)
    loop.mails_waiting.set()
    await _turns(20)
    assert sender.looks == 2
    running.cancel()
    await asyncio.wait([running])


@pytest.mark.parametrize("turns", range(4))
async def test_a_stop_is_heard_while_mails_are_entered(turns: int) -> None:
    loop = SendingLoop(sender=NothingDue(), poll=3600)
    running = asyncio.create_task(loop.run())
    await _turns(20)
    loop.mails_waiting.set()
    await _turns(turns)
    running.cancel()
    await asyncio.wait([running], timeout=60)
    assert running.cancelled()


async def _turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)
