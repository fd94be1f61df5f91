"""The candidates of a round: the best pairs of each member, and its best pairs among those that the rules leave.

Invariant: where a member has more fitting partners than a round looks at, rules take away none of those that it gets.
The pairs that rules take out stay candidates, so that the price of the rules is told against them.
"""

from collections.abc import Collection, Mapping

from isopolity.matching.application.candidates.candidate import Candidates
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.rules.permitted import taken_out
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
