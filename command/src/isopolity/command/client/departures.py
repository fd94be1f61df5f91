"""Sentences on what ends, when, and who is mailed, if a member leaves the network or is merged into another.

Invariant: every number and time is from matching's answer, and no mail is promised beside those that it counts.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from isopolity.client.matching import members
from isopolity.client.matching.models import DepartureView, LossView, MergerView
from isopolity.client.registry import contacts
from isopolity.client.registry.models import ContactDocument
from isopolity.command.client.http_client import Client
from isopolity.command.console import counted

_REASONS: Final = {
    "both-in-it": "is between the two",
    "same-pair": "is with a side with which the kept entry has one",
    "no-place": "finds no place at the kept entry",
}
_LISTED: Final = 8


def describe_departure(client: Client, member_id: str, *, erase_contacts: bool) -> str:
    """The consequences of the member's leaving now: what ends, when, and how many mails follow."""
    found = client.send(members.departure(member_id))
    people = client.send(contacts.list(member_id=member_id)).items
    return " ".join([*_departure(found), *_contacts(people, erase_contacts=erase_contacts)])


def describe_merger(merger: MergerView) -> str:
    """The consequences of a merger: what goes on at the entry that is kept, and what ends."""
    return " ".join(_merger(merger))


def _departure(found: DepartureView) -> Iterator[str]:
    if proposals := found.proposals:
        days = _days(found.first_ends, found.last_ends)
        mails = found.told or 0
        yield (
            f"{counted(proposals, 'open proposal')}: for the other side each stands as it was sent until its days to "
            f"answer are over, {days}; then {counted(mails, 'mail')} in all {_says(mails)} that nothing was agreed."
        )
    if asking := found.asking or 0:
        yield (
            f"{counted(asking, 'member')} asked to be introduced to it, and {'is' if asking == 1 else 'are'} mailed by "
            f"{_day(found.last_hears)} that nothing was agreed."
        )
    at_once = [
        ("unsent proposal", found.drafts or 0),
        ("partnership", found.partnerships),
        ("requested introduction", found.interests),
    ]
    ended = ", ".join(counted(number, noun) for noun, number in at_once if number)
    if ended:
        yield f"At once, and without a mail: {ended}."
    if not (ended or proposals or asking):
        yield "It has nothing open that would end."


def _contacts(people: Sequence[ContactDocument], *, erase_contacts: bool) -> Iterator[str]:
    """The consequences for its contacts: erased and mailed, if they are confirmed; or kept, and mailed no more."""
    if people and erase_contacts:
        mailed = sum(each.confirmed for each in people)
        yield f"{counted(len(people), 'contact')} erased at once; {counted(mailed, 'mail')} {_says(mailed)} so."
    elif people:
        yield f"{counted(len(people), 'contact')} kept, and not mailed any more."


def _merger(found: MergerView) -> Iterator[str]:
    carried = [("proposal", found.proposals), ("partnership", found.partnerships), ("interest", found.interests)]
    goes_on = ", ".join(counted(number, noun) for noun, number in carried if number)
    yield f"These go on, with their answers: {goes_on}." if goes_on else "It has nothing open that would go on."
    if found.drafts:
        yield f"{counted(found.drafts, 'unsent proposal')} will end."
    if lost := found.lost:
        yield f"{len(lost)} cannot go on, and will end: {'; '.join(_losses(lost))}."


def _losses(lost: Sequence[LossView]) -> Iterator[str]:
    for each in lost[:_LISTED]:
        until = f", and stands for the other side until {_day(each.until)}" if each.until else ""
        why = _REASONS.get(each.reason, each.reason)
        yield f"the {each.what} with {each.other} {why}{until}"
    if len(lost) > _LISTED:
        yield f"and {len(lost) - _LISTED} more"


def _says(number: int) -> str:
    return "says" if number == 1 else "say"


def _days(first: datetime | None, last: datetime | None) -> str:
    one, other = _day(first), _day(last)
    return f"on {one}" if one == other else f"the first on {one}, the last on {other}"


def _day(moment: datetime | None) -> str:
    if moment is None:
        return "a day that is not known"
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
