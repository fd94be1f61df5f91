"""The one change that is named helps when it is applied, and no other change of the list helps more: by trying all.

The networks are so small that each change is applied to the member, all pairs are scored one by one, and all choices
of pairs are looked at; nothing of how the change was found is used.
"""

from collections.abc import Sequence
from itertools import combinations

import networkx as nx
from hypothesis import assume, given
from hypothesis import strategies as st

from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.absence.best_change import Finder
from isopolity.matching.application.candidates.absence.changes import city_changes, programme_changes
from isopolity.matching.application.candidates.absence.public_round import own_pairs, public_pairs
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import scored_pair, visible_blockers
from isopolity.matching.application.candidates.problem_encoding import pair_weight
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.member import City, Programme, holders_of_pair
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.target_arrays import Targets
from tests.support.examples import examples
from tests.support.matching.round_problems import choices, round_problem
from tests.support.matching.strategies import TODAY, networks, programmes

MINIMUM = 0.3
SEARCH = CandidateSearch(stage=CompiledFirstStage(), minimum_score=MINIMUM)
Got = tuple[int, int]


def market_of(cities: Sequence[City], lines: Sequence[Programme]) -> Market:
    profiles = Profiles.of(cities, nx.MultiGraph(), TODAY)
    return Market(
        today=TODAY,
        profiles=profiles,
        programmes=list(lines),
        targets=Targets.of(profiles, (), TODAY),
        ties=nx.MultiGraph(),
        names={},
    )


def got_by_looking_at_all(market: Market, owner: City | Programme) -> set[Got]:
    """What the owner gets, in pairs and hundredths of weight, in each of the best choices."""
    keys = [*(city.key for city in market.profiles.cities), *(line.holder for line in market.programmes)]
    own = owner.key if isinstance(owner, City) else owner.holder
    edges, weights, is_own = list[tuple[int, int]](), list[int](), list[bool]()
    nodes: dict[str, int] = {}
    for one, other in combinations(keys, 2):
        if not any(key.startswith("city/") for key in (one, other)):
            continue
        candidate = scored_pair(market, one, other)
        blocked = visible_blockers(market, candidate, market.capacities.keys(), ClosedPairs(closed=(), proposed=()))
        if blocked or candidate.score < MINIMUM:
            continue
        ends = sorted(nodes.setdefault(holder, len(nodes)) for holder in holders_of_pair(one, other))
        edges.append((ends[0], ends[1]))
        weights.append(pair_weight(candidate))
        is_own.append(own in (one, other))
    order = sorted(range(len(edges)), key=edges.__getitem__)
    problem = round_problem(
        [market.capacities[holder] for holder in nodes], [(*edges[at], weights[at]) for at in order]
    )
    best, found = -1, set[Got]()
    for chosen in choices(problem):
        value = sum(weights[order[edge]] for edge in chosen)
        if value > best:
            best, found = value, set()
        if value == best:
            mine = [weights[order[edge]] for edge in chosen if is_own[order[edge]]]
            found.add((len(mine), sum(mine) * 100 // WEIGHT_UNIT))
    return found


def with_member(market: Market, member: City | Programme) -> Market:
    if isinstance(member, City):
        cities = [member if each.city_id == member.city_id else each for each in market.profiles.cities]
        return market_of(cities, market.programmes)
    return market_of(market.profiles.cities, [member])


@examples(60)
@given(networks(2, 4), programmes(), st.booleans())
def test_the_change_that_is_named_helps_most(cities: list[City], line: Programme, is_for_city: bool) -> None:
    market = market_of(cities, [line])
    owner = market.profiles.cities[0] if is_for_city else line
    own = own_pairs(market, owner)
    finder = Finder(market=market, pairs=public_pairs(market, SEARCH), minimum=MINIMUM, solver=AssignmentSolver())
    found = finder.best_change(owner, own)
    changes = (
        city_changes(market, owner, own.partners[0])
        if isinstance(owner, City)
        else programme_changes(market, owner, own.partners[0])
    )
    assert found.tried == len(changes)
    now = got_by_looking_at_all(market, owner)
    by_change = [got_by_looking_at_all(with_member(market, each.member), owner) for each in changes]
    assume(all(len(each) == 1 for each in (now, *by_change)))  # of choices worth the same any may be taken
    assert found.now.got is not None
    assert {(found.now.got.pairs, found.now.got.weight * 100 // WEIGHT_UNIT)} == now
    reached = [each.pop() for each in by_change]
    if found.change is None or found.then is None:
        assert max(reached, default=(0, 0)) <= now.pop()
        return
    assert found.then.got is not None
    named = next(at for at, each in enumerate(changes) if each == found.change)
    assert (found.then.got.pairs, found.then.got.weight * 100 // WEIGHT_UNIT) == reached[named] == max(reached)
    assert found.then.help > found.now.help
