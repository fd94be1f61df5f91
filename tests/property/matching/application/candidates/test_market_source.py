"""A market that follows the network: it tells what one drawn anew tells, and one that somebody holds never changes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.contracts.registry import CityState, Need, Offer
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates import market_update
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.market_update import with_city
from isopolity.matching.application.candidates.what_if import WhatIf
from isopolity.matching.application.ports.engine import ExcludedPairs
from isopolity.matching.domain.network import Network, Tie
from isopolity.matching.domain.scores.city_arrays import COLUMNS
from tests.support.examples import examples
from tests.support.matching.service import city, partner, programme, request
from tests.support.matching.strategies import REGIONS, SUBJECTS, TOPICS, WORDS

TODAY = date(2026, 11, 25)
STAGE = CompiledFirstStage(1)
CITIES, PARTNERS = ["c0", "c1", "c2", "c3", "c4", "d1"], ["p0", "p1"]
NUMBERED = {"country", "region", "kind", "creative_field", "languages", "component"}
"""Columns of codes and components, which may have other numbers in a market drawn anew."""
PLAIN = [name for name in COLUMNS if name not in NUMBERED]
topics = st.tuples(st.sampled_from(SUBJECTS), st.integers(1, 5), st.sampled_from(["webinar", "study-visit"]))
Change = tuple[str, Any]


def said(number: int) -> Mapping[str, Any]:
    """Own words and topics for some needs and offers, none for others."""
    language, title, text = WORDS[number % len(WORDS)]
    named = TOPICS[number % len(TOPICS) : number % len(TOPICS) + number % 4]
    return {"language": language, "title": title, "text": text, "topics": named}


def needs_of(drawn: Sequence[tuple[str, int, str]]) -> tuple[Need, ...]:
    until = date(2026, 1, 1)
    return tuple(
        Need(subject=s, intensity=i, mode=m, valid_until=until if i == 1 else None, **said(i))
        for s, i, m in {each[0]: each for each in drawn}.values()
    )


def offers_of(drawn: Sequence[tuple[str, int, str]]) -> tuple[Offer, ...]:
    found = {each[0]: each for each in drawn}.values()
    return tuple(Offer(subject=s, intensity=i, mode=m, **said(i + 1)) for s, i, m in found)


city_states = st.builds(
    city,
    st.sampled_from(CITIES),
    status=st.sampled_from(["endorsed", "endorsed", "endorsed", "applied", "withdrawn"]),
    kind=st.sampled_from(["city", "county"]),
    country=st.sampled_from(["KE", "FR", "JP"]),
    region=st.sampled_from(REGIONS),
    population=st.sampled_from([None, 1_000, 90_000, 4_000_000]),
    latitude=st.sampled_from([None, -4.0, 50.0]),
    languages=st.sampled_from([(), ("en",), ("fr", "en")]),
    creative_field=st.sampled_from([None, "film"]),
    can_travel=st.booleans(),
    wants_own_country=st.booleans(),
    capacity=st.integers(0, 2),
    sponsorship_capacity=st.none() | st.integers(0, 2),
    paused_until=st.sampled_from([None, TODAY, date(2026, 11, 26)]),
    needs=st.lists(topics, max_size=3).map(needs_of),
    offers=st.lists(topics, max_size=3).map(offers_of),
)
partner_states = st.builds(
    partner,
    st.sampled_from(PARTNERS),
    st.lists(st.sampled_from(["l0", "l1"]), unique=True).map(lambda ids: [programme(each) for each in ids]),
    status=st.sampled_from(["endorsed", "endorsed", "withdrawn"]),
    paused_until=st.sampled_from([None, date(2026, 11, 26)]),
)
requests = st.builds(
    request,
    st.sampled_from(["r0", "r1", "r2"]),
    st.sampled_from(CITIES),
    status=st.sampled_from(["published", "closed"]),
    currency=st.sampled_from(["EUR", "USD"]),
    subjects=st.sampled_from([("sdg.13",), ("cluster.literacy", "sdg.4")]),
)
ties = st.tuples(st.sampled_from(CITIES), st.sampled_from([*CITIES, *PARTNERS]), st.booleans(), st.booleans()).filter(
    lambda tie: tie[0] != tie[1]
)
changes = st.one_of(
    city_states.map(lambda state: ("city", state)),
    city_states.map(lambda state: ("city", state)),
    partner_states.map(lambda state: ("partner", state)),
    requests.map(lambda state: ("request", state)),
    ties.map(lambda tie: ("tie", tie)),
    ties.map(lambda tie: ("moving tie", tie)),
    st.sampled_from(CITIES).map(lambda city_id: ("forgotten", city_id)),
)


def apply(network: Network, change: Change, version: int) -> None:
    kind, state = change
    match kind:
        case "city" | "partner":
            member_id = state.city_id if isinstance(state, CityState) else state.partner_id
            known = state.model_copy(update={"version": version})
            network.put_member(kind, member_id, version, state.status, known.model_dump_json().encode())
        case "request":
            is_open = state.status == "published"
            network.put_request(state.request_id, version, is_open, state.model_dump_json().encode())
        case "moving tie":  # of which an end is merged into another member
            one, other, stands, is_public = state
            network.put_tie(Tie("moving", version, stands, one, other, "twinning", is_public))
        case "tie":
            one, other, stands, is_public = state
            network.put_tie(Tie(":".join(sorted((one, other))), version, stands, one, other, "twinning", is_public))
        case _:
            network.forget_member(state)


def told(market: Market) -> Mapping[str, Any]:
    """All that the market tells, without the numbers that codes and components happen to have."""
    profiles, everyone = market.profiles, market.capacities.keys()
    nobody = np.empty(0, np.int64)
    excluded = ExcludedPairs.of(nobody, nobody, len(profiles))
    candidates = CandidateSearch(stage=STAGE, minimum_score=0.0).candidates(market, everyone, ())
    return {
        "cities": list(profiles.cities),
        "index": sorted(profiles.index.items()),
        "columns": {name: getattr(profiles, name).tolist() for name in PLAIN if len(profiles)},
        "together": (profiles.component[:, None] == profiles.component[None, :]).tolist(),
        "partners": {each: (profiles.component == number).tolist() for each, number in market.components.items()},
        "topics": [(len(topics.city), sorted(topics.city.tolist())) for topics in (profiles.needs, profiles.offers)],
        "values": [STAGE.row(market.first_stage_numbers, each, excluded).tolist() for each in range(len(profiles))],
        "candidates": {each.key: [each.score, getattr(each, "target", None), *each.parts] for each in candidates},
        "programmes": list(market.programmes),
        "targets": list(market.targets.targets),
        "ties": [
            sorted((*sorted((a, b)), tie_id, kind) for a, b, tie_id, kind in found.edges(keys=True, data="kind"))
            for found in (market.ties, market.apart)
        ],
        "tied": [sorted(found.nodes) for found in (market.ties, market.apart)],
        "names": sorted(market.names.items()),
        "paused": sorted(market.paused),
        "capacities": (sorted(market.capacities.items()), sorted(market.able.items())),
    }


def as_text(market: Market) -> str:
    return repr(sorted(told(market).items()))


@examples(60)
@given(st.lists(city_states, max_size=5), st.lists(st.tuples(changes, st.booleans(), st.booleans()), max_size=12))
def test_it_tells_what_one_drawn_anew_tells_and_none_that_is_held_changes(
    first: list[CityState], later: list[tuple[Change, bool, bool]]
) -> None:
    network, version = Network(), 0
    for state in first:
        apply(network, ("city", state), version := version + 1)
    maker, held = MarketSource(network), list[tuple[Market, str]]()
    for change, asked, is_held in later:
        apply(network, change, version := version + 1)
        if asked:
            market = maker.market(TODAY)
            assert as_text(market) == as_text(MarketSource(network).market(TODAY))
            if is_held:
                held.append((market, as_text(market)))
            del market
    for market, text in held:
        assert as_text(market) == text


@examples(30)
@given(st.lists(city_states, min_size=1, max_size=5), st.sets(st.sampled_from(SUBJECTS), min_size=1))
def test_what_is_supposed_of_a_city_leaves_the_market_as_it_is(first: list[CityState], subjects: set[str]) -> None:
    network = Network()
    for version, state in enumerate(first):
        apply(network, ("city", state), version + 1)
    market = MarketSource(network).market(TODAY)
    before = as_text(market)
    for each in market.profiles.cities:
        supposed = WhatIf(subjects=frozenset(subjects)).market(market, each.city_id)
        assert {need.subject for need in supposed.city(each.city_id).needs} <= subjects
    assert as_text(market) == before


@examples(60)
@given(
    st.lists(city_states, max_size=5),
    st.lists(st.tuples(st.lists(changes, max_size=6), st.lists(changes, max_size=3), st.booleans()), max_size=4),
)
def test_changes_that_come_while_others_are_followed_are_in_the_market_after_it(
    first: list[CityState], later: list[tuple[list[Change], list[Change], bool]]
) -> None:
    network, version, between = Network(), 0, list[Change]()

    def change(what: Change) -> None:
        nonlocal version
        apply(network, what, version := version + 1)

    def interrupted(*arguments: Any, **options: Any) -> Market:
        market = with_city(*arguments, **options)
        if between:
            change(between.pop())
        return market

    for state in first:
        change(("city", state))
    maker, held = MarketSource(network), list[tuple[Market, str]]()
    with mock.patch.object(market_update, "with_city", interrupted):
        for before, meanwhile, is_held in later:
            for each in before:
                change(each)
            between[:] = meanwhile
            market = asyncio.run(maker.current(TODAY))
            if is_held:
                held.append((market, as_text(market)))
            del market
            while between:
                change(between.pop())
            assert as_text(maker.market(TODAY)) == as_text(MarketSource(network).market(TODAY))
    for market, text in held:
        assert as_text(market) == text


def test_a_market_that_is_held_keeps_its_ties_though_its_arrays_were_copied_before_they_change() -> None:
    network = Network()
    for name in ("c0", "c1", "c2"):
        put_city(network, name, 1)
    network.put_tie(Tie("c0:c1", 1, True, "c0", "c1", "twinning"))
    maker = MarketSource(network)
    held = maker.market(TODAY)
    text = as_text(held)
    put_city(network, "c0", 2)
    maker.market(TODAY)
    network.put_tie(Tie("c0:c1", 2, False, "c0", "c1", "twinning"))
    network.put_tie(Tie("c1:c2", 1, True, "c1", "c2", "twinning"))
    maker.market(TODAY)
    assert as_text(held) == text


@pytest.mark.parametrize("change", ["comes", "withdraws", "is forgotten"])
def test_a_tie_with_a_member_that_nobody_has_endorsed_comes_and_goes_with_it(change: str) -> None:
    network = Network()
    put_city(network, "c0", 1)
    if change != "comes":
        put_city(network, "d1", 2, "applied")
    network.put_tie(Tie("c0:d1", 1, True, "c0", "d1", "twinning"))
    maker = MarketSource(network)
    maker.market(TODAY)
    if change == "is forgotten":
        network.forget_member("d1")
    else:
        put_city(network, "d1", 3, "applied" if change == "comes" else "withdrawn")
    assert as_text(maker.market(TODAY)) == as_text(MarketSource(network).market(TODAY))


@pytest.mark.parametrize("other", ["c1", "p0"])
def test_a_member_that_its_only_tie_has_left_has_none(other: str) -> None:
    network = Network()
    for name in ("c0", "c1"):
        put_city(network, name, 1)
    network.put_member("partner", "p0", 1, "endorsed", partner("p0", []).model_dump_json().encode())
    network.put_tie(Tie("moving", 1, True, "c0", other, "twinning"))
    maker = MarketSource(network)
    maker.market(TODAY)
    network.put_tie(Tie("moving", 2, True, "c1", "p0", "twinning"))
    assert as_text(maker.market(TODAY)) == as_text(MarketSource(network).market(TODAY))


def put_city(network: Network, name: str, version: int, status: str = "endorsed") -> None:
    state = city(name, version=version, population=version)
    network.put_member("city", name, version, status, state.model_dump_json().encode())
