"""A member's profile as it stands, with the change of its identity that waits for the office or was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from isopolity.client.registry.models import ChangeDocument, CityEntry, PartnerEntry
from isopolity.portal.domain.steps.step import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedProfile:
    """A member with its change of identity that waits."""

    member: Profile
    waiting: Mapping[str, object] = field(default_factory=dict)
    """The parts that wait, as the member wants them."""
    change: int = 0
    """The version of the change that waits; 0 where none does."""
    refused: Mapping[str, object] = field(default_factory=dict)
    """The parts that the office refused last, as the member wants them, until it asks again."""
    reason: str = ""
    """Why the office refused them, if it said so."""

    @classmethod
    def of(cls, member: CityEntry | PartnerEntry, change: ChangeDocument | None) -> "StatedProfile":
        """From registry's member, and the last change of identity that it asked for."""
        stands = member.model_dump(mode="json")
        if change is not None and change.status == "refused":
            refused = {part: value for part, value in change.wanted.items() if stands.get(part) != value}
            return cls(member=stands, refused=refused, reason=change.reason or "")
        if change is None or change.status != "pending":
            return cls(member=stands)
        return cls(member=stands, waiting=change.wanted, change=change.version)

    @property
    def profile(self) -> Profile:
        """The profile as the member wants it."""
        return {**self.member, **self.waiting}

    @property
    def version(self) -> str:
        """What a form of this profile was made from; it differs once somebody changes the member, or what waits."""
        return f"{self.member['version']}.{self.change}"
