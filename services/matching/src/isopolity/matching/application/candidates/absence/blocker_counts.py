"""How many of all possible partners each blocker rules out.

Invariant: each partner is counted once: as fitting, as scoring too low, or at the first blocker in the order in which
blockers are told; so the counts add up to the number of partners.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.absence.all_partners import AllPartners
from isopolity.matching.domain.scores.blockers import Blocker

TOO_WEAK: Final = "score"
"""The code of partners that nothing rules out and that score too low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerCounts:
    """The possible partners of one holder of capacity, counted."""

    kind: str
    are_programmes: bool
    """Whether the partners are programmes; else they are cities."""
    partners: int
    fitting: int
    ruled_out: Sequence[tuple[str, int]]
    """How many partners each code rules out, the most frequent first."""


def counted(partners: AllPartners, minimum: float) -> BlockerCounts:
    """The counts, where `minimum` is the score that proposals need."""
    bits = partners.blockers.astype(np.int64)
    first = bits & -bits
    found = {blocker.value: int((first == int(blocker.bit)).sum()) for blocker in Blocker}
    fitting = int((partners.allowed & (partners.score >= minimum)).sum())
    found[TOO_WEAK] = int(partners.allowed.sum()) - fitting
    told = sorted(((code, count) for code, count in found.items() if count), key=lambda each: -each[1])
    return BlockerCounts(
        kind=partners.kind,
        are_programmes=partners.are_programmes,
        partners=len(partners.partner),
        fitting=fitting,
        ruled_out=told,
    )
