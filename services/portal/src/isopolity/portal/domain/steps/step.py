"""A step: some fields as one form, for some parts of a profile; a profile as its member states it.

Invariant: a step changes the parts of its own fields only, so that steps can be saved one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from isopolity.client.registry.models import ChangeDocument, CityEntry, PartnerEntry
from isopolity.portal.domain.steps.fields import Field, Form

Profile = Mapping[str, object]
"""A member's profile as registry gives and takes it; parts may be missing."""


@dataclass(frozen=True, slots=True)
class Step:
    """A form for some parts of a profile."""

    name: str
    fields: tuple[Field, ...]

    def filled(self, profile: Profile) -> dict[str, str]:
        """The form, filled in with the profile."""
        filled: dict[str, str] = {}
        for each in self.fields:
            filled |= each.filled(profile.get(each.part))
        return filled

    def change(self, form: Form) -> dict[str, object]:
        """The parts of the profile that the form holds, as a JSON Merge Patch: None takes a part away."""
        return {each.part: each.read(form) for each in self.fields}

    def is_in(self, profile: Profile, form: Form) -> bool:
        """Whether the profile says already what the form holds."""
        return self.filled(profile) == self.filled({**profile, **self.change(form)})

    def problems(self, faults: Mapping[str, str], form: Form) -> dict[str, str]:
        """Problems by the name of the form's field, from JSON pointers; under "" those of no field."""
        found: dict[str, str] = {}
        for pointer, detail in faults.items():
            part, *inner = pointer.strip("/").split("/")
            meant = next((each for each in self.fields if each.part == part), None)
            found.setdefault("" if meant is None else meant.name_of(inner, form), detail)
        return found


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
    def member_version(self) -> int:
        """The version of the member alone, as registry counts it."""
        return int(str(self.member["version"]))

    @property
    def version(self) -> str:
        """The version that a form is made from; it differs once the member, or its change that waits, is changed."""
        return f"{self.member['version']}.{self.change}"
