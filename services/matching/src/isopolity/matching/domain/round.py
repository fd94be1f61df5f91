"""A round as a state machine: waiting, running, then done, failed or cancelled.

Invariant: only a running round can become done. So a round that was cancelled, or whose process died, never issues
any proposal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np

from isopolity.identity.folded_text import fold
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.domain.gains import Gains
from isopolity.matching.domain.member import KINDS
from isopolity.matching.domain.proposal import Order
from isopolity.matching.domain.rules.changes import Remedy
from isopolity.matching.domain.rules.floors import FloorsResult
from isopolity.matching.domain.rules.rule_book import PLAIN, RuleBook, RulesResult
from isopolity.matching.errors import RoundOver

INTERRUPTED: Final = (
    "The process that computed this round ended, or lost the database to another, before the round was done; "
    "nothing went out, run it again."
)


MOST_TEMPLATES: Final = 100
"""The number of templates that are kept."""
LONGEST_NAME: Final = 80
"""Characters of a template's name."""


class RoundStatus(StrEnum):
    """The status of a round."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN: Final = frozenset({RoundStatus.WAITING, RoundStatus.RUNNING})
"""The statuses of a round that is not over and can still be cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """The parameters of a round; equal plans on equal members give equal rounds."""

    seed: int = 0
    mode: Mode = Mode.QUICK
    kinds: tuple[str, ...] = KINDS
    must: tuple[tuple[str, str], ...] = ()
    """Pairs of owners of capacity, cities or programmes, that the round must choose."""
    never: tuple[tuple[str, str], ...] = ()
    """Pairs of owners of capacity that the round must not choose."""
    book: RuleBook = PLAIN
    """All other rules of the round, and its objective."""
    as_draft: bool = False
    """Whether it ends in a draft whatever the sending policy; under the policy `hold` it always does."""
    keep_drafts: bool = False
    """For a round that ends in a draft: whether other open drafts stay open beside the new one."""

    def after(self, remedy: Remedy) -> "RoundPlan":
        """The plan with the changes of a remedy."""
        book, must, never = remedy.applied(self.book, self.must, self.never)
        return replace(self, book=book, must=must, never=never)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTemplate:
    """The plan of a round under a name, which staff takes for the next one; members are named in it as in an order.

    It holds nothing of a person: who saved it stands in the audit.
    """

    template_id: str
    name: str
    plan: RoundPlan
    changed_at: datetime

    @property
    def name_key(self) -> str:
        """The name however its accents and case are written; no two templates have the same."""
        return fold(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """The result of a round; `value` and `bound` are exact, in units of WEIGHT_UNIT."""

    members: int
    """The number of cities and programmes with free capacity for twinnings or sponsorships."""
    candidates: int
    proposed: int
    issued: int
    skipped: int
    """The number of chosen pairs that could not be proposed, because their capacity or money was taken meanwhile."""
    value: int = 0
    """The worth of the pairs that were chosen."""
    bound: int = 0
    """An upper bound of the worth of any choice, among all pairs or the candidates; never below `value`."""
    all_pairs: int | None = None
    """The number of pairs of members with room that `bound` is about; None if it is about the candidates only."""
    gap: float = 0.0
    """The relative gap between value and bound, as a share of the bound."""
    proved: str = ""
    """The sentence that says what the certificate proves."""
    gains: Gains | None = None
    """The gains of the network if all proposals are agreed; None for rounds from before this was kept."""
    weights_version: str = ""
    """The version of the network's weights in this round."""
    answers: int | None = None
    """The number of answers that its weights were learned from; an unanswered proposal counts as one. With 0, the
    weight of a pair is its score. None for rounds from before this was kept.
    """
    rules: RulesResult | None = None
    """The outcome of the rules and the objective; None if the round had no rules and the plain objective."""
    floors: FloorsResult | None = None
    """What became of the floors; None if the round had none."""
    influence: float | None = None
    """The part of what was learned about pairs that counts in the weights, from 0 to 1: all of it unless groups of
    cities would lose by it. None where nothing was learned about pairs."""
    fingerprint: str = ""
    """The fingerprint of the certificate: once published, it commits the network to what the certificate proves."""
    blocked: tuple[str, ...] = ()
    """Sentences that explain why no pair was chosen; empty if some were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One global assignment: its plan, its progress and its result."""

    round_id: str
    plan: RoundPlan
    status: RoundStatus
    ordered_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    step: str = ""
    """The current step, in words for people."""
    done: float = 0.0
    """The share of the current step that is done, in [0, 1]."""
    failure: str | None = None
    """The sentence that says why it failed; None if it did not fail."""
    remedies: tuple[Remedy, ...] = ()
    """The smallest changes of its order that were found to let it be run, if it failed because of its rules."""
    result: RoundResult | None = None
    ordered_by: Order | None = None
    """The HTTP request that ordered it; None for rounds from before this was kept."""

    @property
    def is_over(self) -> bool:
        """Whether the round is done, failed or cancelled, so that it never changes again."""
        return self.status not in OPEN

    def start(self, now: datetime) -> "Round":
        """Start a waiting round. Raises RoundOver if it was cancelled."""
        if self.is_over:
            raise RoundOver(f"Round {self.round_id} is {self.status}; it is not begun any more.")
        return replace(self, status=RoundStatus.RUNNING, started_at=now)

    def at(self, step: str, done: float) -> "Round":
        """The running round with this progress. Raises RoundOver if it is no longer running."""
        self._require_running()
        return replace(self, step=step, done=done)

    def wait_again(self) -> "Round":
        """Put the round back to waiting, as its process could not go on. Raises RoundOver if it no longer runs."""
        self._require_running()
        return replace(self, status=RoundStatus.WAITING, started_at=None, step="", done=0.0)

    def finish(self, result: RoundResult, now: datetime) -> "Round":
        """Finish the round: all proposals are out or held. Raises RoundOver if it is no longer running."""
        self._require_running()
        return replace(self, status=RoundStatus.DONE, finished_at=now, step="", done=1.0, result=result)

    def fail(self, sentence: str, now: datetime, remedies: Sequence[Remedy] = ()) -> "Round":
        """End the round as failed, for the reason in `sentence`; a round that is over stays unchanged."""
        if self.is_over:
            return self
        return replace(self, status=RoundStatus.FAILED, finished_at=now, failure=sentence, remedies=tuple(remedies))

    def cancel(self, now: datetime) -> "Round":
        """Cancel the round. Raises RoundOver if it is done or has failed."""
        if self.status is RoundStatus.CANCELLED:
            return self
        if self.is_over:
            raise RoundOver(f"Round {self.round_id} is {self.status} already; there is nothing to cancel.")
        return replace(self, status=RoundStatus.CANCELLED, finished_at=now)

    def _require_running(self) -> None:
        if self.status is not RoundStatus.RUNNING:
            raise RoundOver(f"Round {self.round_id} is {self.status}; nothing of it goes out.")


def alternates(problem: RoundProblem, chosen: Integers, each: int) -> Integers:
    """Positions, ascending, of the `each` best unchosen edges of every paired node; `problem.never` is left out.

    Of edges with equal weights, the one that comes first in the problem is taken.
    """
    spare = np.ones(len(problem.a), bool)
    spare[chosen] = False
    spare[problem.never] = False
    paired = np.zeros(len(problem.capacity), bool)
    paired[problem.a[chosen]] = True
    paired[problem.b[chosen]] = True
    edge = np.tile(np.flatnonzero(spare), 2)
    node = np.concatenate([problem.a[spare], problem.b[spare]])
    order = np.lexsort((edge, -problem.weight[edge], node))
    ordered = node[order]
    place = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    return np.unique(edge[order[(place < each) & paired[ordered]]])
