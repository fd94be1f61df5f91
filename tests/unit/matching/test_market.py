"""What a market draws from the network."""

import asyncio
from datetime import date

from isopolity.matching.application.market_maker import MarketMaker
from isopolity.matching.domain.network import Network, Tie
from tests.support.matching import city, partner, programme

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


def test_its_ties_join_endorsed_members_only() -> None:
    market = MarketMaker(drawn()).market(TODAY)
    assert [{a, b} for a, b in market.ties.edges()] == [{"halcyon", "lyon"}]
    assert market.names == {"lyon": "Lyon", "graz": "Graz", "halcyon": "Halcyon"}


def test_later_events_do_not_change_it() -> None:
    network = drawn()
    market = MarketMaker(network).market(TODAY)
    network.put_tie(Tie("4", 1, True, "lyon", "graz", "twinning"))
    assert not market.ties.has_edge("lyon", "graz")


async def test_what_changes_while_it_is_drawn_is_in_it_too() -> None:
    network = drawn()
    drawing = asyncio.create_task(MarketMaker(network).current(TODAY))
    await asyncio.sleep(0)  # it has looked at the network, and draws in a thread
    late = city("pisa")
    network.put_member("city", late.city_id, 1, late.status, late.model_dump_json().encode())
    assert "pisa" in (await drawing).profiles.index
