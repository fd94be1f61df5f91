"""A member's tasks and news, the most urgent first.

Invariant: it depends on proposals as they were sent, on the clock, and on what this member and the office did.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from isopolity.client.matching.models import OwnProposalView
from isopolity.client.registry import models
from isopolity.contracts.answers import FINAL
from isopolity.machine.clock import day_in

_DECIDED: Final = ("approved", "refused")
_PENDING: Final = ("waiting", "called")
_NEWS: Final = timedelta(days=30)
"""For how long after its day a decided change of identity is told; one without a day counts from being asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeToMend:
    """A programme that the office has refused as it is."""

    programme_id: str
    name: str
    reason: str
    refused_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """A `proposal`, a `handover`, a `pause`, a `change` of identity, a refused `programme` or a change of a `contact`,
    as its service tells; of a pause the day is all.
    """

    kind: str
    document: (
        OwnProposalView
        | models.HandoverDocument
        | models.ChangeDocument
        | ProgrammeToMend
        | models.ContactChangeDocument
        | None
    )
    day: date | None
    """The last day to act, or the day on which it ends by itself; None for news."""


def takes_answer(proposal: OwnProposalView, now: datetime) -> bool:
    """Whether the member still owes its answer: “later” and “yes, once approved” are not its last word."""
    is_open = proposal.stage == "open" and now < proposal.answer_by
    return is_open and proposal.own.answer not in FINAL


def awaiting(
    proposals: Iterable[OwnProposalView],
    member: models.CityEntry | models.PartnerEntry | None,
    change: models.ChangeDocument | None,
    handovers: Iterable[models.HandoverDocument],
    today: date,
    contact_changes: Iterable[models.ContactChangeDocument] = (),
) -> list[Awaiting]:
    """Entries of the agenda: contacts to be replaced; answers, by their day; mending; news; what ends by itself.

    None stands for data that a service did not give.
    """
    answers = [
        Awaiting(kind="proposal", document=each, day=day_in(each.answer_by, each.time_zone)) for each in proposals
    ]
    news = []
    others = [Awaiting(kind="handover", document=each, day=day_in(each.valid_until, None)) for each in handovers]
    until = None if member is None else member.paused_until
    if until is not None and until > today:
        others.append(Awaiting(kind="pause", document=None, day=until))
    if (
        change is not None
        and change.status in _DECIDED
        and today - day_in(change.decided_at or change.asked_at, None) <= _NEWS
    ):
        news.append(Awaiting(kind="change", document=change, day=None))
    mending = [Awaiting(kind="programme", document=each, day=None) for each in _refused(member)]
    replacing = [
        Awaiting(kind="contact", document=each, day=None) for each in contact_changes if each.status in _PENDING
    ]
    return [*replacing, *sorted(answers, key=_urgency), *mending, *news, *sorted(others, key=_urgency)]


def _refused(member: models.CityEntry | models.PartnerEntry | None) -> Iterator[ProgrammeToMend]:
    if isinstance(member, models.PartnerEntry):
        names = {each.programme_id: each.name for each in member.programmes}
        for each in member.refused:
            yield ProgrammeToMend(
                programme_id=each.programme_id,
                name=names.get(each.programme_id, ""),
                reason=each.reason,
                refused_on=each.refused_on,
            )


def _urgency(each: Awaiting) -> date:
    return each.day or date.max
