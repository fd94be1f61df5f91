"""The graph is a function of the newest states, however its events came."""

from collections import defaultdict
from dataclasses import dataclass

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.domain.network import Network, Tie
from tests.support.examples import examples

MEMBERS = ("a", "b", "c", "d")


@dataclass(frozen=True)
class Change:
    """One event: the topic and key that it is ordered by, a version, and what it says; version 0 is a tombstone."""

    topic: str
    key: str
    version: int
    active: bool


def apply(network: Network, change: Change) -> None:
    if change.topic == "member":
        if change.version == 0:
            network.forget_member(change.key)
        else:
            status = "endorsed" if change.active else "withdrawn"
            network.put_member("city", change.key, change.version, status, f"{change.key} v{change.version}".encode())
    elif change.topic == "request":
        if change.version == 0:
            network.forget_request(change.key)
        else:
            network.put_request(change.key, change.version, change.active, f"v{change.version}".encode())
    elif change.version == 0:
        network.forget_tie(change.key)
    else:
        a, b = change.key.split(":")
        is_public = change.version % 2 == 0
        network.put_tie(Tie(change.key, change.version, change.active, a, b, "twinning", is_public))


def built(changes: list[Change]) -> Network:
    network = Network()
    for change in changes:
        apply(network, change)
    return network


def content(network: Network) -> tuple[object, ...]:
    edges = [
        sorted((min(a, b), max(a, b), key, kind) for a, b, key, kind in ties.edges(keys=True, data="kind"))
        for ties in (network.graph, network.apart)
    ]
    nodes = sorted((node, sorted(data.items())) for node, data in network.graph.nodes(data=True))
    return nodes, edges, sorted(network.requests.items())


ties = st.tuples(st.sampled_from(MEMBERS), st.sampled_from(MEMBERS)).filter(lambda pair: pair[0] < pair[1])
aggregates = st.one_of(
    st.sampled_from(MEMBERS).map(lambda key: ("member", key)),
    st.sampled_from(["r1", "r2"]).map(lambda key: ("request", key)),
    ties.map(lambda pair: ("tie", ":".join(pair))),
)


@st.composite
def logs(draw: st.DrawFn, *, tombstones: bool) -> list[list[Change]]:
    """The log of each aggregate, in its order; versions rise."""
    steps = draw(st.lists(st.tuples(aggregates, st.booleans(), st.integers(0, 4)), max_size=25))
    found: defaultdict[tuple[str, str], list[Change]] = defaultdict(list)
    for (topic, key), active, kind in steps:
        log = found[topic, key]
        is_tombstone = tombstones and kind == 0
        log.append(Change(topic, key, 0 if is_tombstone else len(log) + 1, active))
    return list(found.values())


@st.composite
def readings(draw: st.DrawFn, log: list[list[Change]], *, duplicates: bool) -> list[Change]:
    """One order in which a reader may see the logs: each in its own order, topics mixed, some of it twice."""
    left = [list(changes) for changes in log if changes]
    seen: list[Change] = []
    while left:
        position = draw(st.integers(0, len(left) - 1))
        seen.append(left[position].pop(0))
        if not left[position]:
            left.pop(position)
        if duplicates and draw(st.booleans()):
            seen.append(draw(st.sampled_from(seen)))
    return seen


@examples(200)
@given(st.data())
def test_the_graph_equals_a_rebuild_from_the_newest_states_whatever_the_order_and_the_duplicates(
    data: st.DataObject,
) -> None:
    log = data.draw(logs(tombstones=False))
    reading = data.draw(readings(log, duplicates=True))
    newest = [changes[-1] for changes in log]
    assert content(built(reading)) == content(built(newest))


@examples(200)
@given(st.data())
def test_a_tombstone_forgets_whatever_topics_come_first(data: st.DataObject) -> None:
    log = data.draw(logs(tombstones=True))
    reading = data.draw(readings(log, duplicates=False))
    # what compaction leaves: of each key all after its last tombstone
    compacted = []
    for changes in log:
        last = max((i for i, change in enumerate(changes) if change.version == 0), default=-1)
        compacted += changes[last + 1 :][-1:]
    assert content(built(reading)) == content(built(compacted))


@examples(100)
@given(st.data())
def test_every_edge_joins_two_members_that_are_there(data: st.DataObject) -> None:
    network = built(data.draw(readings(data.draw(logs(tombstones=True)), duplicates=True)))
    assert all("state" in attributes for _, attributes in network.graph.nodes(data=True))
    assert isinstance(network.graph, nx.MultiGraph)
    assert network.tie_count == network.graph.number_of_edges() + network.apart.number_of_edges()
