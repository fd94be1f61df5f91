"""The check of a round's certificate in a file.

Invariant: it imports no solver and calls no server; for any content of the file, the answer is a verdict.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from isopolity.matching.assignment.certificate import Certificate, check
from isopolity.matching.assignment.certificate_document import fingerprint, read
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.assignment.verdict import Verdict
from isopolity.matching.audit.result import Audit
from isopolity.matching.errors import InvalidCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The verdict of a check, and the certificate; None if the file holds none."""

    verdict: Verdict
    certificate: Certificate | None = None
    audit: Audit | None = None
    """The result of the check with sealed members; None if there were none."""

    @property
    def is_proved(self) -> bool:
        """Whether all that was checked holds."""
        return self.verdict.is_proved and (self.audit is None or not self.audit.faults)

    def lines(self) -> Sequence[str]:
        """Lines for people: the verdict, then facts about the certificate."""
        if self.certificate is None:
            return [self.verdict.sentence]
        problem, making = self.certificate.problem, self.certificate.making
        moment = making.computed_at.isoformat(" ", "seconds")
        return [
            self.verdict.sentence,
            *self.verdict.faults[1:],
            *self._of_all(),
            f"The input: {len(problem.capacity)} nodes, {len(problem.a)} edges, {self.certificate.input_hash}.",
            f"Computed by {making.solver} in {problem.mode} mode, seed {problem.seed}, on {moment}.",
            f"Fingerprint {fingerprint(self.certificate)}.",
        ]

    def _of_all(self) -> Iterator[str]:
        """What is said of all pairs, and what was found of it."""
        of_all = None if self.certificate is None else self.certificate.all_pairs
        if of_all is None:
            yield "It speaks of its candidates only."
        elif self.audit is None:
            yield (
                f"It says that no choice over all {of_all.pairs:,} pairs of members with room is worth more than "
                f"{of_all.bound / WEIGHT_UNIT:.2f}; --all checks that with the sealed members."
            )
        if self.audit is not None:
            yield self.audit.sentence
            yield from self.audit.faults[1:]

    def document(self) -> Mapping[str, object]:
        """A JSON object for programs."""
        verdict = self.verdict
        found: dict[str, object] = {"proved": verdict.is_proved, "sentence": verdict.sentence}
        found["faults"] = list(verdict.faults)
        if self.audit is not None:
            audit = self.audit
            found["all_pairs_proved"], found["all_pairs_faults"] = not audit.faults, list(audit.faults)
            found |= {"rows": audit.rows, "of_rows": audit.of_rows, "pairs_in_rows": audit.pairs}
        if self.certificate is not None:
            problem, making = self.certificate.problem, self.certificate.making
            found |= {
                "pairs": verdict.pairs,
                "value": verdict.value,
                "upper_bound": verdict.bound,
                "gap": verdict.gap,
                "bound_of_all_pairs": verdict.bound_of_all,
                "input_hash": self.certificate.input_hash,
                "fingerprint": fingerprint(self.certificate),
                "seed": problem.seed,
                "mode": problem.mode.value,
                "solver": making.solver,
                "versions": dict(making.versions),
                "computed_at": making.computed_at.isoformat(),
            }
        return found


def verify_file(name: str, sealed: Path | None = None, rows: int | None = None) -> Verification:
    """Check the certificate in the file called `name`, or on stdin if that is `-`. Raises OSError.

    With a file of `sealed` members, also what it says of all pairs; `rows` of them are drawn, by default all or 500.
    """
    content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    return verified(content, None if sealed is None else sealed.read_bytes(), rows)


def verified(content: bytes | str, sealed: bytes | str | None = None, rows: int | None = None) -> Verification:
    """Check the certificate in the content of a file, and the content of one with sealed members."""
    try:
        certificate = read(content)
    except InvalidCertificate as error:
        return Verification(verdict=Verdict(faults=[str(error)]))
    verdict = check(certificate)
    if sealed is None or verdict.faults:
        return Verification(verdict=verdict, certificate=certificate)
    return Verification(verdict=verdict, certificate=certificate, audit=_audit(certificate, sealed, rows))


def _audit(certificate: Certificate, sealed: bytes | str, rows: int | None) -> Audit:
    from isopolity.matching.audit.all_pairs import audited  # it loads the thesaurus

    try:
        return audited(certificate, sealed, rows)
    except InvalidCertificate as error:
        return Audit(faults=[str(error)])
