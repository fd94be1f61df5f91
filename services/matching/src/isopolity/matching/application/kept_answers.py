"""Keeps what is worked out from the whole network until a member, the day or the weights change.

Invariant: one answer is worked out at a time, so that they take one processor at most; what is kept is of one revision
of the network, one day and one version of the weights.
"""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

AnswerT = TypeVar("AnswerT")
Moment = tuple[int, date, str]
"""A revision of the network, a day, and the version of what decides scores."""


class KeptAnswers:
    """What is kept, by names that its user chooses; a use of its own has one of its own, and waits for no other."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._of: Moment | None = None
        self._kept: dict[object, Any] = {}

    async def kept(self, of: Moment, name: object, work: Callable[[], AnswerT]) -> AnswerT:
        """What is kept under the name for this moment, else worked out in a thread now."""
        async with self._lock:
            if self._of != of:
                self._of, self._kept = of, {}
            if name not in self._kept:
                self._kept[name] = await asyncio.to_thread(work)
            answer: AnswerT = self._kept[name]
            return answer
