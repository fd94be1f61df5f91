"""Who would fit a member: cities and sponsors apart; a change that is tried brings what it brings once it is saved."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pytest

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.candidates.parsed_members import city_from
from isopolity.matching.application.candidates.what_if import WhatIf
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.who_fits import WhoFits, who_fits
from isopolity.matching.domain.member import City
from isopolity.matching.entrypoints.http.possible_partners import FittingView
from isopolity.matching.errors import UnknownMember
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import network_of, taken_by
from tests.support.matching.service import city, need, offer, partner, programme, request

HEALTH, LITERACY, CLIMATE = "cluster.health", "cluster.literacy", "sdg.13"
NOT_STATED = {"city_id", "version", "status", "illustrative", "avoided_countries"}
"""Fields that no form changes, or a form without a preview."""
CHANGED: dict[str, Any] = {
    "kind": "district",
    "name": "Lugdunum",
    "country": "GH",
    "region": "arab-states",
    "geonames_id": 7,
    "latitude": 50.0,
    "longitude": -60.0,
    "population": 9_000,
    "languages": ("fr", "sw"),
    "learning_city_since": 2019,
    "creative_field": "film",
    "about": "A city on two rivers.",
    "web": "https://lyon.example",
    "can_travel": False,
    "can_host": False,
    "online_only": True,
    "wants_own_country": True,
    "capacity": 0,
    "sponsorship_capacity": 5,
    "paused_until": "2027-03-01",
    "needs": (need(HEALTH, "study-visit"), need("sdg.14")),
    "offers": (offer(CLIMATE), offer(HEALTH, intensity=5)),
    "time_zone": "Europe/Paris",
    "local_names": ("Lyon",),
    "shows_ratings": True,
}
LYON = city(
    "lyon",
    country="FR",
    region="europe-north-america",
    needs=(need(LITERACY, "study-visit", 5), need(CLIMATE)),
    offers=(offer(HEALTH, "training", 5),),
)
OTHERS: list[CityState | PartnerState] = [
    *(
        city(
            f"c{number}",
            country="GH" if number % 2 else "FR",
            needs=(need(HEALTH, "training" if number % 3 else "webinar", 5),),
            offers=(offer(LITERACY, "study-visit" if number % 2 else "webinar", 5),),
            languages=("fr",) if number % 4 else ("en",),
            wants_own_country=True,
            can_travel=number % 5 != 0,
            population=10_000 * (number + 1),
            latitude=float(number),
        )
        for number in range(12)
    ),
    partner("halcyon", [programme("reading", subjects=(LITERACY,)), programme("sea", subjects=(CLIMATE,))]),
    partner("meridian", [programme("health", subjects=(HEALTH,), population_max=50_000)]),
]
NOTHING = ClosedPairs(closed=(), proposed=())
ASKED = request("books", "lyon", subjects=(LITERACY,))


def asked(own: CityState, stated: CityState | None = None, what_if: WhatIf | None = None) -> WhoFits:
    return asyncio.run(
        who_fits(
            "lyon",
            NOTHING,
            taken_by({}),
            10,
            surroundings_of(network_of([own, *OTHERS], [ASKED])),
            what_if or WhatIf(),
            stated=None if stated is None else city_from(stated),
            asker="lyon",
        )
    )


def seen(found: WhoFits) -> FittingView:
    return FittingView.made(found, "lyon")


def with_changes(names: Sequence[str]) -> CityState:
    values = {name: CHANGED[name] for name in names}
    return CityState.model_validate(LYON.model_dump() | values)


def test_each_field_that_a_city_states_is_changed_here() -> None:
    known = {each.name for each in fields(City)} & CityState.model_fields.keys()
    assert known - NOT_STATED <= CHANGED.keys(), "add the new field to CHANGED: its preview is compared"


@pytest.mark.parametrize("name", [*CHANGED, "all"])
def test_what_a_change_would_bring_is_what_it_brings_once_it_is_saved(name: str) -> None:
    changed = with_changes([name] if name != "all" else list(CHANGED))
    assert seen(asked(LYON, changed)) == seen(asked(changed))


@pytest.mark.parametrize("name", ["needs", "offers", "online_only", "languages", "population"])
def test_a_change_of_what_counts_changes_who_fits_or_how_well(name: str) -> None:
    assert seen(asked(LYON, with_changes([name]))) != seen(asked(LYON))


def test_cities_and_sponsors_have_lists_and_numbers_of_their_own() -> None:
    found = seen(asked(LYON))
    cities, sponsors = found.owners[0].partners
    assert {each.other.member_kind for each in found.cities} == {"city"}
    assert {each.other.member_kind for each in found.sponsors} == {"partner"}
    assert (cities.kind, sponsors.kind) == ("twinning", "sponsorship")
    assert cities.fitting >= len(found.cities) > 0
    assert sponsors.fitting >= len(found.sponsors) > 0
    assert cities.fitting + sum(each.count for each in cities.ruled_out) == 12


def test_what_if_it_were_other_regions_counts_these_alone_and_no_sponsor() -> None:
    found = asked(LYON, what_if=WhatIf(regions=frozenset({"africa"})))
    (counted,) = found.absence.owners[0].counts
    assert (counted.are_programmes, counted.partners) == (False, 12)
    nobody = asked(LYON, what_if=WhatIf(regions=frozenset({"arab-states"})))
    assert [each.partners for each in nobody.absence.owners[0].counts] == [0]
    assert not nobody.cities
    assert not nobody.sponsors


def test_a_city_that_offers_and_gains_nothing_is_named_apart_from_those_that_fit() -> None:
    giver = city("accra", country="GH", needs=(need("sdg.14"),), offers=(offer(LITERACY, "study-visit", 5),))
    surroundings = surroundings_of(network_of([LYON, giver, city("oslo", country="NO", offers=(offer("sdg.14"),))]))
    own = asyncio.run(who_fits("lyon", NOTHING, taken_by({}), 10, surroundings, asker="lyon"))
    assert not own.cities
    assert [(each.other.name, each.status) for each in own.offering] == [(giver.name, "available")]
    asked_of = asyncio.run(who_fits("accra", NOTHING, taken_by({}), 10, surroundings, asker="accra"))
    assert [each.other.member_id for each in asked_of.offering] == ["oslo"]


def test_who_fits_is_not_named_once_more_as_offering() -> None:
    found = asked(LYON)
    assert found.cities
    assert not {each.other.member_id for each in found.cities} & {each.other.member_id for each in found.offering}


def test_a_partner_states_no_profile_of_a_city() -> None:
    surroundings, lyon = surroundings_of(network_of([LYON, *OTHERS])), city_from(LYON)
    with pytest.raises(UnknownMember):
        asyncio.run(who_fits("halcyon", NOTHING, taken_by({}), 10, surroundings, stated=lyon, asker="halcyon"))
