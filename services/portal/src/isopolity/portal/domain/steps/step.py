"""A step: some fields as one form, for some parts of a profile.

Invariant: a step changes the parts of its own fields only, so that steps can be saved one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

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
        for field in self.fields:
            filled |= field.filled(profile.get(field.part))
        return filled

    def change(self, form: Form) -> dict[str, object]:
        """The parts of the profile that the form holds, as a JSON Merge Patch: None takes a part away."""
        return {field.part: field.read(form) for field in self.fields}

    def is_in(self, profile: Profile, form: Form) -> bool:
        """Whether the profile says already what the form holds."""
        return self.filled(profile) == self.filled({**profile, **self.change(form)})

    def problems(self, faults: Mapping[str, str], form: Form) -> dict[str, str]:
        """What is wrong by the name of the form's field, from JSON pointers; "" for what no field is to blame for."""
        found: dict[str, str] = {}
        for pointer, detail in faults.items():
            part, *inner = pointer.strip("/").split("/")
            field = next((each for each in self.fields if each.part == part), None)
            found.setdefault("" if field is None else field.name_of(inner, form), detail)
        return found
