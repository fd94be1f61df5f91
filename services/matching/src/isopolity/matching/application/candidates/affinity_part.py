"""The part of a twinning's score that history has: real twinnings of cities such as these.

Its invariant: it is added last, to pairs that all other parts have put near the top; so history may order them, but
brings up nobody, and without a model or with weight 0 nothing changes and no model is asked.
"""

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.score import Scores
from isopolity.matching.domain.scores.twinning import Pairs


def with_affinity(scores: Scores, pairs: Pairs, market: Market) -> Scores:
    """The scores of pairs of the market's cities, with affinity where the network has it count."""
    known = market.pair_affinity
    if known is None:
        return scores
    return twinning.with_further(scores, {"affinity": known.scores(pairs.a, pairs.b)}, market.version)
