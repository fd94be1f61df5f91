"""The pipeline of a partner: what it did, with its days, and from agreement on what both sides did.

Invariant: nothing here tells of the other side before both have agreed; a day that would tell it is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from isopolity.client.matching.models import InterestView, OwnPartnershipView, OwnProposalView

Kind = Literal["asked", "suggested", "agreed", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that was done, on a day."""

    kind: Kind
    moment: datetime
    city_id: str
    name: str
    document: InterestView | OwnProposalView | OwnPartnershipView
    """As matching tells it to the partner."""

    @property
    def day(self) -> str:
        """The day, as in 2027-02-01."""
        return self.moment.date().isoformat()


def pipeline(
    interests: Iterable[InterestView],
    proposals: Iterable[OwnProposalView],
    partnerships: Iterable[OwnPartnershipView],
) -> Sequence[Step]:
    """All steps, the last one first; of one moment by name."""
    steps = [
        *(_asked(each) for each in interests),
        *(_of_other("suggested", each.issued_at, each) for each in proposals),
    ]
    for each in partnerships:
        steps.append(_of_other("agreed", each.established_at, each))
        if each.ended_at:
            steps.append(_of_other("ended", each.ended_at, each))
    return sorted(sorted(steps, key=lambda step: step.name), key=lambda step: step.moment, reverse=True)


def _asked(each: InterestView) -> Step:
    return Step(kind="asked", moment=each.asked_at, city_id=each.other_id, name=each.other_name, document=each)


def _of_other(kind: Kind, moment: datetime, document: OwnProposalView | OwnPartnershipView) -> Step:
    other = document.other
    return Step(kind=kind, moment=moment, city_id=other.member_id, name=other.name, document=document)
