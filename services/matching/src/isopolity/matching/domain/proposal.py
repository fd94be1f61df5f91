"""A proposal as a state machine: held or scheduled, issued, answered, then agreed, declined, expired, superseded or
discarded.

Invariant: to each side the proposal stays as it was sent until it closes, at the end of the later side's day to answer,
unless both say yes. So no side can tell the other's refusal or departure from silence. Every change raises the version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from isopolity.machine.clock import day_in
from isopolity.matching.domain.scores.weights import Part
from isopolity.matching.domain.side import Answer, Side


class Stage(StrEnum):
    """The stage of a proposal; ISSUED and ANSWERED ones take answers."""

    HELD = "held"
    SCHEDULED = "scheduled"
    ISSUED = "issued"
    ANSWERED = "answered"
    AGREED = "agreed"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


OUT: Final = frozenset({Stage.ISSUED, Stage.ANSWERED})
"""Stages after the proposal went out and before it is settled: it takes capacity, and answers count."""
BINDING: Final = OUT | {Stage.SCHEDULED}
"""Stages in which a proposal takes capacity of its sides."""
OPEN: Final = BINDING | {Stage.HELD}
"""Stages before the proposal is settled: its pair cannot be proposed again."""
NOT_AGREED: Final = frozenset({Stage.DECLINED, Stage.EXPIRED})
"""Stages reached at the deadline: both sides had their time, and at least one did not say yes."""
FREEZING: Final = NOT_AGREED | {Stage.AGREED, Stage.DISCARDED}
"""Stages reached by answers, silence or staff, after which the pair is not proposed again for a while."""
SIDES: Final = frozenset({"a", "b"})
"""The names of the two sides."""
_FINAL_ANSWERS: Final = frozenset({Answer.YES, Answer.NO})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDay:
    """The end of a side's day to answer, in the member's time zone."""

    time_zone: str | None
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The first cause of a chain, and the event that is the direct cause; None if that is a request or the clock."""

    correlation_id: str
    causation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A twinning or sponsorship proposed to two sides, `a` and `b`; a held or scheduled one has no dates yet."""

    proposal_id: str
    version: int
    kind: str
    stage: Stage
    pair_key: str
    a: Side
    b: Side
    score: float
    parts: tuple[Part, ...]
    round_id: str | None
    created_at: datetime
    rests_on: Mapping[str, int] = field(default_factory=dict)
    """The versions, by id, of the members and the request from which it was made."""
    weights_version: str | None = None
    """The version of the weights of its score; None for proposals from before weights had versions."""
    out_at: datetime | None = None
    """The moment at which a scheduled proposal goes out."""
    issued_at: datetime | None = None
    answer_by: datetime | None = None
    """The moment at which it closes, whatever the answers: the end of the later side's day to answer."""
    settled_at: datetime | None = None
    cause: str | None = None
    """The code of the reason for which it was superseded or lapsed."""
    lapsed_by: str | None = None
    """The side whose act made agreement impossible; for the other side the proposal stands until the deadline."""
    asked_by: str | None = None
    """The side that asked to be introduced, which counts as its yes; it hears of the proposal once it is agreed."""
    asked_openly: bool = False
    """Whether the other side learns who asked."""
    cells: tuple[str, str] | None = None
    """The cells of the pair as each side sees it, by which answers are counted; None for proposals from before."""
    ordered_by: Order | None = None
    """The order that caused its last change; None for proposals from before this was kept."""

    @property
    def sides(self) -> tuple[Side, Side]:
        """The sides `a` and `b`, in this order."""
        return self.a, self.b

    def side_of(self, member_id: str) -> Side | None:
        """The side of this member; None if the member is not part of the proposal."""
        return next((side for side in self.sides if side.member_id == member_id), None)

    @property
    def is_out(self) -> bool:
        """Whether it was issued and is not settled."""
        return self.stage in OUT

    def schedule(self, out_at: datetime) -> "Proposal":
        """Schedule a new proposal for `out_at`; it takes capacity at once, and no side hears of it before."""
        return replace(self, stage=Stage.SCHEDULED, out_at=out_at)

    @property
    def to_be_bound(self) -> tuple[Side, ...]:
        """The sides of an unissued proposal that still need a slot; a side that asked holds one by its interest."""
        return tuple(side for side in self.sides if side.answer is not Answer.YES)

    def is_known_to(self, member_id: str) -> bool:
        """Whether the member is part of the proposal and has heard of it."""
        own = self.side_of(member_id)
        if own is None or self.answer_by is None:
            return False
        return own.side != self.asked_by or self.stage is Stage.AGREED

    def asked(self, side: str, at: datetime, *, openly: bool) -> "Proposal":
        """An unissued proposal once `side` has asked for it, which counts as its yes; the first to ask is the asker."""
        asker = replace(self.a if side == "a" else self.b, answer=Answer.YES, answered_at=at)
        changed = replace(self, a=asker) if side == "a" else replace(self, b=asker)
        return changed if self.asked_by is not None else replace(changed, asked_by=side, asked_openly=openly)

    def unasked(self) -> "Proposal":
        """An unissued proposal without the effects of `asked`."""
        a, b = (replace(side, answer=None, answered_at=None) for side in self.sides)
        return replace(self, a=a, b=b, asked_by=None, asked_openly=False)

    def issue(self, now: datetime, answer_by: datetime) -> "Proposal":
        """Issue a held or scheduled proposal; if both sides have asked for it, it is agreed at once."""
        issued = self._change(Stage.ISSUED, issued_at=now, answer_by=answer_by)
        return issued if self.to_be_bound else issued._change(Stage.AGREED, settled_at=now)

    def issue_until(self, now: datetime, a: OwnDay, b: OwnDay) -> "Proposal":
        """Issue the proposal with a day to answer for each side; it closes when the later day ends."""
        own_a, own_b = (
            replace(side, time_zone=day.time_zone, answer_by=day.ends) for side, day in ((self.a, a), (self.b, b))
        )
        return replace(self, a=own_a, b=own_b).issue(now, max(a.ends, b.ends))

    def answers_until(self, side: str) -> datetime | None:
        """The deadline for answers of `side`; None before the proposal is issued."""
        return (self.a if side == "a" else self.b).answer_by or self.answer_by

    def discard(self, now: datetime) -> "Proposal":
        """Discard a held proposal; no member ever hears of it."""
        return self._change(Stage.DISCARDED, settled_at=now)

    def supersede(self, now: datetime, cause: str) -> "Proposal":
        """End an open proposal because a fact that it rested on is gone; `cause` is the code of the reason."""
        return self._change(Stage.SUPERSEDED, settled_at=now, cause=cause)

    def lapse(self, side: str, cause: str) -> "Proposal | None":
        """The issued proposal after an act of `side` made agreement impossible; None if it had lapsed before.

        It stays open until its deadline, since the other side must not notice before.
        """
        if not self.is_out or self.lapsed_by is not None:
            return None
        return replace(self._change(self.stage, cause=cause), lapsed_by=side)

    def takes_answers_of(self, side: str) -> bool:
        """Whether `side` may still answer, apart from the deadline."""
        return self.is_out and self.lapsed_by != side

    def answered(
        self, side: str, answer: Answer, answered_at: datetime, pending_until: date | None = None
    ) -> "Proposal | None":
        """The proposal after `side` answered; None if the answer changes nothing.

        It changes nothing if it is too late, the side made the proposal lapse, an earlier answer is final or newer.
        """
        known = self.a if side == "a" else self.b
        if not self.takes_answers_of(side) or known.answer in _FINAL_ANSWERS:
            return None
        last = self.answers_until(side)
        if last is None or answered_at >= last:
            return None
        if known.answered_at is not None and answered_at <= known.answered_at:
            return None
        until = None
        if answer is Answer.PENDING:
            deadline = day_in(last, known.time_zone)
            until = min(pending_until or deadline, deadline)
        if (answer, until) == (known.answer, known.pending_until):
            return None
        answering = replace(known, answer=answer, pending_until=until, answered_at=answered_at)
        changed = replace(self, a=answering) if side == "a" else replace(self, b=answering)
        if self.lapsed_by is None and all(entry.answer is Answer.YES for entry in changed.sides):
            return changed._change(Stage.AGREED, settled_at=answered_at)
        return changed._change(Stage.ANSWERED)

    def settle(self, now: datetime) -> "Proposal | None":
        """The settled proposal; None before its deadline."""
        if not self.is_out or self.answer_by is None or now < self.answer_by:
            return None
        refused = any(entry.answer is Answer.NO for entry in self.sides)
        return self._change(Stage.DECLINED if refused else Stage.EXPIRED, settled_at=now)

    def _change(
        self,
        stage: Stage,
        *,
        issued_at: datetime | None = None,
        answer_by: datetime | None = None,
        settled_at: datetime | None = None,
        cause: str | None = None,
    ) -> "Proposal":
        return replace(
            self,
            version=self.version + 1,
            stage=stage,
            issued_at=issued_at or self.issued_at,
            answer_by=answer_by or self.answer_by,
            settled_at=settled_at,
            cause=cause or self.cause,
        )
