"""Whom a member asks to be introduced to: a city, a partner's programme, or a city for its request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from isopolity.client.matching.models import InterestOrder
from isopolity.client.registry.models import CityEntry, PartnerEntry, Programme, RequestEntry
from isopolity.portal.domain.dealings import Dealing, Dealings
from isopolity.portal.domain.session import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The other member, and what it is about."""

    kind: str
    """`city` or `partner`."""
    member_id: str
    programme_id: str = ""
    """The programme of the partner, which is the asker or the other side."""
    request_id: str = ""
    """The request of the city."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self | None:
        """The member that an address or a form names; None if it names no member."""
        for kind in ("city", "partner"):
            if member_id := values.get(kind, ""):
                more = {name: values.get(name, "") for name in ("programme_id", "request_id")}
                return cls(kind=kind, member_id=member_id, **more)
        return None

    def may_be_asked_for_by(self, account: Account) -> bool:
        """Whether the account may ask at all: another member, not two partners, and not an approver."""
        is_pair = "city" in (self.kind, account.member_kind) and self.member_id != account.member_id
        return is_pair and account.member_id is not None and account.role != "approver"

    @property
    def is_about_their_request(self) -> bool:
        """Whether a partner asks a city because of the city's request."""
        return self.kind == "city" and bool(self.request_id)

    @property
    def query(self) -> str:
        """The query of the form's address."""
        named = {self.kind: self.member_id, "programme_id": self.programme_id, "request_id": self.request_id}
        return urlencode({name: value for name, value in named.items() if value})

    def order(self, *, openly: bool) -> InterestOrder:
        """The order of this introduction for matching."""
        return InterestOrder(
            other_id=self.member_id,
            programme_id=self.programme_id or None,
            request_id=self.request_id or None,
            openly=openly,
        )


def full_of(
    own: CityEntry | PartnerEntry, programmes: Sequence[Programme], wanted: Wanted, dealings: Dealings
) -> Mapping[str, Sequence[Dealing]]:
    """Dealings that take the places of each of a partner's `programmes` without a free one, by its id; of a city by "".

    Only `dealings` count, which matching gives to the member itself.
    """
    kind = "twinning" if isinstance(own, CityEntry) and wanted.kind == "city" else "sponsorship"
    rooms = rooms_of(own, programmes, wanted)
    taken = {programme_id: dealings.taken(kind, programme_id) for programme_id in rooms}
    return {
        programme_id: taken[programme_id] for programme_id, room in rooms.items() if len(taken[programme_id]) >= room
    }


def rooms_of(own: CityEntry | PartnerEntry, programmes: Sequence[Programme], wanted: Wanted) -> Mapping[str, int]:
    """How many places each of a partner's `programmes` has in all, by id; a city by an empty one."""
    if isinstance(own, PartnerEntry):
        return {each.programme_id: each.cities for each in programmes}
    capacity = own.sponsorship_capacity if wanted.kind == "partner" else None
    return {"": own.capacity if capacity is None else capacity}


def the_one_meant(requests: Sequence[RequestEntry], programmes: Sequence[Programme], wanted: Wanted) -> str:
    """The id of the only request of a city that is about what a partner's programme supports; empty for none, several.

    The programme is the one that is wanted, else the first.
    """
    named = [each for each in programmes if each.programme_id == wanted.programme_id]
    subjects = {subject for each in (named or programmes)[:1] for subject in each.subjects}
    found = [each.request_id for each in requests if subjects.intersection(each.subjects)]
    return found[0] if len(found) == 1 else ""
