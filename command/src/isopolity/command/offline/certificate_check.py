"""The check of a round's certificate in a file.

Invariant: it imports no solver and calls no server; for any content of the file, the answer is a verdict.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from isopolity.matching.assignment.certificate import Certificate, check
from isopolity.matching.assignment.certificate_document import fingerprint, read
from isopolity.matching.assignment.verification import Verdict
from isopolity.matching.errors import InvalidCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The verdict of a check, and the certificate; None if the file holds none."""

    verdict: Verdict
    certificate: Certificate | None = None

    def lines(self) -> Sequence[str]:
        """Lines for people: the verdict, then facts about the certificate."""
        if self.certificate is None:
            return [self.verdict.sentence]
        problem, making = self.certificate.problem, self.certificate.making
        moment = making.computed_at.isoformat(" ", "seconds")
        return [
            self.verdict.sentence,
            *self.verdict.faults[1:],
            f"The input: {len(problem.capacity)} nodes, {len(problem.a)} edges, {self.certificate.input_hash}.",
            f"Computed by {making.solver} in {problem.mode} mode, seed {problem.seed}, on {moment}.",
            f"Fingerprint {fingerprint(self.certificate)}.",
        ]

    def document(self) -> Mapping[str, object]:
        """A JSON object for programs."""
        verdict = self.verdict
        found: dict[str, object] = {"proved": verdict.is_proved, "sentence": verdict.sentence}
        found["faults"] = list(verdict.faults)
        if self.certificate is not None:
            problem, making = self.certificate.problem, self.certificate.making
            found |= {
                "pairs": verdict.pairs,
                "value": verdict.value,
                "upper_bound": verdict.bound,
                "gap": verdict.gap,
                "input_hash": self.certificate.input_hash,
                "fingerprint": fingerprint(self.certificate),
                "seed": problem.seed,
                "mode": problem.mode.value,
                "solver": making.solver,
                "versions": dict(making.versions),
                "computed_at": making.computed_at.isoformat(),
            }
        return found


def verify_file(name: str) -> Verification:
    """Check the certificate in the file called `name`, or on stdin if that is `-`. Raises OSError."""
    return verified(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())


def verified(content: bytes | str) -> Verification:
    """Check the certificate in the content of a file."""
    try:
        certificate = read(content)
    except InvalidCertificate as error:
        return Verification(verdict=Verdict(faults=[str(error)]))
    return Verification(verdict=check(certificate), certificate=certificate)
