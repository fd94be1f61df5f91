"""What a partner's criteria reach: fit, blockers and sums, by what is public."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from isopolity.contracts.registry import CityState, RequestState
from isopolity.matching.application.candidates.criteria import Choice, Criteria
from isopolity.matching.application.candidates.found_cities import FoundCities, found_cities, places_of, sums_of
from isopolity.matching.application.candidates.market import Market, public_market
from isopolity.matching.application.workflows.queries.partner_queries import explored
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.entrypoints.http.explorer import ExplorerView
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import market_of, network_of
from tests.support.matching.service import city, need, partner, programme, request

FUND = partner("fund", [programme("other")])
READ = Criteria(
    subjects=("sdg.4",), regions=("africa",), supports=("training",), grant_min=1_000, grant_max=5_000, budget=50_000
)


def registered() -> tuple[list[CityState], list[RequestState]]:
    """Three cities in Africa and one elsewhere; two ask, one for too much."""
    wishes = {"needs": (need("sdg.4"),), "languages": ("en",)}
    cities = [
        city("a", region="africa", country="KE", population=100_000, latitude=-1.3, longitude=36.8, **wishes),
        city("b", region="africa", country="KE", population=None, latitude=-1.4, longitude=36.9, **wishes),
        city("c", region="africa", country="SN", population=3_000_000, needs=(need("sdg.13"),)),
        city("d", region="arab-states", country="JO", population=200_000, **wishes),
    ]
    asked = [
        request(
            "r1",
            "a",
            subjects=("sdg.4",),
            amount_min=2_000,
            amount_max=4_000,
            currency="EUR",
            beneficiaries=300,
            payee="Österreichische Bücherei",
            starts=date(2027, 1, 1),
            ends=date(2027, 6, 30),
        ),
        request("r2", "d", subjects=("sdg.4",), amount_min=90_000, amount_max=95_000, currency="EUR"),
    ]
    return cities, asked


def market(ties: Any = ()) -> Market:
    cities, asked = registered()
    return public_market(market_of([*cities, FUND], asked, ties), "fund")


def found(choice: Choice | None = None, *, blocked: bool = False, ties: Any = ()) -> FoundCities:
    known = market(ties)
    return found_cities(known, READ.programme(FUND), choice or Choice(), 0.1, with_blocked=blocked)


def named(some: FoundCities) -> list[str]:
    return [each.city.city_id for each in some.taken(slice(None))]


def test_cities_that_fit_come_first_each_by_what_suits_best() -> None:
    some = found(blocked=True).taken(slice(None))
    assert [each.fits for each in some] == [True, True, False, False]
    assert {each.city.city_id: each.blockers for each in some if not each.fits} == {
        "c": [Blocker.SUBJECTS],
        "d": [Blocker.REGION, Blocker.AMOUNT],
    }
    (asking,) = [each for each in some if each.city.city_id == "a"]
    assert asking.target.request is not None
    assert named(found()) == [each.city.city_id for each in some if each.fits]


@pytest.mark.parametrize(
    ("criteria", "reached"),
    [
        (Criteria(), {"a", "b", "c", "d"}),
        (Criteria(supports=("training",)), {"a", "b", "c", "d"}),
        (Criteria(supports=("equipment",)), set()),
        (Criteria(supports=("funding",)), {"a", "d"}),
        (Criteria(grant_min=1_000), {"a", "d"}),
        (Criteria(grant_max=5_000), {"a"}),
    ],
)
def test_criteria_reach_requests_by_money_and_needs_by_other_support(criteria: Criteria, reached: set[str]) -> None:
    programme = replace(criteria, subjects=("sdg.4", "sdg.13")).programme(FUND)
    some = found_cities(market(), programme, Choice(), 0.1, with_blocked=False)
    assert set(named(some)) == reached
    assert some.requests == (
        0 if criteria.supports in {("training",), ("equipment",)} else 1 if criteria.grant_max else 2
    )


def test_sums_count_cities_requests_regions_people_and_first_ties() -> None:
    sums = sums_of(found(blocked=True, ties=[("a", "d")]))
    assert (sums.cities, sums.requests, sums.people, sums.unknown, sums.first_ties) == (2, 1, 100_000, 1, 1)
    assert sums.regions == {"africa": 2}
    assert (sum(sums.fits), sums.sizes) == (2, [0, 1, 0, 0])
    assert sums.blocked == {"subjects": 1, "region": 1}


async def test_what_blocks_others_is_not_counted_where_nobody_asks_for_it() -> None:
    cities, asked = registered()
    sums = await explored("fund", READ, surroundings_of(network_of([*cities, FUND], asked)), sums_of)
    assert (sums.cities, sums.requests, sums.blocked) == (2, 1, {})


def test_a_partner_of_its_own_is_blocked() -> None:
    blocked = {
        each.city.city_id: each.blockers for each in found(blocked=True, ties=[("fund", "a")]).taken(slice(None))
    }
    assert blocked["a"] == [Blocker.TIED]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(requests_only=True), {"a", "d"}),
        (Choice(asked_min=80_000), {"d"}),
        (Choice(asked_max=3_000), {"a"}),
        (Choice(benefits_min=200), {"a"}),
        (Choice(benefits_min=301), set()),
        (Choice(payee="osterreich"), {"a"}),
        (Choice(runs_on=date(2027, 6, 30)), {"a", "d"}),
        (Choice(runs_on=date(2027, 7, 1)), {"d"}),
        (Choice(subject="sdg.13"), {"c"}),
        (Choice(region="africa", size_min=50_000), {"a", "b", "c"}),
        (Choice(region="africa", size_max=50_000), {"b"}),
        (Choice(city_id="c"), {"c"}),
        (Choice(city_id="of-nobody"), set()),
        (Choice(country="JO"), {"d"}),
        (Choice(region="of-nobody"), set()),
    ],
)
def test_a_choice_narrows_what_is_looked_at(choice: Choice, expected: set[str]) -> None:
    some = found(choice, blocked=True)
    assert set(named(some)) == expected
    everybody = {each.city.city_id: each.score for each in found(Choice(), blocked=True).taken(slice(None))}
    if not choice.requests_only:
        assert all(each.score <= everybody[each.city.city_id] + 1 for each in some.taken(slice(None)))


def test_places_beyond_the_most_are_counted_together() -> None:
    assert [each.count for each in places_of(found(), 180)] == [1, 1]
    (both,) = places_of(found(), 1)
    assert (both.count, both.name) == (2, found().taken(slice(1))[0].city.name)
    assert places_of(found(Choice(region="of-nobody")), 180) == []


def test_the_fit_is_counted_as_it_is_shown_rounded_to_hundredths() -> None:
    some = replace(found(), score=np.array([0.895, 0.0, 0.0, 0.0][: len(found().fits)]))
    steps = sums_of(replace(some, fits=np.arange(len(some.fits)) == 0)).fits
    assert steps.index(1) == 9


def test_a_request_in_another_currency_is_told_about_in_that_of_the_criteria() -> None:
    own, other = (ExplorerView.of(found(), currency, 0, 9, with_places=False).items for currency in ("EUR", "USD"))
    asking = [(each.about_min, each.about_max) for each in (*own, *other) if each.currency == "EUR"]
    assert asking[: len(asking) // 2] == [(None, None)] * (len(asking) // 2)
    assert all(most is not None and most > 0 for _, most in asking[len(asking) // 2 :])
    assert asking
