"""The market as it is drawn from the network."""

import asyncio
from datetime import date
from typing import Any

import pytest

from isopolity.contracts.registry import CityState
from isopolity.machine.turns import at_once
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates import market_source
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.parsed_members import ParsedMembers
from isopolity.matching.application.wording.sides import sides_of
from isopolity.matching.domain.network import Network, Tie
from tests.support.matching.networks import market_of, network_of
from tests.support.matching.service import city, need, offer, partner, programme, request

TODAY = date(2026, 11, 25)


def drawn() -> Network:
    network = Network()
    for state in (city("lyon"), city("graz"), city("ghost", status="registered")):
        network.put_member("city", state.city_id, 1, state.status, state.model_dump_json().encode())
    halcyon = partner("halcyon", [programme("closed", closes=date(2026, 1, 1))], name="Halcyon")
    network.put_member("partner", "halcyon", 1, halcyon.status, halcyon.model_dump_json().encode())
    for tie_id, a, b, kind in (
        ("1", "lyon", "ghost", "twinning"),
        ("2", "ghost", "graz", "twinning"),
        ("3", "halcyon", "lyon", "sponsorship"),
    ):
        network.put_tie(Tie(tie_id, 1, True, a, b, kind))
    return network


def put(network: Network, state: CityState) -> None:
    network.put_member("city", state.city_id, state.version, state.status, state.model_dump_json().encode())


def test_its_ties_join_endorsed_members_only() -> None:
    market = MarketSource(drawn()).market(TODAY)
    assert [{a, b} for a, b in market.ties.edges()] == [{"halcyon", "lyon"}]
    assert market.names == {"lyon": "Lyon", "graz": "Graz", "halcyon": "Halcyon"}


def test_a_tie_that_is_not_public_bars_its_pair_and_is_in_no_score_and_no_sentence() -> None:
    wishes: dict[str, Any] = {"needs": (need("sdg.13"),), "offers": (offer("sdg.13"),)}
    names = ("lyon", "graz", "pisa")
    network, alone = (network_of([city(name, **wishes) for name in names]) for _ in range(2))
    for at, other in enumerate(("lyon", "graz")):
        network.put_tie(Tie(f"{at}", 1, True, other, "pisa", "twinning", is_public=False))
    search = CandidateSearch(stage=CompiledFirstStage(), minimum_score=0.0)
    markets = [MarketSource(each).market(TODAY) for each in (network, alone)]
    found = [search.candidates(each, each.capacities.keys(), ()) for each in markets]
    (tied,), all_pairs = found
    (free,) = (each for each in all_pairs if each.key == tied.key)
    assert {member.member_id for member in tied.members} == {"lyon", "graz"}
    assert (tied.score, list(tied.parts)) == (free.score, list(free.parts))
    assert sides_of(tied, markets[0]) == sides_of(free, markets[1])
    assert network.tied("lyon", "pisa")
    network.put_tie(Tie("0", 2, True, "lyon", "pisa", "twinning"))
    assert MarketSource(network).market(TODAY).ties.has_edge("lyon", "pisa")


def test_later_events_do_not_change_it() -> None:
    network = drawn()
    market = MarketSource(network).market(TODAY)
    network.put_tie(Tie("4", 1, True, "lyon", "graz", "twinning"))
    assert not market.ties.has_edge("lyon", "graz")


async def test_what_changes_while_it_is_drawn_is_in_it_too() -> None:
    network = drawn()
    drawing = asyncio.create_task(MarketSource(network).current(TODAY))
    await asyncio.sleep(0)  # it has looked at the network, and draws in a thread
    put(network, city("pisa"))
    assert "pisa" in (await drawing).profiles.index


async def test_a_code_that_nobody_had_is_not_waited_for_in_the_event_loop() -> None:
    network = drawn()
    maker = MarketSource(network)
    await maker.current(TODAY)
    put(network, city("oslo", country="NO"))
    drawing = asyncio.create_task(maker.current(TODAY))
    await asyncio.sleep(0)
    assert not drawing.done()
    assert "oslo" in (await drawing).profiles.index


def test_the_first_city_after_all_have_left_may_have_fewer_subjects_than_they_had() -> None:
    network = Network()
    maker = MarketSource(network)
    put(network, city("kisumu", needs=(need("sdg.4"), need("sdg.13", "study-visit"))))
    maker.market(TODAY)
    put(network, city("kisumu", version=2, status="withdrawn"))
    assert not maker.market(TODAY).profiles.cities
    put(network, city("kitui", needs=(need("sdg.4"),)))
    assert list(maker.market(TODAY).profiles.index) == ["kitui"]


def test_a_partner_lies_in_the_component_of_a_city_that_it_supports() -> None:
    members = [city("lyon"), city("graz"), city("ghost", status="registered")]
    funders = [partner(name, [programme(f"of-{name}")]) for name in ("halcyon", "meridian", "lyceum")]
    ties = [("halcyon", "lyon"), ("meridian", "ghost"), ("meridian", "lyceum")]
    market = market_of([*members, *funders], ties=ties)
    assert market.components == {"halcyon": int(market.profiles.component[market.profiles.index["lyon"]])}


def test_after_more_changes_than_it_follows_the_market_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(market_source, "FOLLOWED", 1)
    network = drawn()
    source = MarketSource(network)
    source.market(TODAY)
    put(network, city("kisumu"))
    assert "kisumu" in source.market(TODAY).profiles.index
    put(network, city("kitui"))
    put(network, city("kitale"))
    assert source.market(TODAY).profiles.index.keys() >= {"kitui", "kitale"}


def test_reading_a_network_anew_leaves_what_is_known_as_it_is() -> None:
    network = drawn()
    known = ParsedMembers.of(at_once(network.snapshot()).members, {}, ParsedMembers())
    put(network, city("lyon", version=2, name="Lugdunum"))
    network.forget_member("graz")
    anew = ParsedMembers.of(at_once(network.snapshot()).members, {}, known)
    assert (anew.names, known.names) == (
        {"lyon": "Lugdunum", "halcyon": "Halcyon"},
        {"lyon": "Lyon", "graz": "Graz", "halcyon": "Halcyon"},
    )
    assert anew.programmes[0] is known.programmes[0]


def test_a_request_is_drawn_anew_where_only_its_city_has_changed() -> None:
    network = Network()
    put(network, city("lyon"))
    put(network, city("graz", needs=(need("sdg.13"),)))
    asked = request("rooms", "lyon", subjects=())
    network.put_request("rooms", 1, True, asked.model_dump_json().encode())
    source = MarketSource(network)
    source.market(TODAY)
    put(network, city("lyon", version=2, needs=(need("sdg.13"),)))
    followed, drawn_anew = source.market(TODAY).targets, MarketSource(network).market(TODAY).targets
    assert [target.city for target in followed.targets] == [target.city for target in drawn_anew.targets]
