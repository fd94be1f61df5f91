"""Components that follow the ties are those that networkx finds in the network as it is."""

from itertools import combinations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.domain.connectivity import components_with, separated
from tests.support.examples import examples

MEMBERS = [f"m{number}" for number in range(9)]
NUMBERED = MEMBERS[:6]
"""The others lie on paths, as partners and applicants do, and have no number."""
pairs = st.sampled_from(list(combinations(MEMBERS, 2)))
batches = st.lists(st.lists(st.one_of(pairs, st.sampled_from(MEMBERS[6:])), min_size=1, max_size=6), max_size=8)


def numbers_of(graph: nx.MultiGraph) -> np.ndarray:
    found = {each: number for number, part in enumerate(nx.connected_components(graph)) for each in part}
    return np.array([found[each] for each in NUMBERED], np.int64)


@examples(300)
@given(st.lists(pairs, max_size=12), batches)
def test_numbers_tell_the_same_as_components_found_anew(
    first: list[tuple[str, str]], later: list[list[tuple[str, str] | str]]
) -> None:
    graph, index = nx.MultiGraph(), {each: position for position, each in enumerate(NUMBERED)}
    graph.add_nodes_from(MEMBERS)
    graph.add_edges_from(first)
    component = numbers_of(graph)
    for batch in later:
        touched = set[str]()
        for change in batch:
            if isinstance(change, str):
                touched |= {change, *(graph.adj[change] if change in graph else ())}
                graph.remove_nodes_from([change])
                continue
            touched |= set(change)
            graph.add_nodes_from(change)
            if graph.has_edge(*change):
                graph.remove_edge(*change)
            else:
                graph.add_edge(*change)
        before = component.copy()
        found = components_with(component, index, graph, touched)
        anew = numbers_of(graph)
        assert ((found[:, None] == found[None, :]) == (anew[:, None] == anew[None, :])).all()
        assert (component == before).all()
        component = found


@given(st.lists(pairs, max_size=14), st.sampled_from(MEMBERS), st.sampled_from(MEMBERS))
def test_side_is_told_whole_or_not_at_all(ties: list[tuple[str, str]], one: str, other: str) -> None:
    graph = nx.MultiGraph(ties)
    graph.add_nodes_from(MEMBERS)
    side = separated(one, other, graph)
    if nx.has_path(graph, one, other):
        assert side is None
    else:
        assert side in (nx.node_connected_component(graph, one), nx.node_connected_component(graph, other))
