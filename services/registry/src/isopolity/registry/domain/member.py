"""A member of the network, city or partner, and its life: applied, endorsed, withdrawn.

Invariant: every change makes the next version; a change that changes nothing makes none. Others see neither that a
member pauses or has programmes that wait for staff nor, by its version, that something of this changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.errors import NotPossible
from isopolity.registry.domain.partner import PartnerProfile


class Profile(Protocol):
    """The profile of a city or partner, as far as both are alike."""

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


ProfileT = TypeVar("ProfileT", bound=Profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Where a member that has left goes on: in another entry, `into`, at the version that holds what it had."""

    into: str
    version: int
    moved_ids: Mapping[str, str] = field(default_factory=dict)
    """New ids of its requests or programmes, by their former ids."""

    def followed_by(self, later: "Merged") -> "Merged":
        """Where it goes on once that entry is merged itself."""
        moved = {former: later.moved_ids.get(now, now) for former, now in self.moved_ids.items()}
        return replace(later, moved_ids=moved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Generic[ProfileT]):
    """A member at one version; only endorsed ones are visible and matched."""

    member_id: str
    version: int
    status: str
    region: str
    profile: ProfileT
    unseen_changes: int = 0
    """How many of its versions differ from the one before only by what others do not see."""
    merged: Merged | None = None
    """The entry in which it goes on, if it has left because it was merged; else None."""
    changed_on: date | None = field(default=None, compare=False)
    """The day of the last change that others see, where it is known; rows tell it, nothing here sets it."""

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
        """With another profile; itself if nothing differs."""
        if profile == self.profile and region == self.region:
            return self
        self._require_membership()
        is_unseen = region == self.region and profile.seen_by_others() == self.profile.seen_by_others()
        unseen = self.unseen_changes + is_unseen
        return self._next(profile=profile, region=region, unseen_changes=unseen)

    def seen_by_others(self) -> Self:
        """The member as those see it who are neither it nor staff."""
        return replace(self, version=self.version - self.unseen_changes, profile=self.profile.seen_by_others())

    def applied_again(self, profile: ProfileT, region: str) -> Self:
        """A withdrawn member that applies once more."""
        return self._next(status="applied", profile=profile, region=region, merged=None)

    def endorsed(self) -> Self:
        """Endorsed by staff; itself if it is already."""
        if self.status == "endorsed":
            return self
        self._require_membership()
        return self._next(status="endorsed")

    def withdrawn(self, merged: Merged | None = None) -> Self:
        """Gone from the network, by itself or `merged` into another entry; itself if it is gone already."""
        if self.status == "withdrawn":
            return self
        return self._next(status="withdrawn", merged=merged)

    def following(self, later: Merged | None) -> Self:
        """One that was merged, once the entry in which it goes on has left: by itself, or merged into a third one."""
        merged = None if self.merged is None or later is None else self.merged.followed_by(later)
        return self._next(merged=merged)

    def _next(self, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, changed_on=None, **changes)

    def _require_membership(self) -> None:
        if self.status == "withdrawn":
            raise NotPossible(f"{self.profile.name} has left the network; it can apply again with POST.")


City = Member[CityProfile]
Partner = Member[PartnerProfile]
