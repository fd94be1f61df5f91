"""A proposal as notify needs it: two sides, what each is told, and whether answers still count.

Invariant: nothing here says to one side what the other answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

SIDES: Final = frozenset({"a", "b"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One sentence that speaks for the proposal; code and parameters let a template say it in another language."""

    code: str
    text: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a proposal."""

    side: str
    member_kind: str
    member_id: str
    name: str
    country: str
    population: int | None
    programme_name: str | None
    request_title: str | None
    illustrative: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A twinning of two cities, or a sponsorship of city `b` by a programme of partner `a`.

    `settled` tells whether matching has closed it, one way or another.
    """

    proposal_id: str
    version: int
    kind: str
    stage: str
    settled: bool
    sides: tuple[Side, Side]
    issued_at: datetime
    answer_by: datetime

    def side(self, name: str) -> Side:
        """The side called `name`, `a` or `b`."""
        return next(side for side in self.sides if side.side == name)

    def other_side(self, name: str) -> Side:
        """The side that `name` is not."""
        return next(side for side in self.sides if side.side != name)

    @property
    def agreed(self) -> bool:
        """Whether both sides said yes."""
        return self.stage == "agreed"

    def takes_answers(self, now: datetime) -> bool:
        """Whether an answer given now counts."""
        return not self.settled and now < self.answer_by
