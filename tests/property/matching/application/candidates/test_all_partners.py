"""One member with all possible partners at once: the same as with each of them alone; each is counted once."""

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isopolity.matching.application.candidates.absence.public_round import (
    AllPartners,
    cities_for,
    counted,
    programmes_for,
    twinnings_of,
)
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import scored_pair, scored_pairs, visible_blockers
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.domain.member import City, Programme, Request
from isopolity.matching.domain.scores.blockers import codes
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.errors import NoPair, UnknownMember
from tests.support.matching.strategies import TODAY, networks, programmes, requests

NO_PAIRS = ClosedPairs(closed=(), proposed=())


def market_of(members: list[City], offered: list[Programme], asked: Request) -> Market:
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY)
    return Market(
        today=TODAY,
        profiles=profiles,
        programmes=[replace(each, programme_id=f"g{number}") for number, each in enumerate(offered)],
        targets=Targets.of(profiles, [asked], TODAY),
        ties=nx.MultiGraph([("p", "c0", "t", {"kind": "sponsorship"}), ("c0", "c1", "u", {"kind": "twinning"})]),
        names={},
    )


def assert_same_as_alone(found: AllPartners, owner: str, partners: list[str], market: Market) -> None:
    assert found.partner.tolist() == sorted(found.partner.tolist())
    for partner, bits, score in zip(found.partner, found.blockers, found.score, strict=True):
        alone = scored_pair(market, owner, partners[int(partner)])
        expected = visible_blockers(market, alone, market.capacities.keys(), NO_PAIRS)
        told = [code.value for code in codes(bits)]
        assert [code for code in told if code != "country" or "region" not in told] == list(expected)
        assert score == pytest.approx(0.0 if expected else alone.score, abs=1e-12)
    counts = counted(found, 0.3)
    assert (
        counts.fitting + sum(count for _, count in counts.ruled_out)
        == counts.partners
        == len(partners) - (owner in partners)
    )
    assert [count for _, count in counts.ruled_out] == sorted((count for _, count in counts.ruled_out), reverse=True)


@settings(deadline=None)
@given(networks(2, 5), st.lists(programmes(), min_size=1, max_size=3), requests())
def test_all_partners_at_once_are_those_of_each_pair_alone(
    members: list[City], offered: list[Programme], asked: Request
) -> None:
    market = market_of(members, offered, asked)
    cities = [city.key for city in market.profiles.cities]
    lines = [programme.holder for programme in market.programmes]
    for number, city in enumerate(cities):
        assert_same_as_alone(twinnings_of(market, number), city, cities, market)
        assert_same_as_alone(programmes_for(market, number), city, lines, market)
    for number, line in enumerate(lines):
        assert_same_as_alone(cities_for(market, number), line, cities, market)


@settings(deadline=None)
@given(networks(2, 5), st.lists(programmes(), min_size=1, max_size=3), requests())
def test_pairs_scored_together_are_those_scored_alone(
    members: list[City], offered: list[Programme], asked: Request
) -> None:
    market = market_of(members, offered, asked)
    owners = [*(city.key for city in market.profiles.cities), *(line.holder for line in market.programmes)]
    ends = [*owners, "city/nobody"]
    pairs = [(one, other) for one in ends for other in ends]
    for (one, other), found in zip(pairs, scored_pairs(market, pairs), strict=True):
        if found is None:
            with pytest.raises((NoPair, UnknownMember)):
                scored_pair(market, one, other)
        else:
            alone = scored_pair(market, one, other)
            assert (found.key, found.score, found.parts) == (alone.key, alone.score, alone.parts)
