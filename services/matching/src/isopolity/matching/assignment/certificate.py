"""The certificate of a round: the problem, the choice, and numbers that prove how close to the optimum the choice is.

Invariant: only a proved round gets one, and anyone who has it can check it alone, without a solver or a server.

Privacy: a certificate has no id and no name, and its nodes are numbered in an order drawn with a secret of the round,
so that no member can be looked up. But its weights are scores times expected success, and scores can be computed from
the public directory: with patience, a reader can recognise nodes by the pattern of their scores, and divide. So it is
for staff, who see the answers anyway, and for auditors under the same duties, never for the public; its fingerprint may
be published, and commits the network to this document. The certificate alone proves neither that the weights are right
nor what it says of pairs that its problem omits; with the sealed members, `isopolity.matching.audit` checks both.

`Renumbering` gives nodes and edges these numbers. Invariant: edges stay sorted by their ends, so that the renumbered
problem is a problem again, and `inverse` undoes it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b, sha256
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import (
    WEIGHT_UNIT,
    Dual,
    OddSet,
    RoundProblem,
    Rule,
    RuleDual,
    ServedRule,
    Solution,
)
from isopolity.matching.assignment.verdict import Verdict
from isopolity.matching.assignment.verification import verified
from isopolity.matching.errors import InvalidCertificate

FORMAT: Final = "isopolity-certificate/1"
FORMAT_WITH_RULES: Final = "isopolity-certificate/2"
"""The format of the certificate of a problem with rules on groups of pairs."""
FORMAT_OF_ALL: Final = "isopolity-certificate/3"
"""The format of a certificate that also speaks of the pairs that its problem omits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The facts about the computation of a round; hashes leave out `computed_at` and `seconds`."""

    solver: str
    versions: Mapping[str, str]
    """The version of each package by its name."""
    computed_at: datetime
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AllPairs:
    """The claim of a round about all pairs of its market, those of its problem and those that the problem omits."""

    pairs: int
    """The number of pairs of members that have room."""
    surplus: Sequence[tuple[int, int]]
    """Nodes, ascending, with what omitted pairs at them could add to the bound, in the unit of the dual; nodes that are
    not named add nothing."""
    bound: int
    """An upper bound of the value of any choice among all these pairs."""
    sealed: str = ""
    """The SHA-256 of the sealed members, by which the omitted pairs can be checked; empty if there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The claims of a round; `check` verifies them."""

    problem: RoundProblem
    solution: Solution
    value: int
    upper_bound: int
    gap: float
    input_hash: str
    making: Making
    all_pairs: AllPairs | None = None
    """The claim about all pairs of the market; None if it speaks of the problem's pairs only."""


def certify(
    problem: RoundProblem, solution: Solution, making: Making, secret: bytes, all_pairs: AllPairs | None = None
) -> Certificate:
    """The certificate of a solution under numbers drawn with `secret`, 16 to 64 random bytes used for this round only.

    Once the secret is deleted, nodes cannot be traced back to members. The bound of `all_pairs` is computed here.
    Raises InvalidCertificate if the checker finds a fault, so that no round is published that cannot be verified.
    """
    numbers = Renumbering.shuffled(problem, secret)
    solution, problem = numbers.solution(solution, problem.rules), numbers.problem(problem)
    surplus = None if all_pairs is None else sorted((int(numbers.node[node]), by) for node, by in all_pairs.surplus)
    verdict = verified(problem, solution, surplus)
    if not verdict.is_proved:
        raise InvalidCertificate(f"The round fails its check and is not published. {verdict.faults[0]}")
    return Certificate(
        problem=problem,
        solution=solution,
        value=verdict.value,
        upper_bound=verdict.bound,
        gap=_gap(verdict),
        input_hash=input_hash(problem),
        making=making,
        all_pairs=None if all_pairs is None else replace(all_pairs, surplus=surplus or (), bound=verdict.most),
    )


def check(certificate: Certificate) -> Verdict:
    """Verify the solution of a certificate again, and compare every figure that it claims."""
    of_all = certificate.all_pairs
    verdict = verified(certificate.problem, certificate.solution, None if of_all is None else of_all.surplus)
    if not verdict.is_proved:
        return verdict
    found = input_hash(certificate.problem)
    claims = [
        ("value", certificate.value, verdict.value),
        ("upper bound", certificate.upper_bound, verdict.bound),
        ("gap", certificate.gap, _gap(verdict)),
        ("input hash", certificate.input_hash, found),
    ]
    if of_all is not None:
        claims.append(("bound of all pairs", of_all.bound, verdict.most))
    faults = [
        f"The {name} is claimed to be {claim}, but it is {true}." for name, claim, true in claims if claim != true
    ]
    return replace(verdict, faults=faults, omits_pairs=of_all is None)


def _gap(verdict: Verdict) -> float:
    """The gap among the candidates, which a certificate of any format claims."""
    return replace(verdict, bound_of_all=None).gap


def input_hash(problem: RoundProblem) -> str:
    """The SHA-256 of the canonical text of the solver's input."""
    return hashed(input_document(problem))


