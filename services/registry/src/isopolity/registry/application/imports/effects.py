"""Effects of each row of an import on stored entries, field by field.

Invariant: two runs over the same rows and stored entries give equal effects; new ids are left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.replacement.main_contact import comes_before, main_contact

NEW: Final = "new"
CHANGED: Final = "changed"
SAME: Final = "same"
WRONG: Final = "wrong"
PART: Final = "part"
"""The state of a row that continues the row before it, for instance with another programme."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A column with its cells before and after."""

    column: str
    before: str
    after: str


@dataclass(slots=True)
class Effect:
    """The effect of one row."""

    state: str
    changes: list[FieldChange]


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of the rows of one import, by line."""

    differences: Callable[[object, object], Sequence[FieldChange]]
    """Function that returns the differences between two states of an entry."""
    of_lines: dict[int, Effect] = field(default_factory=dict)

    def tell(self, line: int, old: object | None, new: object) -> None:
        """Record that the row changes `old` to `new`, or creates `new`."""
        if old is None:
            self.of_lines[line] = Effect(NEW, [])
        elif new is old:
            self.of_lines[line] = Effect(SAME, [])
        else:
            self.of_lines[line] = Effect(CHANGED, list(self.differences(old, new)))

    def tell_person(self, line: int, old: Person | None, new: Person) -> None:
        """Record that a contact of a stored member is added or changed."""
        effect = self.of_lines[line]
        if effect.state == NEW:
            return
        effect.state = CHANGED
        names = ("name", "email", "role", "language")
        pairs = [(name, "" if old is None else getattr(old, name), getattr(new, name)) for name in names]
        effect.changes += [FieldChange(f"contact_{name}", *both) for name, *both in pairs if both[0] != both[1]]

    def tell_waiting(self, line: int, old: Person, wanted: Person) -> None:
        """Record that a coordinator is asked to accept a lower role; until then the role stays."""
        effect = self.of_lines[line]
        effect.state = CHANGED
        after = f"{wanted.role}: {old.name} is asked first, and has three working days to say no"
        effect.changes.append(FieldChange("contact_role", old.role, after))

    def tell_beside(self, line: int, before: Sequence[Contact], same: Contact | None, person: Person) -> None:
        """Record the contacts and the main contact of a stored member before and after the row.

        A new person is added to the others, and gets mails only if its role comes before theirs.
        """
        effect = self.of_lines[line]
        if effect.state == NEW or same is not None:
            return
        main = main_contact(before)
        names = "; ".join(f"{one.person.name} ({one.person.role})" for one in before)
        effect.changes.append(FieldChange("contacts", names, f"{names}; {person.name} ({person.role})"))
        now = "" if main is None else main.person.name
        takes_over = main is None or comes_before(person.role, main.person.role)
        effect.changes.append(FieldChange("mails go to", now, person.name if takes_over else now))
