"""The pipeline of a partner: what it did, with its days, and from agreement on what both sides did.

Invariant: nothing here tells of the other side before both have agreed; a day that would tell it is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["asked", "suggested", "agreed", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that was done, on a day."""

    kind: Kind
    moment: datetime
    city_id: str
    name: str
    document: Any
    """The interest, proposal or partnership, as matching tells it to the partner."""

    @property
    def day(self) -> str:
        """The day, as in 2027-02-01."""
        return self.moment.date().isoformat()


def pipeline(interests: Iterable[Any], proposals: Iterable[Any], partnerships: Iterable[Any]) -> Sequence[Step]:
    """All steps, the last one first; of one moment by name."""
    steps = [
        *(_step("asked", each["asked_at"], each["other_id"], each["other_name"], each) for each in interests),
        *(_of_other("suggested", each["issued_at"], each) for each in proposals),
    ]
    for each in partnerships:
        steps.append(_of_other("agreed", each["established_at"], each))
        if each["ended_at"]:
            steps.append(_of_other("ended", each["ended_at"], each))
    return sorted(sorted(steps, key=lambda step: step.name), key=lambda step: step.moment, reverse=True)


def _of_other(kind: Kind, moment: str, document: Any) -> Step:
    return _step(kind, moment, document["other"]["member_id"], document["other"]["name"], document)


def _step(kind: Kind, moment: str, city_id: str, name: str, document: Any) -> Step:
    return Step(kind=kind, moment=datetime.fromisoformat(moment), city_id=city_id, name=name, document=document)
