"""All programmes weighed with one target at once: the same as one programme with all targets."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.application.candidates.candidate import CandidateArrays, SponsorshipCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.sponsorships import SponsorshipSearch
from isopolity.matching.domain.legal_acts import LegalActs
from isopolity.matching.domain.member import City, Programme, Request, sponsorship_pair
from isopolity.matching.domain.scores import sponsorship
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.programme_arrays import ProgrammeArrays
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS
from tests.support.examples import examples
from tests.support.matching.strategies import TODAY, legal_acts, networks, programmes, requests


def made(arrays: CandidateArrays) -> list[SponsorshipCandidate]:
    candidates = [arrays.make(position) for position in range(len(arrays.score))]
    return [each for each in candidates if isinstance(each, SponsorshipCandidate)]


def numbered(found: list[Programme]) -> list[Programme]:
    return [replace(each, programme_id=f"g{number}", partner_id=f"p{number}") for number, each in enumerate(found)]


@examples(40)
@given(st.lists(programmes(), min_size=1, max_size=4).map(numbered), networks(1, 3), requests(), legal_acts())
def test_a_target_with_all_programmes_scores_as_each_programme_with_all_targets(
    offered: list[Programme], members: list[City], request: Request, acts: LegalActs
) -> None:
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY, legal_acts=acts)
    targets, lines = Targets.of(profiles, [request], TODAY), ProgrammeArrays.of(offered)
    components = np.arange(len(offered))
    for number, programme in enumerate(offered):
        by_programme = sponsorship.scores(programme, profiles, targets, number)
        rules = sponsorship.allowed(programme, profiles, targets, by_programme)
        for target in range(len(targets.targets)):
            by_target = lines.scores(profiles, targets, target, components, DEFAULT_WEIGHTS)
            for name, values in by_programme.parts.items():
                assert by_target.parts[name][number] == pytest.approx(values[target], abs=1e-12)
            assert lines.allowed(profiles, targets, target, by_target)[number] == rules[target]


@examples(40)
@given(st.lists(programmes(), min_size=1, max_size=4).map(numbered), networks(1, 4), requests(), st.data())
def test_candidates_of_one_city_are_those_of_all_that_it_is_in(
    offered: list[Programme], members: list[City], request: Request, data: st.DataObject
) -> None:
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY)
    market = Market(
        today=TODAY,
        profiles=profiles,
        programmes=offered,
        targets=Targets.of(profiles, [request], TODAY),
        ties=nx.MultiGraph([("p0", "c0", "t", {"kind": "sponsorship"})]),
        names={},
    )
    holders = sorted([*(holder for city in members for holder in city.capacities), *(each.holder for each in offered)])
    free = data.draw(st.sets(st.sampled_from(holders)))
    closed = {sponsorship_pair(offered[-1].holder, "c1")}
    only = set(data.draw(st.sets(st.sampled_from(holders), min_size=1, max_size=3)))
    search = SponsorshipSearch(minimum_score=0.3, per_programme=9)
    every, some = search.found(market, free, closed, None), search.found(market, free, closed, only)
    found = {each.key: (each.target, each.score) for each in made(some)}
    expected = {each.key: each for each in made(every) if {each.a, each.b} & only}
    assert found.keys() == expected.keys()
    for key, (target, score) in found.items():
        assert score == pytest.approx(expected[key].score, abs=1e-12)
        assert target == expected[key].target
