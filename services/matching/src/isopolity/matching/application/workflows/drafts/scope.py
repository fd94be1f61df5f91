"""Which of a draft's pairs are meant: all, those that are named, or those that fit a filter."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.workflows.drafts.pair_list import Wanted, wanted_edges
from isopolity.matching.application.workflows.member_names import pair_named
from isopolity.matching.arrays import Integers
from isopolity.matching.domain.drafts.draft_numbers import DraftNumbers
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round_rules import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """None is no condition."""

    only: Collection[Pair] | None = None
    """Named as people do."""
    fitting: Wanted | None = None

    def among(self, edges: Integers, numbers: DraftNumbers, market: Market, network: Network) -> Integers:
        """Those of `edges` that are meant, in their order. Raises UnknownMember, ContradictoryRules."""
        if self.only is not None:
            named = {pair_named(pair, network, numbers.nodes) for pair in self.only}
            is_meant = np.array([pair in named for pair in numbers.pairs(edges)], bool)
            edges = edges[is_meant]
        if self.fitting is not None:
            edges = edges[np.isin(edges, wanted_edges(numbers, self.fitting, market, network))]
        return edges


ALL: Final = Scope()
