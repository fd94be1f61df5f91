"""What rounds have learned about pairs, for staff: of each kind and role, how many answers there are, and the effects.

Invariant: it is made of counts over all members, names none, and no member can read it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import SPONSORSHIP, TWINNING
from isopolity.matching.domain.pair_model.characteristics import CITY, PARTNER
from isopolity.matching.domain.pair_model.pair_model import DEFAULT_PAIR_LEARNING, CellCounts, Coefficient, PairModel

_KNOWN: Final = ((TWINNING, CITY), (SPONSORSHIP, CITY), (SPONSORSHIP, PARTNER))
"""The kinds of matches with the roles in which members answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedPairs:
    """The model of one kind of match, learned from the answers of one role."""

    kind: str
    role: str
    answers: int
    """How many answers there are, silence counted as one."""
    least: int
    """From how many answers on they count in rounds."""
    coefficients: Sequence[Coefficient]
    """Effects by level; empty while there are fewer answers than `least`."""


async def learned_pairs(reading: UnitOfWorkFactory, surroundings: Surroundings) -> Sequence[LearnedPairs]:
    """The pair models that a round would learn now, by kind and role. Raises AnswersNotCounted."""
    async with reading() as uow:
        counts = await uow.answers.counts(surroundings.clock(), ())
    return [await asyncio.to_thread(_learned, kind, role, counts.cells.get((kind, role), {})) for kind, role in _KNOWN]


def _learned(kind: str, role: str, counts: CellCounts) -> LearnedPairs:
    model = PairModel.of(kind, counts)
    return LearnedPairs(
        kind=kind,
        role=role,
        answers=sum(each.number for each in counts.values()) if model is None else model.answers,
        least=DEFAULT_PAIR_LEARNING.least,
        coefficients=() if model is None else model.coefficients(),
    )
