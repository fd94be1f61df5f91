"""The status of matching for the status page and the readiness check: counts, lag of the graph, signs of life."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from isopolity.machine.clock import Clock
from isopolity.matching.adapters.graph_reader import GraphReader
from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.domain.proposal import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingStatus:
    """Reads the status of this instance and its database."""

    queries: MatchingQueries
    graph: GraphReader
    clock: Clock

    async def graph_check(self) -> str | None:
        """The reason why the graph cannot be used yet; None if it can."""
        if not self.graph.is_connected:
            return "the network is not read: the broker does not answer the graph reader"
        return None if self.graph.is_ready else "the network is still being read from the broker"

    async def counts(self) -> dict[str, JsonValue]:
        """Counts of members, proposals, partnerships and drafts, size and lag of the graph, and ages in seconds."""
        network, drafts = self.graph.network, await self.queries.open_drafts()
        out_at = await self.queries.next_release()
        return {
            **await self.queries.counts(),
            "graph_nodes": network.graph.number_of_nodes(),
            "graph_edges": network.tie_count,
            "graph_lag": await self.graph.lag(),
            "drafts_open_pairs": sum(draft.pairs - draft.published for draft in drafts),
            "drafts_open_members": sum(draft.waiting for draft in drafts),
            "drafts_open_seconds": self._seconds_since(min((draft.created_at for draft in drafts), default=None)),
            **await self._waiting(Stage.HELD),
            **await self._waiting(Stage.SCHEDULED),
            "proposals_scheduled_for": None if out_at is None else out_at.isoformat(),
            "members_without_contact": len(network.unmailable - network.unconfirmed),
            "members_without_confirmed_contact": len(network.unconfirmed),
            "answers_complete_seconds": self._seconds_since(await self.queries.answers_complete_before()),
            "canary_returned_seconds": self._seconds_since(await self.queries.canary_returned()),
        }

    async def _waiting(self, stage: Stage) -> dict[str, JsonValue]:
        since, members = await self.queries.proposals_waiting(stage)
        return {f"proposals_{stage}_members": members, f"proposals_{stage}_seconds": self._seconds_since(since)}

    def _seconds_since(self, moment: datetime | None) -> float | None:
        return None if moment is None else (self.clock() - moment).total_seconds()
