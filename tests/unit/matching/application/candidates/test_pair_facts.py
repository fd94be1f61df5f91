"""The facts about a pair that both sides should mind, at their thresholds."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from isopolity.contracts.registry import CityState
from isopolity.matching.adapters.nearest_zones import NearestZones
from isopolity.matching.application.candidates.candidate import TwinningCandidate
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.pair_facts import TwinningFacts, twinning_facts
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.domain.scores.fit import Match
from tests.support.matching.networks import network_of
from tests.support.matching.service import city, need, offer

TODAY = date(2026, 11, 25)


def facts(graz: dict[str, Any], lyon: dict[str, Any]) -> TwinningFacts:
    states: list[CityState] = [city("graz", **graz), city("lyon", **lyon)]
    market = MarketSource(network_of(states), nearest_zone=NearestZones()).market(TODAY)
    candidate = scored_pair(market, "city/graz", "city/lyon")
    assert isinstance(candidate, TwinningCandidate)
    return twinning_facts(candidate, market)


@pytest.mark.parametrize(
    ("mine", "theirs", "apart"), [(20_000, 1_000, True), (19_999, 1_000, False), (None, 1_000, False)]
)
def test_sizes_are_apart_from_twenty_times_on(mine: int | None, theirs: int, apart: bool) -> None:
    found = facts({"population": mine}, {"population": theirs})
    assert found.are_sizes_apart == found.turned.are_sizes_apart == apart


@pytest.mark.parametrize(
    ("mode", "zone", "few"),
    [
        ("webinar", "America/New_York", False),
        ("webinar", "America/Chicago", True),
        ("study-visit", "America/Chicago", False),
        ("good-practice", "America/Chicago", False),
    ],
)
def test_few_hours_are_minded_only_where_something_is_live(mode: str, zone: str, few: bool) -> None:
    found = facts(
        {"time_zone": "Europe/Vienna", "needs": (need("sdg.13", mode),)},
        {"time_zone": zone, "offers": (offer("sdg.13", mode),)},
    )
    assert found.have_few_hours == found.turned.have_few_hours == few


def test_a_city_without_a_zone_has_that_of_the_nearest_place() -> None:
    graz = {"country": "AT", "latitude": 47.07, "longitude": 15.44}
    assert facts(graz, {"time_zone": "Europe/Helsinki"}).common_hours == 7
    nowhere = {"latitude": None, "longitude": None}
    assert facts(nowhere, {"time_zone": "Europe/Helsinki"}).common_hours is None
    assert facts(nowhere | {"time_zone": "Nowhere/Else"}, {"time_zone": "Europe/Helsinki"}).common_hours is None


def gaining(mine: float, theirs: float) -> TwinningFacts:
    found = facts({"needs": (need("sdg.13"),)}, {"offers": (offer("sdg.13"),)})
    match: Match = found.met[0]
    met, wanted = ([replace(match, strength=each)] if each else [] for each in (mine, theirs))
    return replace(found, met=met, wanted=wanted)


@pytest.mark.parametrize(
    ("mine", "theirs", "one_sided", "low"),
    [(0.6, 0.21, False, True), (0.6, 0.19, True, True), (0.4, 0.41, False, False), (0.6, 0.0, True, False)],
)
def test_what_each_gains_is_weak_or_low_at_its_threshold(
    mine: float, theirs: float, one_sided: bool, low: bool
) -> None:
    found = gaining(mine, theirs)
    assert [found.gain, found.their_gain] == pytest.approx([mine, theirs])
    assert found.is_one_sided == found.turned.is_one_sided == one_sided
    assert found.is_fit_low == found.turned.is_fit_low == low
    assert found.do_i_gain_less == (mine < theirs)
    assert found.turned.do_i_gain_less == (theirs < mine)
