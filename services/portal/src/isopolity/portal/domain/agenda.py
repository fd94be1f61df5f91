"""What awaits a member, the most urgent first.

Invariant: it depends on proposals as they were sent, on the clock, and on what this member and the office did.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from isopolity.days.ends import day_in

_ANSWERED: Final = ("yes", "no")
_DECIDED: Final = ("approved", "refused")
_PENDING: Final = ("waiting", "called")
_NEWS: Final = timedelta(days=30)
"""For how long after its day a decided change of identity is told; one without a day counts from being asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """A `proposal`, a `handover`, a `pause`, a `change` of identity, a refused `programme` or a change of a `contact`,
    as its service tells.
    """

    kind: str
    document: Mapping[str, Any]
    day: date | None
    """The last day to act, or the day on which it ends by itself; None for news."""


def takes_answer(proposal: Mapping[str, Any], now: datetime) -> bool:
    """Whether the member still owes its answer: “later” and “yes, once approved” are not its last word."""
    is_open = proposal["stage"] == "open" and now < datetime.fromisoformat(proposal["answer_by"])
    return bool(is_open and proposal["own"]["answer"] not in _ANSWERED)


def awaiting(
    proposals: Iterable[Mapping[str, Any]],
    member: Mapping[str, Any] | None,
    change: Mapping[str, Any] | None,
    handovers: Iterable[Mapping[str, Any]],
    today: date,
    contact_changes: Iterable[Mapping[str, Any]] = (),
) -> list[Awaiting]:
    """Entries of the agenda: contacts to be replaced; answers, by their day; mending; news; what ends by itself.

    None stands for data that a service did not give.
    """
    answers = [
        Awaiting(kind="proposal", document=each, day=_day(each["answer_by"], each.get("time_zone")))
        for each in proposals
    ]
    news, others = [], [Awaiting(kind="handover", document=each, day=_day(each["valid_until"])) for each in handovers]
    until = (member or {}).get("paused_until")
    if until and date.fromisoformat(until) > today:
        others.append(Awaiting(kind="pause", document={"paused_until": until}, day=date.fromisoformat(until)))
    if (
        change
        and change["status"] in _DECIDED
        and today - _day(change.get("decided_at") or change["asked_at"]) <= _NEWS
    ):
        news.append(Awaiting(kind="change", document=change, day=None))
    mending = [Awaiting(kind="programme", document=each, day=None) for each in _refused(member or {})]
    replacing = [
        Awaiting(kind="contact", document=each, day=None) for each in contact_changes if each["status"] in _PENDING
    ]
    return [*replacing, *sorted(answers, key=_urgency), *mending, *news, *sorted(others, key=_urgency)]


def _refused(member: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The programmes that the office has refused as they are, with their names."""
    names = {each["programme_id"]: each["name"] for each in member.get("programmes", ())}
    return ({**each, "name": names.get(each["programme_id"], "")} for each in member.get("refused", ()))


def _urgency(each: Awaiting) -> date:
    return each.day or date.max


def _day(moment: str, zone: str | None = None) -> date:
    return day_in(datetime.fromisoformat(moment), zone)
