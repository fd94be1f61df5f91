"""A proposal as a state machine: held or scheduled, issued, answered, then agreed, declined, expired, superseded or
discarded.

Invariant: nothing that one side does, short of a yes to the other's yes, changes what the proposal is to the other: it
stays as it was sent until it closes, when the later side's day to answer ends. So nobody can tell a refusal, or that
the other has gone, from silence. Every change raises the version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from isopolity.days.ends import day_in
from isopolity.matching.domain.drafts.order import Order
from isopolity.matching.domain.scores.score import Part
from isopolity.matching.domain.summaries import ProgrammeSummary, RequestSummary


class Stage(StrEnum):
    """Where a proposal stands."""

    HELD = "held"
    SCHEDULED = "scheduled"
    ISSUED = "issued"
    ANSWERED = "answered"
    AGREED = "agreed"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


class Answer(StrEnum):
    """What a side may say; yes and no are final."""

    YES = "yes"
    PENDING = "pending"
    LATER = "later"
    NO = "no"


OUT: Final = frozenset({Stage.ISSUED, Stage.ANSWERED})
"""Issued and not settled: capacity is bound, answers count."""
BINDING: Final = OUT | {Stage.SCHEDULED}
"""Capacity is bound."""
OPEN: Final = BINDING | {Stage.HELD}
"""Not settled: the pair cannot be proposed again."""
NOT_AGREED: Final = frozenset({Stage.DECLINED, Stage.EXPIRED})
"""Settled at the deadline: both sides had their time, and at least one did not say yes."""
FREEZING: Final = NOT_AGREED | {Stage.AGREED, Stage.DISCARDED}
"""Settled by answers, silence or staff: the pair is not proposed again for a while."""
SIDES: Final = frozenset({"a", "b"})
"""Names of the two sides."""
_FINAL_ANSWERS: Final = frozenset({Answer.YES, Answer.NO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One sentence for one side; `code` and `parameters` say the same to a program."""

    code: str
    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side as it was when the proposal was made, what it is told, and what it answered."""

    side: str
    holder: str
    member_kind: str
    member_id: str
    name: str
    country: str
    region: str | None = None
    population: int | None = None
    programme_id: str | None = None
    programme_name: str | None = None
    request_id: str | None = None
    request_title: str | None = None
    about: str | None = None
    """Who the member is, in its own words."""
    web: str | None = None
    learning_city_since: int | None = None
    creative_field: str | None = None
    programme: ProgrammeSummary | None = None
    request: RequestSummary | None = None
    illustrative: bool = False
    reasons: tuple[Reason, ...] = ()
    answer: Answer | None = None
    pending_until: date | None = None
    answered_at: datetime | None = None
    """When the answer was given; None for answers from before this was kept."""
    time_zone: str | None = None
    """Of the member as it was when the proposal went out, by its IANA name; None counts as UTC."""
    answer_by: datetime | None = None
    """The last second of the side's day to answer, in its zone; None where it has no day but the proposal's."""
    formerly: str | None = None
    """The entry whose side it was, before that was merged into `member_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDay:
    """The end of a day where a member is."""

    time_zone: str | None
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A twinning or sponsorship put to two sides, `a` and `b`; one that is held or scheduled has no dates yet."""

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
    """The versions, by id, of the members and the request that it was drawn up from."""
    weights_version: str | None = None
    """Of the weights that its score was made with; None for proposals from before there were any."""
    out_at: datetime | None = None
    """When a scheduled one goes out."""
    issued_at: datetime | None = None
    answer_by: datetime | None = None
    """When it closes, whatever the answers: when the later side's day to answer ends."""
    settled_at: datetime | None = None
    cause: str | None = None
    """Why it was superseded or lapsed, as a code."""
    lapsed_by: str | None = None
    """The side by whose act no agreement can come of it any more; to the other it stands until the deadline."""
    asked_by: str | None = None
    """The side that asked to be introduced, which said yes by that: it is not told of the proposal before agreement."""
    asked_openly: bool = False
    """Whether the other side is told who asked."""
    ordered_by: Order | None = None
    """The order that its last change came of; None for proposals from before this was kept."""

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides."""
        return self.a, self.b

    def side_of(self, member_id: str) -> Side | None:
        """The side of this member, or None where it has no part in the proposal."""
        return next((side for side in self.sides if side.member_id == member_id), None)

    @property
    def is_out(self) -> bool:
        """Whether it was issued and is not settled."""
        return self.stage in OUT

    def schedule(self, out_at: datetime) -> "Proposal":
        """Let a new proposal go out later; its capacity is bound already, and nobody hears of it."""
        return replace(self, stage=Stage.SCHEDULED, out_at=out_at)

    @property
    def to_be_bound(self) -> tuple[Side, ...]:
        """Of one that is not out, the sides that need a slot: who has asked holds one by its interest."""
        return tuple(side for side in self.sides if side.answer is not Answer.YES)

    def is_told_to(self, member_id: str) -> bool:
        """Whether the member has part in it and was told of it."""
        own = self.side_of(member_id)
        if own is None or self.answer_by is None:
            return False
        return own.side != self.asked_by or self.stage is Stage.AGREED

    def asked(self, side: str, at: datetime, *, openly: bool) -> "Proposal":
        """One that is not out, once `side` asked for it, which is its yes; who asked first counts as the asker."""
        told = replace(self.a if side == "a" else self.b, answer=Answer.YES, answered_at=at)
        changed = replace(self, a=told) if side == "a" else replace(self, b=told)
        return changed if self.asked_by is not None else replace(changed, asked_by=side, asked_openly=openly)

    def unasked(self) -> "Proposal":
        """One that is not out, without what `asked` has put into it."""
        a, b = (replace(side, answer=None, answered_at=None) for side in self.sides)
        return replace(self, a=a, b=b, asked_by=None, asked_openly=False)

    def issue(self, now: datetime, answer_by: datetime) -> "Proposal":
        """Send a held or scheduled proposal out; one that both sides have asked for is agreed at once."""
        issued = self._change(Stage.ISSUED, issued_at=now, answer_by=answer_by)
        return issued if self.to_be_bound else issued._change(Stage.AGREED, settled_at=now)

    def issue_until(self, now: datetime, a: OwnDay, b: OwnDay) -> "Proposal":
        """Send it out with a day to answer of each side's own; it closes when the later of the two ends."""
        own_a, own_b = (
            replace(side, time_zone=day.time_zone, answer_by=day.ends) for side, day in ((self.a, a), (self.b, b))
        )
        return replace(self, a=own_a, b=own_b).issue(now, max(a.ends, b.ends))

    def answers_until(self, side: str) -> datetime | None:
        """The end of the time in which answers of `side` count; None while it is not out."""
        return (self.a if side == "a" else self.b).answer_by or self.answer_by

    def discard(self, now: datetime) -> "Proposal":
        """Drop a held proposal; nobody outside ever hears of it."""
        return self._change(Stage.DISCARDED, settled_at=now)

    def supersede(self, now: datetime, cause: str) -> "Proposal":
        """End an open proposal because what it rested on is gone."""
        return self._change(Stage.SUPERSEDED, settled_at=now, cause=cause)

    def lapse(self, side: str, cause: str) -> "Proposal | None":
        """A proposal that is out after `side` took away what it rested on; None where that is so already.

        Nothing is agreed any more. It stays open until its deadline, since the other side may not hear of it before.
        """
        if not self.is_out or self.lapsed_by is not None:
            return None
        return replace(self._change(self.stage, cause=cause), lapsed_by=side)

    def takes_answers_of(self, side: str) -> bool:
        """Whether `side` may still answer, as far as it is not a matter of time."""
        return self.is_out and self.lapsed_by != side

    def answered(
        self, side: str, answer: Answer, answered_at: datetime, pending_until: date | None = None
    ) -> "Proposal | None":
        """The proposal after `side` answered, or None if the answer changes nothing.

        That is so if it is too late or lapsed by the side, its answer is final, or it is not newer than the one known.
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
        told = replace(known, answer=answer, pending_until=until, answered_at=answered_at)
        changed = replace(self, a=told) if side == "a" else replace(self, b=told)
        if self.lapsed_by is None and all(entry.answer is Answer.YES for entry in changed.sides):
            return changed._change(Stage.AGREED, settled_at=answered_at)
        return changed._change(Stage.ANSWERED)

    def settle(self, now: datetime) -> "Proposal | None":
        """The proposal after its deadline, or None while that has not passed."""
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
