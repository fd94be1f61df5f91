"""The result of an audit, in a sentence.

Invariant: it says of how many rows it speaks.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The result of the check."""

    faults: Sequence[str]
    """One sentence for each of the first twenty faults."""
    rows: int = 0
    """The number of rows that were checked."""
    of_rows: int = 0
    pairs: int = 0
    """The number of pairs in these rows; a pair of two rows counts twice."""

    @property
    def sentence(self) -> str:
        """The result in a sentence."""
        if self.faults:
            return f"What is said of all pairs is not proved. {self.faults[0]}"
        which = "all" if self.rows == self.of_rows else f"{self.rows:,} of"
        return (
            f"In {which} {self.of_rows:,} rows of pairs, {self.pairs:,} pairs, no pair beyond the candidates could add "
            "more than the certificate says."
        )
