"""The source of markets: it draws the whole network where much has changed, else only what has changed.

Invariant: a market that is held never changes. A change is written into the arrays of the last one if that is no
longer held, else into copies of them.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from weakref import ref

from isopolity.machine.turns import at_once, in_turns
from isopolity.matching.application.candidates.market import DERIVED, Hold, Market, open_programmes, ties_among
from isopolity.matching.application.candidates.market_update import updated_market
from isopolity.matching.application.candidates.parsed_members import ParsedMembers
from isopolity.matching.application.ports.engine import Affinity, NearestZone, WordReader, no_places
from isopolity.matching.domain.legal_acts import NO_ACTS, LegalActs
from isopolity.matching.domain.meaning.stems import STEMS
from isopolity.matching.domain.network import ChangeKind, Network, Snapshot
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights

FOLLOWED: Final = 100
"""Changes; to draw the whole anew takes as long as some hundred of them."""


def _nobody() -> None:
    """The hold on arrays that are new: None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The last market with what it was drawn from, and who holds it."""

    market: Market
    parsed: ParsedMembers
    revision: int
    hold: Callable[[], Hold | None] = _nobody


def _draw_all(market: Market) -> None:
    """Derive everything now, in a thread and not in the event loop, for all markets that are lent from this one."""
    for name in DERIVED:
        getattr(market, name)


class MarketSource:
    """Makes the markets of a network with the weights that the network has set; affinity counts if they let it."""

    def __init__(
        self,
        network: Network,
        weights: Weights = DEFAULT_WEIGHTS,
        affinity: Affinity | None = None,
        nearest_zone: NearestZone = no_places,
        words: WordReader = STEMS,
        legal_acts: LegalActs = NO_ACTS,
    ) -> None:
        self._network = network
        self.usual_weights = weights
        """The weights that hold until others are chosen."""
        self.legal_acts = legal_acts
        """The network's list of legal acts, with those that are not in force."""
        self._model = affinity
        self._weights = weights
        self._parsed = ParsedMembers(nearest_zone, words)
        self._kept: _Kept | None = None
        self._lock = asyncio.Lock()

    async def weigh(self, weights: Weights | None) -> None:
        """Weigh markets from now on by these, or by the usual ones; a market that was lent keeps its own."""
        async with self._lock:
            new = weights or self.usual_weights
            if new != self._weights:
                self._weights, self._kept = new, None

    def market(self, today: date) -> Market:
        """The market as it is now, worked out in this thread."""
        last, missed = self._missed(today)
        kept = None if missed is None or last is None else self._followed(last, missed, self._network.revision)
        return self._lent(kept or self._drawn(at_once(self._network.snapshot()), today))

    async def current(self, today: date) -> Market:
        """The market as it is now, or where very much changes meanwhile as it was at some moment since the call.

        Long work goes in a thread, or in turns of the event loop; events may come in.
        """
        async with self._lock:
            before = self._kept
            kept = self._kept = await self._caught_up(today)
            if kept is None:
                left = [before]
                del before
                kept = await self._anew(today, left)
            elif len(kept.market.derived) < len(DERIVED):
                await asyncio.to_thread(_draw_all, kept.market)
            return self._lent(kept)

    async def _anew(self, today: date, left: list[Any]) -> _Kept:
        """The whole drawn in a thread, with what changed meanwhile; drawn once more where that cannot be followed."""
        for _ in range(2):
            left.append(await in_turns(self._network.snapshot()))
            drawn = await asyncio.to_thread(self._drawn_instead, left, today)
            hold = Hold()  # so that nothing is written into what was drawn
            self._kept = replace(drawn, hold=ref(hold))
            kept = await self._caught_up(today)
            if kept is not None:
                return kept
            left.append(drawn)
            del drawn
        last: _Kept = left.pop()
        return last

    async def _caught_up(self, today: date) -> _Kept | None:
        """The last market brought up to date; None where the whole is to be drawn."""
        last, missed = self._missed(today)
        if missed and last is not None:
            return await asyncio.to_thread(self._followed, last, missed, self._network.revision)
        return None if missed is None else last

    def _missed(self, today: date) -> tuple[_Kept | None, Sequence[tuple[ChangeKind, str]] | None]:
        """The last market, which is not kept any more, and what changed since; None where the whole is to be drawn."""
        last, self._kept = self._kept, None  # what fails half-way may leave it half changed
        if last is None or last.market.today != today:
            return None, None
        found = self._network.changes_since(last.revision)
        return last, None if found is None or len(found) > FOLLOWED else found

    def _followed(self, last: _Kept, missed: Sequence[tuple[ChangeKind, str]], revision: int) -> _Kept | None:
        """The market after the changes; None where the whole is to be drawn.

        In a thread it may see later changes of the network, which are followed again at the next call.
        """
        is_held = last.hold() is not None
        try:
            market = updated_market(last.market, missed, self._network, last.parsed, shared=is_held)
        except (KeyError, RuntimeError):
            # a code that is new to the network and is numbered with all others, a tie that was forgotten, or members or
            # ties that came or went while the thread went through them
            return None
        is_same = market.profiles.latitude is last.market.profiles.latitude
        return replace(last, market=market, revision=revision, hold=last.hold if is_same else _nobody)

    def _drawn_instead(self, left: list[Any], today: date) -> _Kept:
        """The last thing left is drawn from, and all of it let go here: that takes a tenth of a second, too."""
        snapshot = left.pop()
        left.clear()
        return self._drawn(snapshot, today)

    def _drawn(self, snapshot: Snapshot, today: date) -> _Kept:
        """The whole drawn anew; it changes nothing that others look at, so that it may be left behind in its thread."""
        parsed, ties = ParsedMembers.of(snapshot.members, snapshot.requests, self._parsed), snapshot.ties
        profiles = Profiles.of(parsed.cities.values(), ties, today, legal_acts=self.legal_acts.in_force(today))
        programmes, names = open_programmes(parsed.programmes, today), parsed.names
        market = Market(
            today=today,
            profiles=profiles,
            programmes=programmes,
            targets=Targets.of(profiles, parsed.requests.values(), today),
            weights=self._weights,
            affinity=self._model if self._weights.twinning["affinity"] > 0 else None,
            ties=ties_among(names, ties),
            apart=ties_among(names, snapshot.apart),
            names=names,
            paused=parsed.paused(today),
        )
        _draw_all(market)
        return _Kept(market=market, parsed=parsed, revision=snapshot.revision)

    def _lent(self, kept: _Kept) -> Market:
        hold = kept.hold() or Hold()
        self._kept, self._parsed = replace(kept, hold=ref(hold)), kept.parsed
        network = self._network
        market = replace(kept.market, hold=hold, unmailable=network.unmailable, unconfirmed=network.unconfirmed)
        return market.keeping(**kept.market.derived)
