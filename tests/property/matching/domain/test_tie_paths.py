"""The path between two members: as short as any, the same both ways, whatever order the ties came in."""

from itertools import pairwise

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from isopolity.matching.domain.connectivity import shortest_path

MEMBERS = "abcdefg"
ties_drawn = st.lists(
    st.tuples(st.sampled_from(MEMBERS), st.sampled_from(MEMBERS), st.sampled_from(["twinning", "sponsorship"])).filter(
        lambda tie: tie[0] != tie[1]
    ),
    max_size=14,
)


def graph_of(ties: list[tuple[str, str, str]]) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    for one, other, kind in ties:
        graph.add_edge(one, other, kind=kind)
    return graph


@settings(deadline=None)
@given(ties_drawn, st.integers(1, 3))
def test_it_is_a_walk_over_ties_as_short_as_networkx_finds_one(ties: list[tuple[str, str, str]], longest: int) -> None:
    graph = graph_of(ties)
    known = dict(nx.all_pairs_shortest_path_length(graph, cutoff=longest))
    for one in MEMBERS:
        for other in MEMBERS:
            found = shortest_path(graph, one, other, longest)
            length = known.get(one, {}).get(other, 0)
            assert (found is None) == (length == 0)
            if found is not None:
                assert (found[0], found[-1], len(found) - 1) == (one, other, length)
                assert all(graph.has_edge(start, end) for start, end in pairwise(found))


@settings(deadline=None)
@given(ties_drawn, st.randoms())
def test_it_hangs_on_no_order_and_reads_the_same_both_ways(ties: list[tuple[str, str, str]], chance: object) -> None:
    shuffled = [(other, one, kind) for one, other, kind in ties]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands out a Random
    for other in MEMBERS[1:]:
        found, back = shortest_path(graph_of(ties), "a", other), shortest_path(graph_of(shuffled), other, "a")
        assert (found is None) == (back is None)
        if found is not None and back is not None:
            assert found == back[::-1]


def test_of_two_in_common_the_one_with_fewer_ties_is_named() -> None:
    hub = [("hub", name, "twinning") for name in ("lyon", "graz", "x", "y")]
    few = [("pisa", name, "twinning") for name in ("lyon", "graz")]
    found = shortest_path(graph_of(hub + few), "lyon", "graz")
    assert found == ("lyon", "pisa", "graz")
