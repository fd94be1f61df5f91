"""Acts of staff for many members at once: who gets them, and why others do not.

Invariant: staff may do each act for a single member, too; none concerns answers, interests, approvals or consent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

RIGHTS_OF_ACTS: Final[Mapping[str, str]] = {
    "remind": "staff:publish",
    "confirm": "staff:endorse",
    "endorse": "staff:endorse",
    "note": "staff:endorse",
}
"""The acts, with the right that each needs."""
GONE: Final = "gone"
ADMITTED: Final = "admitted"
CONFIRMED: Final = "confirmed"
NO_CONTACT: Final = "no-contact"
NOT_CONFIRMED: Final = "not-confirmed"
REMINDED: Final = "reminded"
AWAY: Final = "away"
"""Reasons why an act is not done; the page has their words."""


class Listed(Protocol):
    """A member as a list has it."""

    @property
    def member_id(self) -> str: ...
    @property
    def member_kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def contact(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Recipient:
    """A member for which the act is done; or why it is not: a code, or the sentence of a service that refused."""

    member_id: str
    member_kind: str
    name: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Who gets the act, and who does not."""

    members: Sequence[Recipient]

    @property
    def done(self) -> Sequence[Recipient]:
        """The members for which the act is done."""
        return [each for each in self.members if not each.why_not]

    @property
    def refused(self) -> Sequence[Recipient]:
        """The members for which it is not done, each with its reason."""
        return [each for each in self.members if each.why_not]


def preview(act: str, ticked: Mapping[str, str], found: Iterable[Listed], reminders: Mapping[str, str]) -> Preview:
    """Who would get an act, among the ticked members, whose kinds are given by id.

    `reminders` is what notify says would become of reminders, by member; for other acts it is empty.
    """
    known = {each.member_id: each for each in found}
    members = []
    for member_id, member_kind in ticked.items():
        member = known.get(member_id)
        if member is None:
            members.append(Recipient(member_id, member_kind, member_id, GONE))
        else:
            why_not = _why_not(act, member, reminders)
            members.append(Recipient(member_id, member.member_kind, member.name, why_not))
    return Preview(sorted(members, key=lambda each: each.name))


def _why_not(act: str, member: Listed, reminders: Mapping[str, str]) -> str:
    """Why the act is not done for this member; empty if it is."""
    match act:
        case "endorse":
            return "" if member.status == "applied" else ADMITTED
        case "confirm":
            return {"confirmed": CONFIRMED, "none": NO_CONTACT}.get(member.contact, "")
        case "remind":
            return why_not_reminded(reminders, member.member_id)
        case _:
            return ""


def why_not_reminded(reminders: Mapping[str, str], member_id: str) -> str:
    """Why a member gets no reminder, by what notify says; empty if it gets one."""
    return {"already": REMINDED, "without-contact": NOT_CONFIRMED}.get(reminders.get(member_id, ""), "")
