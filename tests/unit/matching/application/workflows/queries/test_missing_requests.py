"""A programme of money without a fitting request: what its partner reads, and which cities staff may ask."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from isopolity.contracts.registry import CityState, RequestState
from isopolity.matching.application.workflows.queries.cities_to_ask import CitiesToAsk, found_cities_to_ask
from isopolity.matching.application.workflows.queries.why_none import why_none
from isopolity.matching.domain.member import programme_holder, sponsorship_pair
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.http.absence import AbsenceView, RequestsView
from isopolity.matching.entrypoints.http.money.cities_to_ask import CitiesToAskView
from isopolity.matching.errors import UnknownMember
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, surroundings_of
from tests.support.matching.networks import network_of
from tests.support.matching.service import TestClock, city, need, partner, programme, request
from tests.support.matching.stored import an_interest, new_proposals_of

LITERACY, HEALTH, SEA = "cluster.literacy", "cluster.health", "sdg.14"
READING = programme("reading", subjects=(LITERACY,), supports=("funding",), regions=("africa",))


def reader(city_id: str, **changes: Any) -> CityState:
    """A city that looks for literacy."""
    return city(city_id, needs=(need(LITERACY),), **changes)


def network(cities: Sequence[CityState], requests: Sequence[RequestState] = (), ties: Any = ()) -> Network:
    return network_of([*cities, partner("halcyon", [READING])], requests, ties)


def requests_of(found: Network) -> RequestsView:
    """What the partner reads."""
    absence = asyncio.run(why_none("halcyon", surroundings_of(found), with_change=False))
    (owner,) = AbsenceView.of(absence, to_it=True).owners
    assert owner.requests is not None
    return owner.requests


def asked_cities(found: Network, store: FakeStore | None = None) -> CitiesToAsk:
    running = Instance(store or FakeStore(), found, SendingPolicy.HOLD, TestClock())
    return asyncio.run(found_cities_to_ask("halcyon", "reading", running.unit_of_work, running.surroundings))


def cities_to_ask(found: Network, store: FakeStore | None = None) -> list[str]:
    return [each.city_id for each in CitiesToAskView.of(asked_cities(found, store), 50).items]


FAR = {"region": "arab-states"}


def test_a_programme_without_a_fitting_request_says_how_many_cities_look_for_its_subjects() -> None:
    found = requests_of(network([reader("ghana"), reader("kenya"), reader("qatar", **FAR), city("togo")]))
    assert (found.open, found.fitting, found.looking, found.could_ask) == (0, 0, 3, 2)
    assert found.text == (
        "No open request fits “Reading”: 3 cities look for its subjects; it serves 2 of them, which could make a "
        "request."
    )
    assert found.wider == []


@pytest.mark.parametrize(
    ("cities", "text"),
    [
        ([city("togo")], "No open request fits “Reading”: no city looks for its subjects."),
        (
            [reader("ghana")],
            "No open request fits “Reading”: 1 city looks for its subjects, and it could make a request.",
        ),
        (
            [reader("ghana"), reader("kenya")],
            "No open request fits “Reading”: 2 cities look for its subjects, and all of them could make a request.",
        ),
        (
            [reader("qatar", **FAR)],
            "No open request fits “Reading”: 1 city looks for its subjects, but none that it serves could make a "
            "request.",
        ),
    ],
)
def test_the_sentence_agrees_with_the_numbers(cities: list[CityState], text: str) -> None:
    assert requests_of(network(cities)).text == text


def test_requests_that_one_rule_keeps_out_are_told_with_the_rule() -> None:
    requests = [
        request("books", "qatar", amount_min=20_000, amount_max=30_000),
        request("school", "ghana", amount_min=2_000_000, amount_max=3_000_000),
        request("reef", "ghana", subjects=(SEA,), topics=()),
    ]
    found = requests_of(network([reader("ghana"), reader("qatar", **FAR)], requests))
    assert (found.open, found.fitting) == (3, 0)
    assert found.wider == [
        "1 open request would fit “Reading” if it granted other amounts, too.",
        "1 open request would fit “Reading” if it served other regions, too.",
        "1 open request fits the places, sizes and amounts of “Reading”, but is about other subjects.",
    ]


def test_a_partner_that_widens_what_it_reads_gets_the_request() -> None:
    there, books = reader("qatar", **FAR), request("books", "qatar", amount_min=20_000, amount_max=30_000)
    wider = READING.model_copy(update={"regions": ("africa", "arab-states")})
    assert requests_of(network([there], [books])).fitting == 0
    assert requests_of(network_of([there, partner("halcyon", [wider])], [books])).fitting == 1


def test_a_city_with_a_fitting_request_or_a_tie_is_not_asked() -> None:
    cities = [reader("ghana"), reader("kenya"), reader("qatar", **FAR), reader("togo")]
    books = request("books", "kenya", amount_min=20_000, amount_max=30_000)
    found = network(cities, [books], [("halcyon", "togo")])
    assert cities_to_ask(found) == ["ghana"]
    assert (
        requests_of(found).text
        == "1 open request fits “Reading”; 1 city looks for its subjects and has made none that fits."
    )


def test_cities_that_pause_are_counted_and_not_asked() -> None:
    cities = [reader("ghana", paused_until="2027-05-01"), reader("kenya")]
    assert requests_of(network(cities)).could_ask == 2
    assert cities_to_ask(network(cities)) == ["kenya"]


def test_a_city_that_cannot_work_with_the_partners_country_is_counted_and_not_asked() -> None:
    cities = [reader("ghana", avoided_countries=("CH",)), reader("kenya", avoided_countries=("FR",))]
    assert requests_of(network(cities)).could_ask == 2
    assert cities_to_ask(network(cities)) == ["kenya"]


def test_a_city_whose_pair_rests_is_left_out_as_one_that_avoids_the_partners_country() -> None:
    found, store = network([reader("ghana"), reader("kenya")]), FakeStore()
    running = Instance(store, found, SendingPolicy.HOLD, TestClock())
    asked = an_interest("i1", new_proposals_of(2)["01"])
    key = sponsorship_pair(programme_holder("halcyon", "reading"), "ghana")

    async def ask() -> None:
        async with running.unit_of_work() as uow:
            await uow.interests.add(replace(asked, pair_key=key, member_id="ghana", other_id="halcyon"))
            await uow.commit()

    asyncio.run(ask())
    assert cities_to_ask(found, store) == ["kenya"]


def named(city_id: str, *topics: str) -> CityState:
    return city(city_id, needs=(need(LITERACY).model_copy(update={"topics": topics}),))


def test_the_nearest_need_comes_first_and_one_without_topics_is_not_meant() -> None:
    cities = [named("ghana", "topic.1480", "topic.1488"), named("kenya", "topic.1480"), named("togo")]
    found = network_of([*cities, partner("halcyon", [READING.model_copy(update={"topics": ("topic.1480",)})])])
    asked = asked_cities(found)
    assert [each.city.city_id for each in asked.cities] == ["kenya", "ghana"]
    assert [each.topics for each in asked.cities[0].needs] == [("topic.1480",)]
    assert asked.cities[0].nearness > asked.cities[1].nearness


def test_ratings_that_a_city_keeps_to_itself_change_nothing() -> None:
    weak = city("ghana", needs=(need(LITERACY, intensity=1),))
    assert requests_of(network([weak])) == requests_of(network([reader("ghana")]))


def test_a_programme_that_gives_no_money_asks_nobody() -> None:
    free = READING.model_copy(update={"grant_min": 0, "grant_max": 0, "supports": ("training",)})
    found = network_of([reader("ghana"), partner("halcyon", [free])])
    absence = asyncio.run(why_none("halcyon", surroundings_of(found), with_change=False))
    assert AbsenceView.of(absence, to_it=True).owners[0].requests is None
    assert cities_to_ask(found) == []


def test_a_closed_programme_has_no_cities_to_ask() -> None:
    found = network_of([reader("ghana"), partner("halcyon", [READING.model_copy(update={"closes": date(2026, 1, 1)})])])
    with pytest.raises(UnknownMember):
        cities_to_ask(found)
