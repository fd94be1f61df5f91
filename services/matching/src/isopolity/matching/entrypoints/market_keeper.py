"""The task that builds the market before it is requested: after a start, after a large import, and on a new day.

In a network of 50,000 cities that takes some ten seconds, which no page has to wait for.
"""

import asyncio
from dataclasses import dataclass

from isopolity.matching.application.workflows.surroundings import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketKeeper:
    """Checks every `interval` seconds; while the network still changes it does nothing, to avoid building twice."""

    surroundings: Surroundings
    interval: float = 5.0

    async def run(self) -> None:
        """Work until cancelled."""
        seen = -1
        while True:
            await asyncio.sleep(self.interval)
            seen = await self.look(seen)

    async def look(self, seen: int) -> int:
        """Build the market if the network's revision is still `seen`; return the current revision."""
        graph, revision = self.surroundings.graph, self.surroundings.graph.network.revision
        if revision == seen and graph.is_ready:
            await self.surroundings.markets.current(self.surroundings.clock().date())
        return revision
