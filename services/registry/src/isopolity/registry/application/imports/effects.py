"""What each row of an import does to what is stored, field by field.

Invariant: two runs over the same rows tell the same as long as what is stored is the same; new ids are not told.
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
"""Of a row that tells more of what the row before it is about, such as a further programme."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A column, and what stands in it before and after, as cells."""

    column: str
    before: str
    after: str


@dataclass(slots=True)
class Effect:
    """What one row does."""

    state: str
    changes: list[FieldChange]


@dataclass(frozen=True, slots=True)
class Effects:
    """What the rows of one import do, by their lines."""

    differences: Callable[[object, object], Sequence[FieldChange]]
    """What differs between two states of a thing."""
    of_lines: dict[int, Effect] = field(default_factory=dict)

    def tell(self, line: int, old: object | None, new: object) -> None:
        """Tell that the row makes `new`, or of `old` that."""
        if old is None:
            self.of_lines[line] = Effect(NEW, [])
        elif new is old:
            self.of_lines[line] = Effect(SAME, [])
        else:
            self.of_lines[line] = Effect(CHANGED, list(self.differences(old, new)))

    def tell_person(self, line: int, old: Person | None, new: Person) -> None:
        """Tell that a stored member gets a person, or that one of its people changes."""
        effect = self.of_lines[line]
        if effect.state == NEW:
            return
        effect.state = CHANGED
        names = ("name", "email", "role", "language")
        pairs = [(name, "" if old is None else getattr(old, name), getattr(new, name)) for name in names]
        effect.changes += [FieldChange(f"contact_{name}", *both) for name, *both in pairs if both[0] != both[1]]

    def tell_waiting(self, line: int, old: Person, wanted: Person) -> None:
        """Tell that a coordinator is asked for a lower role, which it keeps until it agrees or the time is over."""
        effect = self.of_lines[line]
        effect.state = CHANGED
        after = f"{wanted.role}: {old.name} is asked first, and has three working days to say no"
        effect.changes.append(FieldChange("contact_role", old.role, after))

    def tell_beside(self, line: int, before: Sequence[Contact], same: Contact | None, person: Person) -> None:
        """Tell the contacts of a stored member before and after, and to whom its mails go before and after.

        A new person is entered beside the others, and gets mails only where its role comes before theirs.
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
