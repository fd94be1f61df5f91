"""The choice that `assign` made: the pairs, how good they are, and the certificate that proves it.

Invariant: every figure of a choice comes from the checker, which shares no code with the solver; it runs when the first
figure is asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import Any, Generic, NamedTuple, TypeVar

from isopolity.matching.assignment import certificate_document
from isopolity.matching.assignment.certificate import Certificate as EngineCertificate
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.verification import Verdict
from isopolity.matching.entrypoints.library.cells import Id
from isopolity.matching.entrypoints.library.pairs.explanations import Explaining, Explanation
from isopolity.matching.errors import InvalidCertificate, InvalidInput

Pairs = TypeVar("Pairs")


class Pair(NamedTuple):
    """A chosen pair, where the pairs came as plain rows."""

    a: Id
    b: Id
    score: float


class Certificate:
    """A choice in whole numbers with dual values that prove its bound: from `assign`, `Members.round`, `from_json`."""

    def __init__(self, certificate: EngineCertificate) -> None:
        self._certificate = certificate

    @classmethod
    def from_json(cls, document: str | bytes) -> "Certificate":
        """The certificate in a document, not verified yet. Raises InvalidCertificate if the document is none."""
        if not isinstance(document, str | bytes):
            raise InvalidCertificate("A certificate is read from text or bytes; give the content of the file.")
        return cls(certificate_document.read(document))

    def to_json(self) -> str:
        """The certificate as a document of one line, which `isopolity round verify` reads too."""
        return certificate_document.written(self._certificate)

    def verify(self) -> Verdict:
        """Add up again, without a solver, all that the certificate states; the verdict counts in whole weights."""
        return check(self._certificate)

    @property
    def fingerprint(self) -> str:
        """The hash of the document without its time. Once it is published, a changed choice shows."""
        return certificate_document.fingerprint(self._certificate)

    def __repr__(self) -> str:
        return f"<Certificate {self.fingerprint[:15]} of {len(self._certificate.solution.chosen)} pairs>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Least:
    """How much each of a side gets at least, in weights."""

    column: str
    reached: int
    bound: int
    """No choice gives each of them more."""
    left_out: int
    """The number of those that no choice can give a pair; they do not count."""

    def told(self, unit: float) -> str:
        """The sentence where `unit` is the weight of a pair of score 1."""
        reached, bound = (round(weight / unit * 100, 6) for weight in (self.reached, self.bound))
        most = f"and no choice gives each more than {ceil(bound) / 100:.2f}"
        if self.reached == self.bound:
            most = "the most that is possible"
        told = f"Each of column {self.column} gets {floor(reached) / 100:.2f} or more, {most}"
        return f"{told}; {self.left_out} can be given no pair." if self.left_out else f"{told}."


class Choice(Generic[Pairs]):
    """The chosen pairs, and how good the choice is."""

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
        """The chosen rows, in the order in which they came: of a frame with all its columns, else `Pair`s."""
        self.short = short
        """What falls short, unless `strict`: `rule`, `column`, `id`, `asked`, `reached`, `missing`; as `pairs`."""
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
        """No choice that keeps capacities and rules has a greater sum."""
        return self._checked.upper_bound / self._unit

    @property
    def gap(self) -> float:
        """The share of the bound that may be missing; 0 means that no choice is better."""
        return self._checked.gap

    @property
    def sentence(self) -> str:
        """A sentence on what is proved, or on why no pair is chosen."""
        if self._nothing is not None:
            return " ".join([f"No pair is chosen: {self._nothing}.", *self._besides])
        checked = self._checked
        pairs = len(checked.solution.chosen)
        told = Verdict(faults=(), pairs=pairs, value=checked.value, bound=checked.upper_bound).told(self._unit)
        return " ".join([told, *self._besides])

    @property
    def least(self) -> float | None:
        """With `even`, the sum of scores that each of that side gets at least, of those that can be given a pair."""
        return None if self._least is None else self._least.reached / self._unit

    @property
    def least_bound(self) -> float | None:
        """With `even`, the bound of `least`: no choice gives each of them more."""
        return None if self._least is None else self._least.bound / self._unit

    def why(self, a: Id | None = None, b: Id | None = None) -> Explanation[Pairs]:
        """Why `a` and `b` are paired or not, or what became of the one of them that is given.

        Where they are not: who took their places, which rule forbids it, and by how much the score would have to rise
        at least, proved by dual values and, up to 5,000 ids, by solving again. With two sides `why(x)` is about the
        first column, `why(b=x)` about the second. Raises UnknownMember, InvalidInput.
        """
        if a is not None and b is not None:
            return self._explaining.pair(a, b)
        if a is None and b is None:
            raise InvalidInput("why needs one id or two; give them.")
        return self._explaining.member(b if a is None else a, int(a is None))

    @cached_property
    def certificate(self) -> Certificate:
        """The proof, to keep and to verify. Raises InvalidCertificate if the checker finds a fault."""
        return Certificate(self._checked)

    @cached_property
    def _checked(self) -> EngineCertificate:
        return self._certified()

    def __repr__(self) -> str:
        return f"<Choice: {self.sentence}>"
