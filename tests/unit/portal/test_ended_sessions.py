"""The portal looks again and again which of its sessions have ended; what is away delays it."""

import asyncio

import pytest

from isopolity.portal.entrypoints.loops import ForgettingLoop
from isopolity.web.revocations import RevocationsUnknown


async def test_it_goes_on_while_the_broker_is_away() -> None:
    looks = list[int]()

    async def forget() -> int:
        looks.append(1)
        if len(looks) == 1:
            raise RevocationsUnknown
        return 0

    async def sleep(seconds: float) -> None:
        assert seconds == 5.0
        if len(looks) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await ForgettingLoop(forget=forget, interval=5.0, sleep=sleep).run()
    assert len(looks) == 3


async def test_a_bug_is_not_hidden() -> None:
    async def forget() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ForgettingLoop(forget=forget, interval=5.0).run()
