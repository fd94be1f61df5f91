"""A certificate as it is about members: the node of each place, its price, and what a pair beyond the candidates pays.

Invariant: it reads the certificate's numbers and the sealed members, and nothing that an engine keeps.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from isopolity.matching.assignment.certificate import Certificate
from isopolity.matching.assignment.problem import CountRule
from isopolity.matching.audit.rule_meanings import counting_members, counts, lowered_room
from isopolity.matching.audit.sealed_members import SealedMembers

TWINNING, SPONSORSHIP = "twinning", "sponsorship"


class Claims:
    """The certificate's claims by node, in plain whole numbers."""

    def __init__(self, certificate: Certificate, sealed: SealedMembers) -> None:
        problem, dual = certificate.problem, certificate.solution.dual
        self._sealed, self.scale = sealed, int(dual.scale)
        self.capacity: list[int] = problem.capacity.tolist()
        self.room = list(self.capacity)
        edges = list(zip(problem.a.tolist(), problem.b.tolist(), strict=True))
        for edge in problem.must.tolist():
            for node in edges[edge]:
                self.room[node] -= 1
        self.weight_of = dict(zip(edges, problem.weight.tolist(), strict=True))
        self.must = {edges[edge] for edge in problem.must.tolist()}
        self.never = {edges[edge] for edge in problem.never.tolist()}
        self.surplus = dict(certificate.all_pairs.surplus if certificate.all_pairs is not None else ())
        self._price: list[int] = dual.node.tolist()
        self._sets: list[dict[int, int]] = [{} for _ in self._price]
        for number, odd_set in enumerate(dual.odd_sets):
            for node in odd_set.nodes:
                self._sets[node][number] = int(odd_set.value)
        self._gains = list[tuple[int, Mapping[str, Any], str, frozenset[int]]]()
        for rule, value, counted in zip(problem.rules, dual.rules, sealed.counted_by, strict=True):
            if not isinstance(rule, CountRule):
                for node, member in zip(rule.nodes.tolist(), rule.members.tolist(), strict=True):
                    self._price[node] -= int(value.members[member]) if value.members else 0
            elif value.least and counted is not None:
                ends = [set(edges[edge]) for edge in rule.edges.tolist()]
                common = frozenset.intersection(*map(frozenset, ends)) if ends else frozenset[int]()
                self._gains.append((int(value.least), sealed.rules[counted[0]], counted[1], common))

    def excess(self, one: Mapping[str, Any], other: Mapping[str, Any], kind: str, weight: int) -> int:
        """By how much a pair beyond the candidates is worth more than it pays, in the unit of the dual."""
        nodes = [each["node"][kind] for each in (one, other)]
        known = [node for node in nodes if node is not None]
        if any(self.room[node] <= 0 for node in known):
            return 0
        found: int = self.scale * weight - sum(self._price[node] for node in known)
        if len(known) == len(nodes):
            found -= sum(value for number, value in self._sets[nodes[0]].items() if number in self._sets[nodes[1]])
        if found + sum(2 * price for price, *_ in self._gains) > 0:
            found += sum(
                price * self._times(rule, region, common, one, other, kind)
                for price, rule, region, common in self._gains
            )
        return max(found, 0)

    @staticmethod
    def _times(
        rule: Mapping[str, Any],
        region: str,
        common: frozenset[int],
        one: Mapping[str, Any],
        other: Mapping[str, Any],
        kind: str,
    ) -> int:
        """How many times a pair counts for a rule of the certificate; `common` are the ends that all its edges have."""
        if rule["rule"] != "count-per-member":
            return int(counts(rule, kind, one, other, region))
        members = counting_members(rule, kind, one, other)
        return sum(any(node in common for node in each["node"].values()) for each in members)

    def faults_of_places(self) -> Iterator[str]:
        """A sentence for each node that is of no member, or has less room than the rules leave its member."""
        seen = dict[int, None]()
        for member in (*self._sealed.cities, *self._sealed.programmes):
            for kind, node in member["node"].items():
                if node is None:
                    continue
                if node in seen or not 0 <= node < len(self.capacity):
                    yield f"Node {node} is given to two members, or is none of the certificate's."
                    continue
                seen[node] = None
                least = member["room"][kind]
                for rule in self._sealed.rules:
                    lowered = lowered_room(rule, kind, member)
                    least = least if lowered is None else min(least, lowered)
                if self.capacity[node] < least:
                    yield f"Node {node} has {self.capacity[node]} places, and its member has room for {least}."
        if len(seen) < len(self.capacity):
            yield f"{len(self.capacity) - len(seen)} nodes of the certificate are of no member."
