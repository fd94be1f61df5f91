"""A member's dealings: what was suggested to it, what it asked for and agreed, and the places that this takes.

Invariant: all of it follows from the member's own proposals, interests and partnerships as matching tells them to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from isopolity.client.matching.models import InterestView, OwnPartnershipView, OwnProposalView
from isopolity.machine.clock import day_in

Kind = Literal["suggested", "yes", "asked", "agreed", "no"]
Pair = tuple[str, str]
"""The id of the other member, and of the programme; empty between two cities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """How a pair stands: `suggested` and to be answered, answered with `yes` or `no`, `asked` for, or `agreed`."""

    kind: Kind
    pair: Pair
    day: date
    """The last day to answer or hear, in the member's zone; or the day of a refused suggestion, or of an agreement."""
    moment: datetime
    """The moment at which that day ends, or of the event."""
    document: OwnProposalView | InterestView | OwnPartnershipView

    @property
    def name(self) -> str:
        """The name of the other member."""
        return self.document.other_name if isinstance(self.document, InterestView) else self.document.other.name

    @property
    def zone(self) -> str | None:
        """The time zone of `day`, by its IANA name; None counts as UTC."""
        return None if isinstance(self.document, OwnPartnershipView) else self.document.time_zone

    @property
    def free_after(self) -> date | None:
        """The last day on which it takes a place; None where that is not known.

        A refusal takes it as long as an open suggestion does: otherwise the other side could tell it.
        """
        if isinstance(self.document, OwnProposalView):
            return day_in(self.document.closes_at, self.zone)
        return self.day if self.kind == "asked" else None

    @property
    def takes_place(self) -> bool:
        """Whether it takes a place now; a refusal does until the suggestion is over."""
        return not isinstance(self.document, OwnProposalView) or self.document.stage == "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealings:
    """All dealings of a member, the more telling before others in the same pair."""

    all: Sequence[Dealing]
    days_to_hear: int | None = None
    """Days until the member would hear of an introduction that it asks for now; None where matching does not say."""
    zone: str | None = None
    """The time zone of the member, in which its days end; None counts as UTC."""

    def with_member(self, other_id: str, programme_id: str = "") -> Dealing | None:
        """The most telling dealing with another; one in this programme before one in another."""
        found = [each for each in self.all if each.pair[0] == other_id]
        return next((each for each in found if programme_id in ("", each.pair[1])), next(iter(found), None))

    def under_way(self, other_id: str) -> dict[str, Dealing]:
        """By programme, what is suggested with another, or was answered with yes or asked for, and is not over."""
        kinds, found = ("suggested", "yes", "asked"), dict[str, Dealing]()
        for each in self.all:
            if each.pair[0] == other_id and each.kind in kinds:
                found.setdefault(each.pair[1], each)
        return found

    def taken(self, kind: str, programme_id: str = "") -> Sequence[Dealing]:
        """Dealings that take the places of a city for one kind of partnership, or of a programme; each pair once."""
        places: dict[Pair, Dealing] = {}
        for each in self.all:
            if each.takes_place and each.document.kind == kind and programme_id in ("", each.pair[1]):
                places.setdefault(each.pair, each)
        return list(places.values())


def dealings(
    proposals: Sequence[OwnProposalView],
    interests: Sequence[InterestView],
    partnerships: Sequence[OwnPartnershipView],
    days_to_hear: int | None = None,
    zone: str | None = None,
) -> Dealings:
    """The dealings, from lists as matching tells them, the newest first; of partnerships those that stand."""
    standing = [*(_partnership(each) for each in partnerships), *_open(proposals), *_waiting(interests)]
    refused = (each for each in proposals if each.own.answer == "no")
    found = [*standing, *(_proposal("no", each, each.issued_at) for each in refused)]
    return Dealings(all=found, days_to_hear=days_to_hear, zone=zone)


def first_free(taken: Sequence[Dealing]) -> date | None:
    """The first day after which one of these places may be free; None while all are those of partnerships."""
    return min((day for each in taken if (day := each.free_after) is not None), default=None)


def _open(proposals: Sequence[OwnProposalView]) -> Iterator[Dealing]:
    for each in proposals:
        if each.stage == "open" and (answer := each.own.answer) != "no":
            said_yes = answer == "yes"
            yield _proposal("yes" if said_yes else "suggested", each, each.closes_at if said_yes else each.answer_by)


def _proposal(kind: Kind, each: OwnProposalView, moment: datetime) -> Dealing:
    day = day_in(moment, each.time_zone)
    return Dealing(kind=kind, pair=_pair(each), day=day, moment=moment, document=each)


def _waiting(interests: Sequence[InterestView]) -> Iterator[Dealing]:
    for each in interests:
        if each.state == "waiting":
            pair = (each.other_id, each.programme_id or "")
            yield Dealing(kind="asked", pair=pair, day=each.hear_by, moment=each.hears_at, document=each)


def _partnership(each: OwnPartnershipView) -> Dealing:
    moment = each.established_at
    return Dealing(kind="agreed", pair=_pair(each), day=day_in(moment, None), moment=moment, document=each)


def _pair(each: OwnProposalView | OwnPartnershipView) -> Pair:
    return each.other.member_id, each.own.programme_id or each.other.programme_id or ""
