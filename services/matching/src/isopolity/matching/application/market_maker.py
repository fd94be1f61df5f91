"""Draws markets from the network: the whole of it where much has changed, else what has changed only.

Its invariant: a market that somebody holds never changes. A change is written into the arrays of the last one where
nobody holds that any more, else into copies of them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final
from weakref import ref

from isopolity.matching.application.following import Changes, followed
from isopolity.matching.application.market import Hold, Market, open_programmes, partner_components, ties_among
from isopolity.matching.application.ports import Affinity
from isopolity.matching.application.readings import Readings
from isopolity.matching.domain.network import Network, Snapshot
from isopolity.matching.domain.profiles import Profiles
from isopolity.matching.domain.targets import Targets
from isopolity.matching.domain.weights import DEFAULT_WEIGHTS, Weights

_FOLLOWED: Final = 100
"""Changes; to draw the whole anew takes as long as some hundred of them."""


class MarketMaker:
    """Makes the market of a network, by the weights that the network has set; affinity counts if they let it."""

    def __init__(self, network: Network, weights: Weights = DEFAULT_WEIGHTS, affinity: Affinity | None = None) -> None:
        self._network = network
        self._weights = weights
        self._affinity = affinity if weights.twinning["affinity"] > 0 else None
        self._readings = Readings()
        self._revision = -1
        self._last: Market | None = None
        self._hold: Callable[[], Hold | None] = lambda: None
        self._lock = asyncio.Lock()

    def market(self, today: date) -> Market:
        """The market as it is now."""
        changes = self._changes(today)
        if self._last is None or changes is None:
            last = self._drawn(self._network.snapshot(), today)
        elif changes.any:
            last = self._followed(self._last, changes)
        else:
            last = self._last
        self._last, self._revision = last, self._network.revision
        return self._lent(last)

    async def current(self, today: date) -> Market:
        """The same; where the whole is to be drawn, that happens in a thread, and events may come in."""
        async with self._lock:
            if self._changes(today) is None:
                snapshot = self._network.snapshot()
                self._last = await asyncio.to_thread(self._drawn, snapshot, today)
                self._revision = snapshot.revision
            return self.market(today)

    def _changes(self, today: date) -> Changes | None:
        """What has changed since the last market, or None where the whole is to be drawn."""
        if self._last is None or self._last.today != today:
            return None
        found = self._network.changes_since(self._revision)
        return None if found is None or len(found) > _FOLLOWED else Changes.of(found)

    def _drawn(self, snapshot: Snapshot, today: date) -> Market:
        self._hold = lambda: None  # nobody holds arrays that are new
        readings, ties = self._readings, snapshot.ties
        readings.read_all(snapshot.members, snapshot.requests)
        profiles = Profiles.of(readings.cities.values(), ties, today)
        programmes, names = open_programmes(readings.programmes, today), readings.names
        market = Market(
            today=today,
            profiles=profiles,
            programmes=programmes,
            targets=Targets.of(profiles, readings.requests.values(), today),
            tied=list(ties.edges()),
            components=partner_components(ties, profiles, programmes),
            weights=self._weights,
            affinity=self._affinity,
            ties=ties_among(names, ties),
            names=names,
        )
        _ = market.stage_numbers, market.idle, market.lines  # drawn here, so that nobody does in the event loop
        return market

    def _followed(self, last: Market, changes: Changes) -> Market:
        is_held = self._hold() is not None
        try:
            market = followed(last, changes, self._network, self._readings, shared=is_held)
        except KeyError:  # a code that nobody had before gets a number when all are numbered
            return self._drawn(self._network.snapshot(), last.today)
        if market.profiles.latitude is not last.profiles.latitude:
            self._hold = lambda: None
        return market

    def _lent(self, last: Market) -> Market:
        hold = self._hold() or Hold()
        self._hold = ref(hold)
        return replace(last, hold=hold).knowing(**last.known)
