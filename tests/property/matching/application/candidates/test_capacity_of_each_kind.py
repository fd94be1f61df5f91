"""A round is the best that capacities for twinnings and for sponsorships allow: all choices are tried."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate import Candidate
from isopolity.matching.application.candidates.candidate_search import CandidateSearch, free_capacities
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.problem_encoding import pair_weight
from isopolity.matching.application.workflows.rounds.computation import ComputedRound, compute_round
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.assignment.problem import Mode, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.member import KINDS
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import RoundPlan
from tests.support.examples import examples
from tests.support.matching.networks import market_of
from tests.support.matching.service import city, need, offer, partner, programme

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ENGINE = Engine(
    search=CandidateSearch(stage=CompiledFirstStage(1), minimum_score=0.05),
    solver=AssignmentSolver(),
    versions={},
    secret=lambda: b"a secret of sixteen bytes or more",
    clock=lambda: NOW,
    ids=uuid7,
)
CITIES = ("ae", "br", "ci", "dk")
SUBJECTS = ("cluster.literacy", "sdg.13", "sdg.4")
slots = st.integers(0, 2)


@st.composite
def markets(draw: st.DrawFn) -> Market:
    cities = [
        city(
            each,
            capacity=draw(slots),
            sponsorship_capacity=draw(st.none() | slots),
            needs=tuple(need(subject) for subject in draw(st.sets(st.sampled_from(SUBJECTS), min_size=1))),
            offers=tuple(offer(subject) for subject in draw(st.sets(st.sampled_from(SUBJECTS), min_size=1))),
        )
        for each in CITIES
    ]
    lines = [
        programme(f"line-{number}", subjects=(draw(st.sampled_from(SUBJECTS)),), cities=draw(st.integers(1, 2)))
        for number in range(2)
    ]
    return market_of([*cities, partner("fund", lines)])


@examples(60)
@given(markets(), st.dictionaries(st.sampled_from([f"city/{each}" for each in CITIES]), st.just(1)), st.data())
def test_a_round_is_worth_what_the_best_of_all_choices_is(
    market: Market, twinnings: Mapping[str, int], data: st.DataObject
) -> None:
    own = st.sampled_from([f"city/{each}/sponsorships" for each in CITIES])
    taken = {**twinnings, **data.draw(st.dictionaries(own, st.just(1)))}
    free = free_capacities(market, taken)
    situation = Situation(market=market, free=free, closed=(), now=NOW)
    both = computed(situation)
    candidates = list(ENGINE.search.candidates(market, free.keys(), ()))
    assert both.candidates == len(candidates)
    assert both.verdict.value == both.verdict.bound == best_of_all(candidates, market, taken)
    assert is_allowed([ends_of(each) for each in both.proposals], market, taken)
    assert both.verdict.value == sum(computed(situation, kind).verdict.value for kind in KINDS)


def computed(situation: Situation, *kinds: str) -> ComputedRound:
    plan = RoundPlan(mode=Mode.EXACT, kinds=kinds or KINDS)
    return compute_round(plan, situation, "r", ENGINE, unreported)


def best_of_all(candidates: Sequence[Candidate], market: Market, taken: Mapping[str, int]) -> int:
    best = 0
    for wanted in product((False, True), repeat=len(candidates)):
        chosen = [each for each, is_in in zip(candidates, wanted, strict=True) if is_in]
        worth = sum(map(pair_weight, chosen))
        if worth > best and is_allowed([(each.kind, *_members(each)) for each in chosen], market, taken):
            best = worth
    return best


def is_allowed(pairs: Sequence[tuple[str, str, str]], market: Market, taken: Mapping[str, int]) -> bool:
    """Whether no city is in more pairs of a kind than it can handle, nor a programme in more than it has cities."""
    load = Counter((kind, end) for kind, *ends in pairs for end in ends)
    for each in market.profiles.cities:
        sponsorships = each.capacity if each.sponsorship_capacity is None else each.sponsorship_capacity
        used = taken.get(f"city/{each.city_id}", 0), taken.get(f"city/{each.city_id}/sponsorships", 0)
        # taken before the capacity was lowered, a slot leaves less than nothing
        if load["twinning", each.city_id] > max(0, each.capacity - used[0]):
            return False
        if load["sponsorship", each.city_id] > max(0, sponsorships - used[1]):
            return False
    return all(load["sponsorship", each.programme_id] <= each.cities for each in market.programmes)


def ends_of(proposal: Proposal) -> tuple[str, str, str]:
    return proposal.kind, proposal.a.programme_id or proposal.a.member_id, proposal.b.member_id


def _members(candidate: Candidate) -> tuple[str, str]:
    a, b = candidate.members
    return getattr(a, "programme_id", a.member_id), b.member_id
