"""A member's agenda: its tasks, the most urgent first, what comes, and what was done.

Invariant: it depends on proposals as they were sent, on the clock, and on what this member and the office did.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from isopolity.client.matching.models import InterestView, OwnProposalView
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
class Entry:
    """A `proposal` to answer, one that was answered with `yes`, an introduction that was `asked` for, a `handover`, a
    `pause`, a `change` of identity, a refused `programme` or a change of a `contact`; of a pause the day is all.
    """

    kind: str
    document: (
        OwnProposalView
        | InterestView
        | models.HandoverDocument
        | models.ChangeDocument
        | ProgrammeToMend
        | models.ContactChangeDocument
        | None
    )
    day: date | None
    """The last day to act or to hear, or the day on which it ends by itself; None without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What a member has to do, what comes without it, and what was done."""

    tasks: Sequence[Entry]
    """Contacts to be replaced; answers, by their day; programmes to mend."""
    coming: Sequence[Entry]
    """Answers to hear, handovers to be confirmed and the end of a pause, by their day."""
    decided: models.ChangeDocument | None
    """A change of identity that the office has decided lately."""
    earlier: Sequence[OwnProposalView]
    """Proposals of which nothing is to come, as they were listed."""
    heard: Sequence[InterestView]
    """Introductions of which nothing is to come, as they were listed."""


def takes_answer(proposal: OwnProposalView, now: datetime) -> bool:
    """Whether the member still owes its answer: “later” and “yes, once approved” are not its last word."""
    is_open = proposal.stage == "open" and now < proposal.answer_by
    return is_open and proposal.own.answer not in FINAL


def agenda(
    proposals: Sequence[OwnProposalView],
    asked: Sequence[InterestView],
    member: models.CityEntry | models.PartnerEntry | None,
    change: models.ChangeDocument | None,
    handovers: Iterable[models.HandoverDocument],
    now: datetime,
    contact_changes: Iterable[models.ContactChangeDocument] = (),
) -> Agenda:
    """The agenda at a moment; None stands for data that a service did not give."""
    today = now.date()
    owed = [each for each in proposals if takes_answer(each, now)]
    to_hear = [each for each in proposals if each.stage == "open" and each.own.answer == "yes"]
    replacing = [Entry(kind="contact", document=each, day=None) for each in contact_changes if each.status in _PENDING]
    answers = [Entry(kind="proposal", document=each, day=day_in(each.answer_by, each.time_zone)) for each in owed]
    mending = [Entry(kind="programme", document=each, day=None) for each in _refused(member)]
    waiting = [each for each in asked if each.state == "waiting"]
    coming = [
        *(Entry(kind="yes", document=each, day=day_in(each.closes_at, each.time_zone)) for each in to_hear),
        *(Entry(kind="asked", document=each, day=each.hear_by) for each in waiting),
        *(Entry(kind="handover", document=each, day=day_in(each.valid_until, None)) for each in handovers),
    ]
    until = None if member is None else member.paused_until
    if until is not None and until > today:
        coming.append(Entry(kind="pause", document=None, day=until))
    return Agenda(
        tasks=[*replacing, *sorted(answers, key=_urgency), *mending],
        coming=sorted(coming, key=_urgency),
        decided=change if change is not None and _is_news(change, today) else None,
        earlier=[each for each in proposals if each not in owed and each not in to_hear],
        heard=[each for each in asked if each.state != "waiting"],
    )


def _is_news(change: models.ChangeDocument, today: date) -> bool:
    decided = day_in(change.decided_at or change.asked_at, None)
    return change.status in _DECIDED and today - decided <= _NEWS


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


def _urgency(each: Entry) -> date:
    return each.day or date.max
