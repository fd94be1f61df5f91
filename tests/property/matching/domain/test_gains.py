"""Gains of a round: counted as NetworkX counts them, in any order."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.domain.gains import NewTie, Reach, gains
from isopolity.matching.domain.member import City
from tests.support.examples import examples

CITIES = [
    City(city_id=f"c{i}", version=1, status="endorsed", kind="city", name=f"C{i}", country=country, region=region)
    for i, (country, region) in enumerate(
        [("KE", "africa"), ("KE", "africa"), ("FR", "europe"), ("DE", "europe"), ("JP", "asia"), ("JP", "asia")]
    )
]
ids = st.sampled_from([city.city_id for city in CITIES])
members = st.one_of(ids, st.just("sponsor"))
present = st.lists(st.tuples(members, ids).filter(lambda tie: tie[0] != tie[1]), max_size=6)
chosen = st.lists(
    st.one_of(
        st.tuples(ids, ids, st.none()).filter(lambda tie: tie[0] != tie[1]),
        st.tuples(st.sampled_from(["sponsor", "another"]), ids, st.sampled_from(["p1", "p2"])),
    ),
    max_size=6,
)
Drawn = list[tuple[str, str, str | None]]


def graph_of(edges: list[tuple[str, str]]) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.add_edges_from(edges, kind="twinning")
    return graph


def new_ties(drawn: Drawn) -> list[NewTie]:
    return [NewTie(a=a, b=b, programme=programme) for a, b, programme in drawn]


def reach_by_networkx(edges: list[tuple[str, str]]) -> Reach:
    graph = graph_of(edges)
    groups = [sum(node.startswith("c") for node in group) for group in nx.connected_components(graph)]
    whole = graph_of(edges)
    whole.add_nodes_from(city.city_id for city in CITIES)
    connected = sum(nx.has_path(whole, a.city_id, b.city_id) for a in CITIES for b in CITIES if a is not b)
    return Reach(
        alone=sum(city.city_id not in graph for city in CITIES),
        parts=sum(size > 1 for size in groups),
        largest=max([1, *groups]),
        connected=connected / (len(CITIES) * (len(CITIES) - 1)),
    )


@examples(60)
@given(present, chosen)
def test_reach_is_what_networkx_counts(ties: list[tuple[str, str]], drawn: Drawn) -> None:
    found = gains(CITIES, graph_of(ties), new_ties(drawn))
    assert found.before == reach_by_networkx(ties)
    assert found.after == reach_by_networkx([*ties, *((a, b) for a, b, _ in drawn)])
    assert found.after.connected >= found.before.connected
    assert found.after.alone == found.before.alone - found.first_served


@examples(60)
@given(present, chosen, st.randoms())
def test_order_and_repetition_change_nothing(ties: list[tuple[str, str]], drawn: Drawn, chance: object) -> None:
    again = [(b, a, None) if programme is None else (a, b, programme) for a, b, programme in drawn] + drawn
    chance.shuffle(again)  # type: ignore[attr-defined]  # hypothesis hands out a Random
    expected = gains(CITIES, graph_of(ties), new_ties(drawn))
    assert gains(CITIES[::-1], graph_of(ties[::-1]), new_ties(again)) == expected


def test_links_count_only_where_no_twinning_links_them_yet() -> None:
    found = gains(
        CITIES, graph_of([("c0", "c2")]), new_ties([("c1", "c2", None), ("c1", "c4", None), ("s", "c5", "p")])
    )
    assert found.region_links == [("africa", "asia")]
    assert found.country_links == 1
    assert (found.twinnings, found.sponsorships, found.programmes) == (2, 1, 1)
    assert found.cities_by_region == {"africa": 1, "asia": 2, "europe": 1}
    assert found.first_served == 3
    assert found.after.connected == pytest.approx(6 * 2 / 30)


def test_an_empty_network_gains_nothing() -> None:
    nobody = gains([], nx.MultiGraph(), [NewTie(a="x", b="y")])
    assert (nobody.twinnings, nobody.cities, nobody.after) == (0, 0, Reach(alone=0, parts=0, largest=0, connected=0.0))
