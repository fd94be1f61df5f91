"""A member of the network, city or partner, and its statuses: applied, endorsed, withdrawn; the default capacities of
new members, which staff chooses; notes of the office about members, and lists of members that staff saved.

Invariants: every change makes the next version; a change that changes nothing makes none. Other members see no
pause, no programmes that wait for staff, no hidden words, no countries that a city avoids, and ratings only of a city
that shows them; the version and the day of the last change that they see do not reveal changes of these. Existing
members keep their capacities. Only staff reads notes of the office, whose author is an id, without a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Final, Generic, Literal, Protocol, Self, TypeVar

from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.errors import NotPossible
from isopolity.registry.domain.partner import PartnerProfile


class Profile(Protocol):
    """The common part of the profiles of cities and partners."""

    member_kind: ClassVar[str]

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def country(self) -> str: ...

    @property
    def search(self) -> str: ...

    @property
    def subjects(self) -> Sequence[str]: ...

    @property
    def sort_name(self) -> str: ...

    @property
    def paused_until(self) -> date | None: ...

    def paused(self, until: date | None) -> Self: ...

    def seen_by_others(self) -> Self: ...

    def after_leaving(self) -> Self: ...


ProfileT = TypeVar("ProfileT", bound=Profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The entry in which a merged member continues: `into`, from the version that includes its data."""

    into: str
    version: int
    moved_ids: Mapping[str, str] = field(default_factory=dict)
    """New ids of its requests or programmes, by their former ids."""
    undone: bool = False
    """Whether staff undid the merger; the rest then tells other services what comes back."""

    def followed_by(self, later: "Merged") -> "Merged":
        """The entry in which it continues after that entry was merged itself."""
        moved = {former: later.moved_ids.get(now, now) for former, now in self.moved_ids.items()}
        return replace(later, moved_ids=moved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Generic[ProfileT]):
    """A member at one version; only endorsed members are visible and matched."""

    member_id: str
    version: int
    status: str
    region: str
    profile: ProfileT
    unseen_changes: int = 0
    """The number of its versions whose changes others do not see."""
    merged: Merged | None = None
    """The entry in which it continues, if it left because of a merger, or did until that was undone; else None."""
    changed_on: date | None = field(default=None, compare=False)
    """The day of the last visible change, if it is known; read from the database and not set here."""

    def __post_init__(self) -> None:
        if self.version < 1:
            raise ValueError("versions start at 1")

    @property
    def identifier(self) -> str:
        return self.member_id

    @property
    def key(self) -> str:
        return self.profile.key

    @property
    def sort_name(self) -> str:
        """The name as lists sort it."""
        return self.profile.sort_name

    def revised(self, profile: ProfileT, region: str) -> Self:
        """The next version with another profile; itself if nothing differs."""
        if profile == self.profile and region == self.region:
            return self
        self._require_membership()
        is_unseen = region == self.region and profile.seen_by_others() == self.profile.seen_by_others()
        unseen, day = self.unseen_changes + is_unseen, self.changed_on if is_unseen else None
        return self._next(profile=profile, region=region, unseen_changes=unseen, changed_on=day)

    def seen_by_others(self) -> Self:
        """The member as other members and the public see it, who do not learn of a merger that was undone."""
        version, profile = self.version - self.unseen_changes, self.profile.seen_by_others()
        return replace(self, version=version, profile=profile, merged=None)

    def applied_again(self, profile: ProfileT, region: str) -> Self:
        """The next version of a withdrawn member that applies again."""
        return self._next(status="applied", profile=profile, region=region, merged=None)

    def endorsed(self) -> Self:
        """The next version, endorsed by staff; itself if it is endorsed already."""
        if self.status == "endorsed":
            return self
        self._require_membership()
        return self._next(status="endorsed")

    def withdrawn(self, merged: Merged | None = None) -> Self:
        """The next version, withdrawn or `merged` into another entry; itself if it has left already."""
        if self.status == "withdrawn":
            return self
        return self._next(status="withdrawn", merged=merged, profile=self.profile.after_leaving())

    def following(self, later: Merged | None) -> Self:
        """The next version of a merged member when its entry has been merged into `later`, or has left (None)."""
        merged = None if self.merged is None or later is None else self.merged.followed_by(later)
        return self._next(merged=merged)

    def parted(self, profile: ProfileT, status: str) -> Self:
        """The next version of a merged member with what it had before, once the merger is undone."""
        merged = None if self.merged is None else replace(self.merged, undone=True)
        return self._next(profile=profile, status=status, merged=merged)

    def _next(self, *, changed_on: date | None = None, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, changed_on=changed_on, **changes)

    def _require_membership(self) -> None:
        if self.status == "withdrawn":
            raise NotPossible(f"{self.profile.name} has left the network; it can apply again with POST.")


City = Member[CityProfile]
Partner = Member[PartnerProfile]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityDefaults:
    """Default capacities for entries made from now on."""

    city: int = 1
    """The number of twinnings that a city can handle at a time."""
    programme: int = 1
    """The number of cities that a programme can take at a time."""


USUAL: Final = CapacityDefaults()
"""The defaults before staff has chosen any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of defaults; the newest choice applies."""

    number: int
    """Counts choices from 1 on."""
    chosen_at: datetime
    chosen_by: str
    """The token subject of the person who chose."""
    defaults: CapacityDefaults


About = Literal["note", "left", "returned"]
"""The occasion of a note: none in particular, or why the member left or came back."""
MOST_NOTES: Final = 500
"""The most notes about one member."""
MOST_SAVED: Final = 100
"""The most lists that one person keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeNote:
    """A note about a member."""

    note_id: str
    member_kind: str
    member_id: str
    about: str
    day: date | None
    """The day on which the member left or came back, as staff gives it; None for other notes."""
    text: str
    written_at: datetime
    written_by: str
    """The token subject of the person who wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedList:
    """The choices of a list under a name; it is its owner's own, or shared with the office."""

    list_id: str
    owner: str
    """The token subject of the person who saved it."""
    name: str
    choices: Mapping[str, str]
    """Filters, columns and order, as the page of the list names them."""
    shared: bool
    saved_at: datetime

    def is_for(self, subject: str) -> bool:
        """Whether this person of staff may see and change it."""
        return self.shared or self.owner == subject
