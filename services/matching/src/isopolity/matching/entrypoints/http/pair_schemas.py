"""Schemas of a pair explained.

Invariant: it reveals nothing about answers, and a member gets a next best partner for its own side only.
"""

from typing import Self

from pydantic import Field

from isopolity.contracts.matching import TO_MIND
from isopolity.matching.application.wording.explanation import PairExplanation
from isopolity.matching.domain.side import Side
from isopolity.matching.entrypoints.http.schemas import MemberView
from isopolity.matching.entrypoints.http.view import View


class PairPart(View):
    """A part of the score, with its value, weight and explanation."""

    name: str
    value: float = Field(description="From 0 to 1.")
    weight: float
    contribution: float = Field(description="What it adds to the score; all together make the score.")
    text: str


class PairBlocker(View):
    """A reason against the pair, whatever its score."""

    code: str
    text: str


class NextBestView(View):
    """The best other partner of one side, and the part of the score that decides between the two."""

    side: str
    name: str
    score: float
    part: str
    text: str


class PairSide(MemberView):
    """A side of a pair, with the things it would get and the paragraph for its mail."""

    gets: list[str] = Field(description="The strongest of what it would get from the other.")
    told: str | None = Field(default=None, description="A paragraph for a mail to it; of the own side only.")
    to_mind: list[str] = Field(default=[], description="What it should bear in mind about it; of the own side only.")

    @classmethod
    def with_paragraph(cls, side: Side, gets: list[str], told: str | None) -> Self:
        """Make the view of a side; `told` is the paragraph for its mail, None for a side of another reader."""
        own = () if told is None else side.reasons
        return cls.copied(side, gets=gets, told=told, to_mind=[each.text for each in own if each.code in TO_MIND])


class PairView(View):
    """A pair explained, whether or not it is proposed."""

    kind: str
    status: str = Field(
        description="`available`, `proposed`, `not proposed at present`, `ruled out` or `scores too low`."
    )
    score: float
    confidence: float = Field(description="How complete and how fresh the two profiles are, 0 to 1; not in the score.")
    gaps: list[str] = Field(description="What the two profiles do not tell.")
    paragraph: str = Field(description="Why, in one paragraph for anybody.")
    parts: list[PairPart]
    blockers: list[PairBlocker]
    connection: str | None = Field(default=None, description="How the two are connected already.")
    next_best: list[NextBestView]
    note: str | None = None
    change_text: str | None = Field(
        default=None,
        description="The one change of the own side, or of a's, that would make the two fit; if asked for.",
    )
    a: PairSide
    b: PairSide

    @classmethod
    def of(cls, found: PairExplanation, member_id: str | None) -> Self:
        """Make the view for a member of the pair, or for staff if `member_id` is None."""
        own = {side.side for side in (found.a, found.b) if member_id in (None, side.member_id)}
        private = [blocker for side, blocker in sorted(found.unmailable.items()) if side in own]
        return cls.copied(
            found,
            blockers=[*found.blockers, *private],
            next_best=[each for each in found.next_best if each.side in own],
            a=PairSide.with_paragraph(found.a, list(found.gets_a), found.told_a if "a" in own else None),
            b=PairSide.with_paragraph(found.b, list(found.gets_b), found.told_b if "b" in own else None),
        )
