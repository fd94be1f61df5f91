"""Patience of one page with the parts of the network that it asks.

Invariant: a page waits once for a part that does not answer, and for all such parts at the same time. It asks them
nothing more, and keeps for each of them the reason why it gave no answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

SECONDS: Final = 3.0
"""How long a page of the console waits for a part."""
SILENT: Final = "silent"
REFUSED: Final = "refused"
_PARTS: Final = ("broker", "database", "unwritable", "slow", "revocations", "keys")
_OF_CODES: Final = {
    "unwritable": "unwritable",
    "query-too-slow": "slow",
    "revocations-unknown": "revocations",
    "keys-unknown": "keys",
}
T = TypeVar("T")
Asking = Callable[[], Awaitable[T]]


def reason_in(problem: object) -> str:
    """The part that a problem of a service blames: one of `_PARTS`, or `silent` where it names none."""
    known = problem if isinstance(problem, dict) else {}
    parameters = known.get("parameters")
    part = parameters.get("part") if isinstance(parameters, dict) else None
    found = _OF_CODES.get(str(known.get("code")), part)
    return found if found in _PARTS else SILENT


@dataclass(slots=True)
class Patience:
    """The deadline of each question of one page, and which parts failed to answer."""

    seconds: float = SECONDS
    timer: Callable[[float], asyncio.Timeout] = asyncio.timeout
    reasons: dict[str, str] = field(default_factory=dict)
    """Reasons, by service, why it gave no answer: `silent`, `refused`, or the part of it that fails."""
    frozen: set[str] = field(default_factory=set)
    """Services that did not answer in time."""
    heard: set[str] = field(default_factory=set)
    """Services that answered at least once."""

    async def ask(self, service: str, asking: Asking[T], probe: Asking[object] | None) -> T:
        """The answer of a service. Raises TimeoutError where it is late, and at once for each further question.

        A question whose answer may take long has a `probe`, whose answer alone must come in time: otherwise the
        question is not sent.
        """
        if service in self.frozen:
            raise TimeoutError
        if probe is None:
            return await self._in_time(service, asking)
        if service not in self.heard:
            await self._in_time(service, probe)
        return await asking()

    async def _in_time(self, service: str, asking: Asking[T]) -> T:
        try:
            async with self.timer(self.seconds):
                found = await asking()
        except TimeoutError:
            self.frozen.add(service)
            raise
        self.heard.add(service)
        return found
