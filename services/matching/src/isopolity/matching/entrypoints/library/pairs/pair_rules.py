"""The pairs that must and that must never be chosen, by the caller's ids.

Invariant: rules that cannot all be kept are refused before any solver runs, in a sentence with these ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.domain.rules.pair_rules import Pair, PairRules
from isopolity.matching.entrypoints.library.cells import near
from isopolity.matching.entrypoints.library.pairs.nodes import Nodes
from isopolity.matching.entrypoints.library.tables import read
from isopolity.matching.errors import UnknownMember


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRules:
    """The pairs that must and that must never be chosen, by the labels of their nodes."""

    rules: PairRules
    nodes: Mapping[str, int]
    """The nodes in these rules, by label."""

    @classmethod
    def of(cls, must: object, never: object, nodes: Nodes) -> "NamedRules":
        """Read the rules from two tables of pairs. Raises InvalidInput, UnknownMember, ContradictoryRules."""
        named: dict[str, int] = {}
        pairs = [_labelled(given, what, nodes, named) for given, what in ((must, "must"), (never, "never"))]
        return cls(rules=PairRules.of(*pairs), nodes=named)

    def check(self, capacity: Integers) -> None:
        """Raise ContradictoryRules if a node is in more must pairs than its capacity."""
        self.rules.check({label: int(capacity[node]) for label, node in self.nodes.items()})

    def positions(self, a: Integers, b: Integers, nodes: Nodes) -> tuple[Integers, Integers]:
        """Positions of must and never pairs among the edges. Raises ContradictoryRules if a must pair has no edge."""
        named = np.zeros(len(nodes), bool)
        named[list(self.nodes.values())] = True
        places = np.flatnonzero(named[a] & named[b])
        ends = zip(a[places].tolist(), b[places].tolist(), strict=True)
        must, never = self.rules.positions((nodes.label(one), nodes.label(other)) for one, other in ends)
        return places[must], places[never]


def _labelled(given: object, what: str, nodes: Nodes, named: dict[str, int]) -> list[Pair]:
    table = read(given, f"{what} rules", nodes.names)
    pairs = []
    for row in zip(*(table.ids(name) for name in nodes.names), strict=True):
        found = []
        for side, each in enumerate(row):
            node = nodes.numbers[side].get(each)
            if node is None:
                hint = near(each, nodes.numbers[side])
                raise UnknownMember(f"A {what} rule names {each!r}, which is in no pair{hint}; correct it.")
            named[nodes.label(node)] = node
            found.append(nodes.label(node))
        pairs.append((found[0], found[1]))
    return pairs
