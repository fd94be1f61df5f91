"""The task that draws the market before somebody asks: after a start, after a large import, and on a new day.

In a network of 50,000 cities that takes some ten seconds, for which no page waits.
"""

import asyncio
from dataclasses import dataclass

from isopolity.matching.application.workflows.surroundings import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketKeeper:
    """Looks every `interval` seconds; while the network changes it waits, since all might be to be drawn once more."""

    surroundings: Surroundings
    interval: float = 5.0

    async def run(self) -> None:
        """Work until cancelled."""
        seen = -1
        while True:
            await asyncio.sleep(self.interval)
            seen = await self.look(seen)

    async def look(self, seen: int) -> int:
        """Draw the market where the network is as it was `seen` last; returns its revision now."""
        graph, revision = self.surroundings.graph, self.surroundings.graph.network.revision
        if revision == seen and graph.is_ready:
            await self.surroundings.markets.current(self.surroundings.clock().date())
        return revision
