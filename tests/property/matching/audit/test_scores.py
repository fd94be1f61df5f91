"""The audit scores every pair as the engine does, with code of its own, and finds the same pairs open."""

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import CandidateSearch, free_capacities
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.workflows.rounds.choice.seal import SaidOfAll
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.assignment.certificate import AllPairs
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.audit.grant_worth import Grants
from isopolity.matching.audit.sealed_members import SealedMembers, read
from isopolity.matching.audit.twinning_worth import Cities
from isopolity.matching.domain.legal_acts import LegalActs
from isopolity.matching.domain.member import City, Programme, Request
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.target_arrays import Targets
from tests.support.examples import examples
from tests.support.matching.round_problems import integers
from tests.support.matching.service import NOW
from tests.support.matching.strategies import (
    TODAY,
    legal_acts,
    networks,
    plain_topics,
    programmes,
    requests,
    telling_topics,
)

NOTHING = RoundProblem(capacity=integers([]), a=integers([]), b=integers([]), weight=integers([]))


def sealed_members(market: Market) -> SealedMembers:
    situation = Situation(market=market, free=free_capacities(market, {}), closed=(), now=NOW)
    said = SaidOfAll(
        claim=AllPairs(pairs=0, surplus=(), bound=0), plan=RoundPlan(), situation=situation, holders=(), sources=()
    )
    return read(said.sealed(NOTHING, integers([]), 0.0, b"salt"))


@examples(80)
@given(
    st.one_of(networks(2, 6, telling_topics), networks(2, 6, plain_topics)),
    st.lists(programmes(), max_size=3),
    requests(),
    legal_acts(),
)
def test_the_audit_scores_each_pair_as_the_engine_does(
    members: list[City], offered: list[Programme], request: Request, acts: LegalActs
) -> None:
    members = [replace(each, capacity=1, sponsorship_capacity=1) for each in members]
    lines = [replace(each, partner_id=f"p{number}", cities=1) for number, each in enumerate(offered)]
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY, legal_acts=acts)
    market = Market(
        today=TODAY,
        profiles=profiles,
        programmes=lines,
        targets=Targets.of(profiles, [request], TODAY),
        ties=nx.MultiGraph(),
        names={},
    )
    search = CandidateSearch(stage=CompiledFirstStage(1), minimum_score=0.0)
    permitted = search.permitted(market, free_capacities(market, {}).keys(), ())
    by_engine = {
        (*divmod(number, len(members)), "twinning"): score
        for number, score in zip(permitted.numbers.tolist(), permitted.scores.tolist(), strict=True)
    }
    grants = permitted.sponsorships
    ends = zip(grants.a.tolist(), grants.b.tolist(), grants.score.tolist(), strict=True)
    by_engine |= {(b - 2 * len(members), a - len(members), "sponsorship"): score for a, b, score in ends}
    sealed = sealed_members(market)
    by_audit = {
        (one, other, "twinning"): score
        for one in range(len(members))
        for other, score in enumerate(Cities(sealed).row(one).tolist())
        if other > one and score >= 0
    } | {
        (number, city, "sponsorship"): score
        for number in range(len(lines))
        for city, score in enumerate(Grants(sealed).row(number).tolist())
        if score >= 0
    }
    assert by_audit == pytest.approx(by_engine, abs=1e-9)
