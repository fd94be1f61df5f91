"""A prepared import: a file that staff checks, row by row, before it is imported; the effects of each row on stored
entries, field by field.

Invariants: the import does exactly what staff has seen: `shown` is the digest of all effects in the preview. Two runs
over the same rows and stored entries give equal effects; new ids are left out.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol

from isopolity.machine import periods
from isopolity.registry.application.office.open_proposals import effect_on_proposals
from isopolity.registry.domain.contact import Contact, Person, comes_before, main_contact, role_rank
from isopolity.registry.domain.member import Member

NEW: Final = "new"

CHANGED: Final = "changed"

SAME: Final = "same"

WRONG: Final = "wrong"

ASKS: Final = "asks"
"""The state of a row that could mean several members, or a new one; somebody has to choose."""

OUT: Final = "out"
"""The state of a row, and the choice for it, that is left out."""

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
    about: Mapping[str, str] = field(default_factory=dict)
    """The id and the name of the stored member that it changes; what happens to its open proposals; `more`: how many
    members it could mean beside the candidates. Empty for others.
    """
    candidates: Sequence[Mapping[str, Any]] = ()
    """The members, rows and applications that the row could mean, if somebody has to choose."""


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of the rows of one import, by line."""

    differences: Callable[[object, object], Sequence[FieldChange]]
    """Function that returns the differences between two states of an entry."""
    of_lines: dict[int, Effect] = field(default_factory=dict)

    def record(self, line: int, old: object | None, new: object) -> None:
        """Record that the row changes `old` to `new`, or creates `new`."""
        if old is None:
            self.of_lines[line] = Effect(NEW, [])
        elif new is old:
            self.of_lines[line] = Effect(SAME, [])
        else:
            self.of_lines[line] = Effect(CHANGED, list(self.differences(old, new)))
        about = {"member_id": old.member_id, "name": old.profile.name} if isinstance(old, Member) else {}
        self.of_lines[line].about = about if old is None else {**about, **effect_on_proposals(old, new)}

    def record_person(self, line: int, old: Person | None, new: Person) -> None:
        """Record that a contact of a stored member is added or changed."""
        effect = self.of_lines[line]
        if effect.state == NEW:
            return
        effect.state = CHANGED
        names = ("name", "email", "role", "language")
        pairs = [(name, "" if old is None else getattr(old, name), getattr(new, name)) for name in names]
        effect.changes += [FieldChange(f"contact_{name}", *both) for name, *both in pairs if both[0] != both[1]]

    def record_waiting(self, line: int, old: Person, wanted: Person) -> None:
        """Record that a coordinator is asked to accept a lower role; until then the role stays."""
        effect = self.of_lines[line]
        effect.state = CHANGED
        after = f"{wanted.role}: {old.name} is asked first, and has three working days to say no"
        effect.changes.append(FieldChange("contact_role", old.role, after))

    def record_beside(self, line: int, before: Sequence[Contact], people: Sequence[Person]) -> None:
        """Record the contacts and the main contact of a stored member before and after the row.

        New people are added to the others, and get mails only if their role comes before theirs.
        """
        effect = self.of_lines[line]
        if effect.state == NEW:
            return
        main = main_contact(before)
        names, added = (
            "; ".join(f"{one.name} ({one.role})" for one in some) for some in ((one.person for one in before), people)
        )
        effect.changes.append(FieldChange("contacts", names, f"{names}; {added}"))
        now = "" if main is None else main.person.name
        first = min(people, key=lambda one: role_rank(one.role))
        takes_over = main is None or comes_before(first.role, main.person.role)
        effect.changes.append(FieldChange("mails go to", now, first.name if takes_over else now))


