"""The cells of pairs for the pair model, from the market and from the parts of their scores.

Invariant: a cell is made of profiles and public ties, as the score is, and of nothing of anybody's answers.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate import Candidate, CandidateArrays, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.member import SPONSORSHIP, TWINNING
from isopolity.matching.domain.pair_model.characteristics import (
    CELLS,
    CITY,
    GAINS,
    HOURS,
    KILOMETRES,
    PARTNER,
    SCORES,
    SIZES,
    SUBJECTS,
    VISITS,
)
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.weights import UNKNOWN, Scores

_WHOLE: Final = 0.95
"""The value of a part from which nothing is missing."""


def cells_of_ends(pairs: CandidateArrays, market: Market) -> Sequence[tuple[str, Integers]]:
    """The role and the cells of the ends `a`, then of the ends `b`, of candidates of one kind."""
    cities = len(market.profiles)
    if pairs.kind == TWINNING:
        return [(CITY, cells) for cells in _of_twinnings(market, pairs.a, pairs.b, pairs.scores)]
    cells = _of_sponsorships(market, pairs.a - cities, pairs.scores)
    return [(CITY, cells), (PARTNER, cells)]


def cells_of_candidate(candidate: Candidate, market: Market) -> tuple[Integers, Integers]:
    """The cells of one pair, each as an array of one: as its side a sees it, and as its side b does."""
    index, scores = market.profiles.index, candidate.scores.taken(np.array([candidate.position]))
    if isinstance(candidate, TwinningCandidate):
        a, b = (np.array([index[city.city_id]]) for city in (candidate.city_a, candidate.city_b))
        return _of_twinnings(market, a, b, scores)
    cells = _of_sponsorships(market, np.array([index[candidate.city.city_id]]), scores)
    return cells, cells


def cell_texts(candidate: Candidate, market: Market) -> tuple[str, str]:
    """The cells of one pair as texts, to be kept with a proposal."""
    a, b = (CELLS[candidate.kind].text(int(cells[0])) for cells in cells_of_candidate(candidate, market))
    return a, b


def _of_twinnings(market: Market, a: Integers, b: Integers, scores: Scores) -> tuple[Integers, Integers]:
    profiles, parts = market.profiles, scores.parts
    km = twinning.distance_km(profiles, a, b)
    distance = _levels(km, KILOMETRES) + (len(KILOMETRES) + 2) * _would_visit(parts["distance"], km)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.exp(np.abs(np.log(profiles.population[a]) - np.log(profiles.population[b])))
    times = np.where(np.isfinite(times), times, np.nan)
    common = [
        _language(profiles, a, b),
        _levels(twinning.hours_in_common(profiles, a, b), HOURS),
        _levels(times, SIZES),
    ]
    first_a, first_b = (~profiles.has_tie[ends] for ends in (a, b))
    score = _levels(scores.total, SCORES)
    cells = CELLS[TWINNING]
    of_a, of_b = (
        cells.numbers([score, distance, *common, _levels(parts[needs], GAINS), own.astype(np.int64) + 2 * other])
        for needs, own, other in (("needs-a", first_a, first_b), ("needs-b", first_b, first_a))
    )
    return of_a, of_b


def _would_visit(part: Floats, km: Floats) -> Integers:
    """Whether visits are a large part of what two would do: the part `distance` is 1 - share · (1 - nearness)."""
    far = 1 - twinning.nearness(km)
    share = np.divide(1 - part, far, out=np.zeros_like(part), where=far > 0)
    return (share >= VISITS).astype(np.int64)


def _of_sponsorships(market: Market, city: Integers, scores: Scores) -> Integers:
    parts, asked = scores.parts, scores.parts["grant"]
    money = np.where(asked == UNKNOWN, 0, np.where(asked >= _WHOLE, 1, 2)).astype(np.int64)
    language = np.where(parts["language"] == UNKNOWN, 2, parts["language"] == 0).astype(np.int64)
    return CELLS[SPONSORSHIP].numbers(
        [
            _levels(scores.total, SCORES),
            _levels(parts["subjects"], SUBJECTS),
            money,
            language,
            (parts["support"] < _WHOLE).astype(np.int64),
            (~market.profiles.has_tie[city]).astype(np.int64),
        ]
    )


def _language(profiles: Profiles, a: Integers, b: Integers) -> Integers:
    one, other = profiles.languages[a], profiles.languages[b]
    is_known = one.any(axis=1) & other.any(axis=1)
    return np.where(is_known, ~(one & other).any(axis=1), 2).astype(np.int64)


def _levels(values: Floats, bounds: Sequence[float]) -> Integers:
    """The level of each value among those that the bounds make; the one after them for NaN."""
    found = np.searchsorted(np.asarray(bounds), values, side="right")
    return np.where(np.isnan(values), len(bounds) + 1, found).astype(np.int64)
