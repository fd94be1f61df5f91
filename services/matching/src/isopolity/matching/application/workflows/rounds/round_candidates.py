"""The candidates of a round: the best pairs of each member, and its best pairs among those that the rules leave.

Invariant: where a member has more fitting partners than a round looks at, rules take away none of those that it gets.
The pairs that rules take out stay candidates, so that the price of the rules is told against them.
"""

from collections.abc import Collection, Mapping

import numpy as np

from isopolity.matching.application.candidates.all_pairs.permitted_pairs import PermittedPairs
from isopolity.matching.application.candidates.candidate import Candidates
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.rules.permitted import taken_out
from isopolity.matching.arrays import Booleans
from isopolity.matching.domain.round import RoundPlan


def round_candidates(
    plan: RoundPlan, market: Market, free: Mapping[str, int], closed: Collection[str], search: CandidateSearch
) -> Candidates:
    """The candidates among the holders in `free`, without the pairs in `closed`."""
    found = search.candidates(market, free.keys(), closed, kinds=plan.kinds)
    out = taken_out(plan.book, market)
    if out is None:
        return found
    return found.joined(search.candidates(market, free.keys(), closed, kinds=plan.kinds, taken_out=out))


def best_candidates(permitted: PermittedPairs, search: CandidateSearch, is_out: Booleans | None) -> Candidates:
    """The same candidates from all pairs that are permitted; `is_out` says which of these rules take out."""
    best = permitted.best(search.per_city, search.per_programme)
    if is_out is not None:
        best = np.union1d(best, permitted.best(search.per_city, search.per_programme, ~is_out))
    return permitted.candidates(best)