KEPT: Final = periods.IMPORT_FILE
"""How long a prepared import and its rows are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRow:
    """A row of the file, with its effect or its problems."""

    line: int
    state: str
    values: Mapping[str, Any]
    """Cells by column; cells beyond the heading have names such as `column 31`."""
    unreadable: str | None = None
    """The reason why the row cannot be split into cells, if it cannot."""
    problems: Sequence[tuple[str | None, str]] = ()
    """Problems: the column, if one is to blame, and what to change."""
    changes: Sequence[FieldChange] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    """As in `Effect`."""
    candidates: Sequence[Mapping[str, Any]] = ()
    """The members, rows and applications that it could mean, if somebody has to choose."""
    choice: str = ""
    """The choice for it: the id of a member, `new` or `out`; empty if there is none."""

    def without_person(self) -> "PreparedRow":
        """The row without its contact, and without sentences and effects that may name it."""
        values = {column: cell for column, cell in self.values.items() if not column.startswith(_OF_A_PERSON)}
        return replace(self, values=values, problems=(), changes=(), candidates=())


_OF_A_PERSON: Final = "contact_"
"""The beginning of the columns of a contact."""

SHEET: Final = "sheet"
"""The state of a part of the sheets as they were sent, which is kept so that another layout can be chosen."""
CORRECTED: Final = "corrected"
"""The state of what is kept of the corrections of a line, at that line below zero."""
FIRST_CORRECTED: Final = -2_000_000_000
"""The least line of such a row."""
FIRST_PART: Final = -1_000_000_000
"""The line of the first part; parts have lines below zero, and rows above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the table of a file is: its sheet, the line of its headings, the column of each."""

    sheets: Sequence[str]
    sheet: int
    heading: int
    titles: Sequence[str]
    """The headings as they stand."""
    columns: Sequence[str | None]
    """The column of each heading; None for one that is left out."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Columns that have the same cell in all rows."""
    repeated: Sequence[str] = ()
    """Columns in which an empty cell repeats the one above it."""
    merged: Sequence[tuple[int, str]] = ()
    """The place of the sheet and the range of merged cells."""
    first_lines: Sequence[tuple[int, str]] = ()
    """The first lines of the sheet with their beginnings, of which one has the headings."""
    is_chosen: bool = False
    """Whether staff has chosen it; then the next file with the same headings is read so."""

    @property
    def names(self) -> Sequence[str]:
        """The columns of the table, in their order."""
        return [*(name for name in self.columns if name is not None), *self.constants]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImport:
    """A file that was read, and the report on it."""

    import_id: str
    prepared_at: datetime
    name: str
    """The sender's name for the file."""
    digest: str
    """SHA-256 of the file."""
    kind: str
    endorse: bool
    said: Mapping[str, str]
    columns: Sequence[str]
    shown: str
    """The digest of the effects of all rows."""
    report: Mapping[str, Any]
    choices: Mapping[int, str] = field(default_factory=dict)
    """By line: the id of the member that the row is, `new`, or `out`."""
    taken_at: datetime | None = None
    """When it was imported; its sheets are deleted then, and `report` is that of the import."""
    layout: Layout | None = None
    """Where its table is; None for a file that was read as it had to be."""


class PreparedImports(Protocol):
    """Stores prepared imports and their rows."""

    async def put(self, prepared: PreparedImport) -> None:
        """Store the import, in place of its earlier state."""

    async def get(self, import_id: str) -> PreparedImport | None:
        """The import with this id, or None; locked until the transaction ends."""

    async def peek(self, import_id: str) -> PreparedImport | None:
        """The import with this id, or None; not locked."""

    async def newest(self, limit: int) -> Sequence[PreparedImport]:
        """The newest imports, the last one first; not locked."""

    async def add_rows(self, prepared: PreparedImport, rows: Sequence[PreparedRow]) -> None:
        """Add rows to an import."""

    async def rows(
        self, import_id: str, *, states: Collection[str] = (), after: int, limit: int
    ) -> Sequence[PreparedRow]:
        """Up to `limit` rows after the line `after`, in their order; of all states if `states` is empty."""

    async def remove_rows(self, import_id: str, *, keep_sheets: bool = False) -> None:
        """Delete the rows of an import, and its sheets as they were sent unless they are kept."""

    async def put_corrections(self, prepared: PreparedImport, rows: Sequence[PreparedRow]) -> None:
        """Store what is kept of corrections, in place of what was."""

    async def remove_sheets(self, import_id: str) -> None:
        """Delete the sheets of an import as they were sent, and what is kept of corrections; its rows stay."""

    async def remove(self, import_id: str) -> bool:
        """Delete an import with its rows; returns whether it existed."""

    def spare(self, import_id: str) -> None:
        """Leave the rows of this import as they are when people are erased in this transaction."""

    async def forget_people(self, addresses: Collection[str]) -> None:
        """Delete the contacts with these addresses from the rows of imports that were done."""
