"""The choice that `assign` made: the pairs, their quality, and the certificate that proves it.

Invariant: every figure of a choice comes from the checker, which shares no code with the solver and runs when the first
figure is read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import Any, Generic, NamedTuple, TypeVar

from isopolity.matching.assignment import certificate_document
from isopolity.matching.assignment.certificate import Certificate as EngineCertificate
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.verdict import Verdict
from isopolity.matching.entrypoints.library.pairs.explanations import Explaining, Explanation
from isopolity.matching.entrypoints.library.tables import Id
from isopolity.matching.errors import InvalidCertificate, InvalidInput

Pairs = TypeVar("Pairs")


class Pair(NamedTuple):
    """A chosen pair, if the pairs were given as plain rows."""

    a: Id
    b: Id
    score: float


class Certificate:
    """A choice in whole numbers with dual values that prove its bound: from `assign`, `Members.round`, `from_json`."""

    def __init__(self, certificate: EngineCertificate) -> None:
        self._certificate = certificate

    @classmethod
    def from_json(cls, document: str | bytes) -> "Certificate":
        """Read a certificate, without verifying it. Raises InvalidCertificate if the document is not a certificate."""
        if not isinstance(document, str | bytes):
            raise InvalidCertificate("A certificate is read from text or bytes; give the content of the file.")
        return cls(certificate_document.read(document))

    def to_json(self) -> str:
        """The certificate as a document of one line, which `isopolity round verify` reads too."""
        return certificate_document.written(self._certificate)

    def verify(self) -> Verdict:
        """Recompute all figures of the certificate without a solver; the verdict is in whole weights."""
        return check(self._certificate)

    @property
    def fingerprint(self) -> str:
        """The hash of the document without its time; once it is published, a changed choice is detected."""
        return certificate_document.fingerprint(self._certificate)

    def __repr__(self) -> str:
        return f"<Certificate {self.fingerprint[:15]} of {len(self._certificate.solution.chosen)} pairs>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Least:
    """The least sum of weights that any id of a side gets."""

    column: str
    reached: int
    bound: int
    """An upper bound of `reached` in any choice."""
    left_out: int
    """The number of ids that cannot get a pair in any choice, so that they do not count."""

    def sentence(self, unit: float) -> str:
        """The result in a sentence; `unit` is the weight of a pair of score 1."""
        reached, bound = (round(weight / unit * 100, 6) for weight in (self.reached, self.bound))
        most = f"and no choice gives each more than {ceil(bound) / 100:.2f}"
        if self.reached == self.bound:
            most = "the most that is possible"
        sentence = f"Each of column {self.column} gets {floor(reached) / 100:.2f} or more, {most}"
        return f"{sentence}; {self.left_out} can be given no pair." if self.left_out else f"{sentence}."


class Choice(Generic[Pairs]):
    """The chosen pairs, the quality of the choice, and its explanations."""

    def __init__(
        self,
        *,
        pairs: Pairs,
        short: Any,
        unit: float,
        nothing: str | None,
        besides: Sequence[str],
        certified: Callable[[], EngineCertificate],
        explaining: Explaining,
        least: Least | None,
    ) -> None:
        self.pairs = pairs
        """The chosen rows in their given order: a frame with all its columns if the pairs were one, else `Pair`s."""
        self.short = short
        """The shortages, unless `strict`: `rule`, `column`, `id`, `asked`, `reached`, `missing`; typed as `pairs`."""
        self._unit = unit
        self._nothing = nothing
        self._besides = besides
        self._certified = certified
        self._explaining = explaining
        self._least = least

    @property
    def value(self) -> float:
        """The sum of the chosen scores, to six digits of the highest score."""
        return self._checked.value / self._unit

    @property
    def bound(self) -> float:
        """An upper bound of the sum of any choice that keeps capacities and rules."""
        return self._checked.upper_bound / self._unit

    @property
    def gap(self) -> float:
        """The relative gap between value and bound; 0 means that no choice is better."""
        return self._checked.gap

    @property
    def sentence(self) -> str:
        """A sentence that says what is proved, or why no pair is chosen."""
        if self._nothing is not None:
            return " ".join([f"No pair is chosen: {self._nothing}.", *self._besides])
        checked = self._checked
        pairs = len(checked.solution.chosen)
        sentence = Verdict(faults=(), pairs=pairs, value=checked.value, bound=checked.upper_bound).sentence_in(
            self._unit
        )
        return " ".join([sentence, *self._besides])

    @property
    def least(self) -> float | None:
        """With `even`, the least sum of scores among the ids of that side that can get a pair; else None."""
        return None if self._least is None else self._least.reached / self._unit

    @property
    def least_bound(self) -> float | None:
        """With `even`, an upper bound of `least` in any choice; else None."""
        return None if self._least is None else self._least.bound / self._unit

    def why(self, a: Id | None = None, b: Id | None = None) -> Explanation[Pairs]:
        """Explain why `a` and `b` are paired or not, or, given one id, the result for that id.

        A pair that is not chosen gets the pairs in its place, the rule that forbids it, and the least rise of its score
        that would change this, proved by dual values and, up to 5,000 ids, by solving again. With two sides, `why(x)`
        is about the first column and `why(b=x)` about the second. Raises UnknownMember, InvalidInput.
        """
        if a is not None and b is not None:
            return self._explaining.pair(a, b)
        if a is None and b is None:
            raise InvalidInput("why needs one id or two; give them.")
        return self._explaining.member(b if a is None else a, int(a is None))

    @cached_property
    def certificate(self) -> Certificate:
        """The proof, which can be stored and verified. Raises InvalidCertificate if the checker finds a fault."""
        return Certificate(self._checked)

    @cached_property
    def _checked(self) -> EngineCertificate:
        return self._certified()

    def __repr__(self) -> str:
        return f"<Choice: {self.sentence}>"
