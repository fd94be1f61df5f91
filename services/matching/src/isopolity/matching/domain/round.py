"""A round as a state machine: waiting, running, then done, failed or cancelled.

Invariant: only a running round can be done. So a round that was cancelled, or whose process was found dead, never puts
anything out.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from isopolity.matching.assignment.problem import Mode
from isopolity.matching.domain.drafts.order import Order
from isopolity.matching.domain.gains import Gains
from isopolity.matching.domain.rules.rule_book import PLAIN, RuleBook
from isopolity.matching.domain.rules.rule_outcome import RulesResult
from isopolity.matching.errors import RoundOver

KINDS: Final = ("twinning", "sponsorship")
INTERRUPTED: Final = (
    "The process that computed this round ended, or lost the database to another, before the round was done; "
    "nothing went out, run it again."
)


class RoundStatus(StrEnum):
    """Where a round stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN: Final = frozenset({RoundStatus.WAITING, RoundStatus.RUNNING})
"""Not over: the round can still be cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """The order of a round; equal plans on equal members give equal rounds."""

    seed: int = 0
    mode: Mode = Mode.QUICK
    kinds: tuple[str, ...] = KINDS
    must: tuple[tuple[str, str], ...] = ()
    """Pairs of owners of capacity, cities or programmes, that the round must choose."""
    never: tuple[tuple[str, str], ...] = ()
    """Pairs that it must not choose."""
    book: RuleBook = PLAIN
    """All other rules, and the objective."""
    as_draft: bool = False
    """Whether it ends in a draft whatever the sending policy; under hold it does so anyway."""
    keep_drafts: bool = False
    """Of a round that ends in a draft: whether drafts that are open stay so beside the new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """The result of a round; `value` and `bound` are in units of WEIGHT_UNIT, exact."""

    members: int
    """Cities and programmes with free capacity, for twinnings or sponsorships."""
    candidates: int
    proposed: int
    issued: int
    skipped: int
    """Pairs that were chosen and could not be proposed, because somebody was faster."""
    value: int = 0
    """The worth of the pairs that were chosen."""
    bound: int = 0
    """No choice of pairs among the candidates is worth more; never below `value`."""
    gap: float = 0.0
    """The share of the bound that is missing at most."""
    proved: str = ""
    """The sentence that says what the certificate proves."""
    gains: Gains | None = None
    """The gains of the network if all of it is agreed; None for rounds before there were gains."""
    weights_version: str = ""
    """Of the weights that the network has set."""
    answers: int | None = None
    """The answers of all members, silence counted as one, that its weights were learned from: with none of them a
    weight is a score; None for rounds before this was kept.
    """
    rules: RulesResult | None = None
    """What became of the rules and of the objective; None where there are none."""
    fingerprint: str = ""
    """Of the certificate: it may be published, and holds the network to what it proved."""
    blocked: tuple[str, ...] = ()
    """Why no pair was chosen, in sentences; none where some were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One global assignment: what was asked for, how far it is, and what came of it."""

    round_id: str
    plan: RoundPlan
    status: RoundStatus
    ordered_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    step: str = ""
    """The step that is being done, in words for people."""
    done: float = 0.0
    """How much of that step is done, in [0, 1]."""
    failure: str | None = None
    """Why it failed, in a sentence."""
    result: RoundResult | None = None
    ordered_by: Order | None = None
    """The request that ordered it; None for rounds from before this was kept."""

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in OPEN

    def start(self, now: datetime) -> "Round":
        """Begin a waiting round. Raises RoundOver if it was cancelled."""
        if self.is_over:
            raise RoundOver(f"Round {self.round_id} is {self.status}; it is not begun any more.")
        return replace(self, status=RoundStatus.RUNNING, started_at=now)

    def at(self, step: str, done: float) -> "Round":
        """The running round a little later. Raises RoundOver if it is not running any more."""
        self._require_running()
        return replace(self, step=step, done=done)

    def wait_again(self) -> "Round":
        """Waiting again, since its process could not go on. Raises RoundOver if it is not running any more."""
        self._require_running()
        return replace(self, status=RoundStatus.WAITING, started_at=None, step="", done=0.0)

    def finish(self, result: RoundResult, now: datetime) -> "Round":
        """The whole of it has gone out, or is held. Raises RoundOver if it is not running any more."""
        self._require_running()
        return replace(self, status=RoundStatus.DONE, finished_at=now, step="", done=1.0, result=result)

    def fail(self, sentence: str, now: datetime) -> "Round":
        """It cannot be done; a round that is over stays as it is."""
        if self.is_over:
            return self
        return replace(self, status=RoundStatus.FAILED, finished_at=now, failure=sentence)

    def cancel(self, now: datetime) -> "Round":
        """Somebody does not want it any more. Raises RoundOver if it is done or has failed."""
        if self.status is RoundStatus.CANCELLED:
            return self
        if self.is_over:
            raise RoundOver(f"Round {self.round_id} is {self.status} already; there is nothing to cancel.")
        return replace(self, status=RoundStatus.CANCELLED, finished_at=now)

    def _require_running(self) -> None:
        if self.status is not RoundStatus.RUNNING:
            raise RoundOver(f"Round {self.round_id} is {self.status}; nothing of it goes out.")