def input_document(problem: RoundProblem) -> Mapping[str, Any]:
    """The solver's input in JSON's types; a problem without rules on groups has no field for them."""
    document = {
        "weight_unit": WEIGHT_UNIT,
        "capacity": problem.capacity.tolist(),
        "a": problem.a.tolist(),
        "b": problem.b.tolist(),
        "weight": problem.weight.tolist(),
        "must": problem.must.tolist(),
        "never": problem.never.tolist(),
        "seed": problem.seed,
        "mode": problem.mode.value,
    }
    return {**document, "rules": [_rule_document(rule) for rule in problem.rules]} if problem.rules else document


def _rule_document(rule: Rule) -> Mapping[str, Any]:
    if isinstance(rule, ServedRule):
        return {"nodes": rule.nodes.tolist(), "members": rule.members.tolist(), "at_least": rule.at_least}
    amount = None if rule.amount is None else rule.amount.tolist()
    return {"edges": rule.edges.tolist(), "amount": amount, "at_least": rule.at_least, "at_most": rule.at_most}


def hashed(document: Mapping[str, Any]) -> str:
    """`sha256:` and the digest of a document's canonical text."""
    return f"sha256:{sha256(canonical(document).encode('ascii')).hexdigest()}"


def canonical(document: Mapping[str, Any]) -> str:
    """JSON with sorted keys, no spaces, and nothing beyond ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


_SHORTEST_SECRET: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumbering:
    """The new numbers of the nodes and edges of one problem."""

    node: Integers
    """(n,): the new number of each node."""
    edge: Integers
    """(m,): the new number of each edge."""

    @classmethod
    def shuffled(cls, problem: RoundProblem, secret: bytes) -> "Renumbering":
        """An order drawn with `secret` (16 to 64 bytes, new for each round); without the secret it looks random.

        Raises ValueError for a shorter or longer secret.
        """
        if len(secret) < _SHORTEST_SECRET:
            raise ValueError(f"A secret needs at least {_SHORTEST_SECRET} bytes.")

        def lot(node: int) -> bytes:
            return blake2b(node.to_bytes(8, "big"), key=secret).digest()

        order = np.array(sorted(range(len(problem.capacity)), key=lot), np.int64)
        return cls.of(problem, _inverse(order))

    @classmethod
    def of(cls, problem: RoundProblem, node: Integers) -> "Renumbering":
        """The renumbering that gives node i of `problem` the number `node[i]`."""
        one, other = node[problem.a], node[problem.b]
        order = np.lexsort((np.maximum(one, other), np.minimum(one, other)))
        return cls(node=node, edge=_inverse(order))

    @property
    def inverse(self) -> "Renumbering":
        """The renumbering that restores the old number of each node and edge."""
        return Renumbering(node=_inverse(self.node), edge=_inverse(self.edge))

    def problem(self, problem: RoundProblem) -> RoundProblem:
        """The problem under the new numbers."""
        edges, one, other = _inverse(self.edge), self.node[problem.a], self.node[problem.b]
        return replace(
            problem,
            capacity=problem.capacity[_inverse(self.node)],
            a=np.minimum(one, other)[edges],
            b=np.maximum(one, other)[edges],
            weight=problem.weight[edges],
            must=np.sort(self.edge[problem.must]),
            never=np.sort(self.edge[problem.never]),
            rules=[self._rule(rule) for rule in problem.rules],
        )

    def _rule(self, rule: Rule) -> Rule:
        if isinstance(rule, ServedRule):
            nodes, members, _ = self._served(rule)
            return replace(rule, nodes=nodes, members=members)
        edges = self.edge[rule.edges]
        order = np.argsort(edges)
        return replace(rule, edges=edges[order], amount=None if rule.amount is None else rule.amount[order])

    def _served(self, rule: ServedRule) -> tuple[Integers, Integers, Integers]:
        """The nodes and members of a rule under the new numbers; and by new member its old number.

        Members are renumbered by their lowest node.
        """
        nodes = self.node[rule.nodes]
        lowest = np.full(int(rule.members.max(initial=-1)) + 1, len(self.node), np.int64)
        np.minimum.at(lowest, rule.members, nodes)
        old = np.argsort(lowest)
        members = _inverse(old)[rule.members]
        order = np.lexsort((nodes, members))
        return nodes[order], members[order], old

    def solution(self, solution: Solution, rules: Sequence[Rule] = ()) -> Solution:
        """The solution under the new numbers, by which odd sets are sorted; `rules` are the original problem's."""
        dual = solution.dual
        odd_sets = [
            OddSet(nodes=_moved(self.node, each.nodes), edges=_moved(self.edge, each.edges), value=int(each.value))
            for each in dual.odd_sets
        ]
        return Solution(
            chosen=np.sort(self.edge[solution.chosen]),
            dual=Dual(
                scale=int(dual.scale),
                node=dual.node[_inverse(self.node)],
                odd_sets=sorted(odd_sets, key=lambda each: (each.nodes, each.edges, each.value)),
                rules=[self._rule_dual(*both) for both in zip(rules, dual.rules, strict=True)],
            ),
        )

    def _rule_dual(self, rule: Rule, dual: RuleDual) -> RuleDual:
        if not isinstance(rule, ServedRule):
            return dual
        values = np.asarray(dual.members, np.int64)
        return replace(dual, members=values[self._served(rule)[2]].tolist())


def _moved(number: Integers, old: Sequence[int]) -> list[int]:
    return sorted(number[np.asarray(old, np.int64)].tolist())


def _inverse(order: Integers) -> Integers:
    inverse = np.empty(len(order), np.int64)
    inverse[order] = np.arange(len(order))
    return inverse
