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
    """Answers by names that the user chooses; each kind of question has its own KeptAnswers, and so its own lock."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._of: Moment | None = None
        self._kept: dict[object, Any] = {}

    async def kept(self, of: Moment, name: object, work: Callable[[], AnswerT]) -> AnswerT:
        """The answer under `name` for the moment `of`; `work` gives it in a thread where none is kept."""
        async with self._lock:
            if self._of != of:
                self._of, self._kept = of, {}
            if name not in self._kept:
                self._kept[name] = await asyncio.to_thread(work)
            answer: AnswerT = self._kept[name]
            return answer
