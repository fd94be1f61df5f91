"""The certificate of a round: the problem, the choice, and numbers that prove how close to the optimum the choice is.

Invariant: only a proved round gets one, and anyone who has it can check it alone, without a solver or a server.

Privacy: a certificate has no id and no name, and its nodes are numbered in an order drawn with a secret of the round,
so that no member can be looked up. But its weights are scores times expected success, and scores can be computed from
the public directory: with patience, a reader can recognise nodes by the pattern of their scores, and divide. So it is
for staff, who see the answers anyway, and for auditors under the same duties, never for the public; its fingerprint may
be published, and commits the network to this document. The certificate proves neither that the weights are right nor
that no pair was left out before.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from isopolity.matching.assignment.problem import WEIGHT_UNIT, RoundProblem, Rule, ServedRule, Solution
from isopolity.matching.assignment.renumbering import Renumbering
from isopolity.matching.assignment.verification import Verdict, verified
from isopolity.matching.errors import InvalidCertificate

FORMAT: Final = "isopolity-certificate/1"
FORMAT_WITH_RULES: Final = "isopolity-certificate/2"
"""The format of the certificate of a problem with rules on groups of pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The facts about the computation of a round; hashes leave out `computed_at` and `seconds`."""

    solver: str
    versions: Mapping[str, str]
    """The version of each package by its name."""
    computed_at: datetime
    seconds: float


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


def certify(problem: RoundProblem, solution: Solution, making: Making, secret: bytes) -> Certificate:
    """The certificate of a solution under numbers drawn with `secret`, 16 to 64 random bytes used for this round only.

    Once the secret is deleted, nodes cannot be traced back to members. Raises InvalidCertificate if the checker finds a
    fault, so that no round is published that cannot be verified.
    """
    numbers = Renumbering.shuffled(problem, secret)
    solution, problem = numbers.solution(solution, problem.rules), numbers.problem(problem)
    verdict = verified(problem, solution)
    if not verdict.is_proved:
        raise InvalidCertificate(f"The round fails its check and is not published. {verdict.faults[0]}")
    return Certificate(
        problem=problem,
        solution=solution,
        value=verdict.value,
        upper_bound=verdict.bound,
        gap=verdict.gap,
        input_hash=input_hash(problem),
        making=making,
    )


def check(certificate: Certificate) -> Verdict:
    """Verify the solution of a certificate again, and compare every figure that it claims."""
    verdict = verified(certificate.problem, certificate.solution)
    if not verdict.is_proved:
        return verdict
    found = input_hash(certificate.problem)
    claims = (
        ("value", certificate.value, verdict.value),
        ("upper bound", certificate.upper_bound, verdict.bound),
        ("gap", certificate.gap, verdict.gap),
        ("input hash", certificate.input_hash, found),
    )
    faults = [
        f"The {name} is claimed to be {claim}, but it is {true}." for name, claim, true in claims if claim != true
    ]
    return replace(verdict, faults=faults)


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
