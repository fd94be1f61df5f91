"""The situation of a round: all that it depends on besides its plan.

Invariant: it is read at one moment, and nothing in it changes while a round is computed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.domain.acceptance import Counts, Expectations, expectations
from isopolity.matching.domain.member import owner
from isopolity.matching.domain.money.grants import Commitment, SetAmounts
from isopolity.matching.domain.rules.pair_rules import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The input of a round besides its plan."""

    market: Market
    free: Mapping[str, int]
    """Slots left of the holders that have any; valid as long as the market is held."""
    closed: Collection[str]
    """The pairs that are not to be proposed."""
    now: datetime
    counts: Counts | None = None
    """How members answered before; it changes weights, and nothing of it leaves the round."""
    commitments: Sequence[Commitment] = ()
    """Commitments, agreed and open, of the budgets of programmes."""
    amounts: SetAmounts | None = None
    """Amounts that staff has set for requests in other currencies; None: budgets do not count."""
    kept: Collection[Pair] = ()
    """Pairs of the last draft: of choices that are worth nearly the same, the one that keeps most of them is wanted."""

    @property
    def members(self) -> int:
        """How many cities and programmes have capacity left."""
        return len(set(map(owner, self.free)))

    @property
    def answers(self) -> int:
        """How many answers are known of all members, silence counted as one."""
        return 0 if self.counts is None else self.counts.answers

    @property
    def expected(self) -> Expectations | None:
        """The expected answers; None where nothing is known of any."""
        return expectations(self.counts) if self.counts else None
