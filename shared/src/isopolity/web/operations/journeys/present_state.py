"""Where a thing stands now, as codes that the console and the command put into words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isopolity.client.operations.models import JournalLine
from isopolity.contracts import event_types as types
from isopolity.contracts.seen_events import CLOSED_TYPE
from isopolity.web.operations.journeys.tree import id_in

_PROPOSAL: Final[Mapping[str, str]] = {
    types.PROPOSAL_ISSUED: "proposal-out",
    types.PROPOSAL_ANSWERED: "proposal-answered",
    types.PROPOSAL_AGREED: "proposal-agreed",
    types.PROPOSAL_SUPERSEDED: "proposal-taken-back",
    CLOSED_TYPE: "proposal-closed",
}
_PARTNERSHIP: Final[Mapping[str, str]] = {
    types.PARTNERSHIP_ESTABLISHED: "partnership-stands",
    types.PARTNERSHIP_REVIEWED: "partnership-stands",
    types.PARTNERSHIP_RENEWED: "partnership-stands",
    types.PARTNERSHIP_ENDED: "partnership-ended",
}
_MEMBER: Final[Mapping[str, str]] = {
    types.CITY_REGISTERED: "member-registered",
    types.PARTNER_REGISTERED: "member-registered",
    types.CITY_ENDORSED: "member-endorsed",
    types.PARTNER_ENDORSED: "member-endorsed",
    types.CITY_WITHDRAWN: "member-left",
    types.PARTNER_WITHDRAWN: "member-left",
}
_MAIL: Final[Mapping[str, str]] = {
    types.DELIVERY_SENT: "mail-sent",
    types.DELIVERY_DEFERRED: "mail-deferred",
    types.DELIVERY_BOUNCED: "mail-bounced",
    types.DELIVERY_FAILED: "mail-failed",
    types.DELIVERY_SUPPRESSED: "mail-suppressed",
    types.DELIVERY_UNKNOWN: "mail-unknown",
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {"proposal": _PROPOSAL, "partnership": _PARTNERSHIP, "mail": _MAIL}
_LISTED: Final = "member-listed"
UNENDORSED: Final = frozenset({"", "member-registered"})
"""A member of which no event tells that it was endorsed, or that it left."""
OPEN: Final = frozenset({"proposal-out", "proposal-answered"})
"""A proposal that waits for answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentState:
    """Where something stands; `code` is empty where its events do not tell."""

    code: str
    since: datetime | None = None
    """The moment of the event that tells it."""


def present_state_of(
    kind: str, identifier: str, lines: Iterable[JournalLine], *, is_listed: bool = False
) -> PresentState:
    """Where the thing of this kind stands, by the newest of its own events, which come in their order.

    No event tells that a member is endorsed that came in so, for instance with an import: registry, by which such a
    one `is_listed`, does.
    """
    if kind == "member":
        found = _of_member(identifier, lines)
        return PresentState(code=_LISTED) if is_listed and found.code in UNENDORSED else found
    words, found = _WORDS.get(kind, {}), PresentState(code="")
    for line in lines:
        if line.type in words and id_in(line, kind) == identifier:
            found = PresentState(code=words[line.type], since=line.at)
    return found


def _of_member(identifier: str, lines: Iterable[JournalLine]) -> PresentState:
    own = [line for line in lines if identifier in (line.member_id, line.other_member_id)]
    found = PresentState(code="")
    for line in own:
        if (code := _MEMBER.get(line.type)) is not None:
            found = PresentState(code=code, since=line.at)
    return found


def proposals_open(lines: Sequence[JournalLine]) -> Sequence[JournalLine]:
    """The first event of each of the proposals in these events that waits for answers, in their order."""
    first: dict[str, JournalLine] = {}
    for line in lines:
        if line.proposal_id:
            first.setdefault(line.proposal_id, line)
    return [line for each, line in first.items() if present_state_of("proposal", each, lines).code in OPEN]


def partnerships_standing(lines: Sequence[JournalLine]) -> int:
    """How many of the partnerships in these events stand."""
    ids = {line.partnership_id for line in lines if line.partnership_id}
    return sum(present_state_of("partnership", each, lines).code == "partnership-stands" for each in ids)
