"""Rows of an import as they reach the handlers, and what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Generic, TypeVar

from isopolity.registry.application.imports.effects import Effects
from isopolity.registry.application.imports.lookup import Named
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.errors import InvalidProfile, RegistryError
from isopolity.registry.domain.member import Member

ValueT = TypeVar("ValueT")

EMPTY: Final = (None, (), "")
"""Values that say that there is nothing."""
_FIRST: Final = 5
MOST_ALIKE: Final = 20
MOST_LISTED: Final = 1000
"""Problems that the outcome of an import lists."""
MOST_TO_ENDORSE: Final = 5000
MOST_ENTERED: Final = 10


@dataclass(frozen=True, slots=True)
class ImportRow(Generic[ValueT]):
    """One row. `given` names the fields that it speaks of; the others stay as they are stored."""

    line: int
    value: ValueT
    given: frozenset[str]
    person: Person | None = None
    silent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The fields of which it does not speak in a programme, by the programme's folded name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CityReference:
    """A city that a row points to, by natural key or else by name; `column` is what to correct if it is unknown."""

    key: str
    kind: str
    country: str
    """Empty where any will do."""
    name: str
    """Empty where the key holds an id that decides."""
    column: str
    id_column: str


@dataclass(frozen=True, slots=True)
class RowProblem:
    """An error in a row: its line, the column if one is to blame, and what to change."""

    line: int
    column: str | None
    detail: str


@dataclass(slots=True)
class Outcome:
    """The result of an import, or of its dry run. It is noted from two threads; each note stands for itself."""

    created: int = 0
    revised: int = 0
    unchanged: int = 0
    not_endorsed: int = 0
    """Members that rows are about and that are applicants afterwards."""
    to_endorse: list[str] = field(default_factory=list)
    """The ids of the first `MOST_TO_ENDORSE` of them."""
    entered: list[str] = field(default_factory=list)
    """The ids of the first `MOST_ENTERED` members that are new."""
    endorsed: int = 0
    """Members that this endorses, new ones and others."""
    problems: list[RowProblem] = field(default_factory=list)
    """The first `most_listed`, and a few more where two threads note at once."""
    problems_cut: bool = False
    """Whether more were noted than are listed."""
    wrong_lines: set[int] = field(default_factory=set)
    """The lines of all rows that have a problem."""
    to_confirm: int = 0
    """New contacts that get a mail to confirm their address."""
    emptied: int = 0
    """Values that were stored and that empty cells take away."""
    emptied_first: list[str] = field(default_factory=list)
    """Where the first of them are: the line, whose row it is, and the fields."""
    alike: list[str] = field(default_factory=list)
    """Sentences about new members whose names are much like those of others, the first `MOST_ALIKE`."""
    spoken_of: dict[str, int] = field(default_factory=dict)
    """The line of the first row about each thing, by its natural key or id."""
    effects: Effects | None = None
    """What each row does, where that is wanted."""
    most_listed: int = MOST_LISTED

    def note(self, *problems: RowProblem) -> None:
        """Note what is wrong."""
        self.wrong_lines.update(problem.line for problem in problems)
        room = max(0, self.most_listed - len(self.problems))
        self.problems += problems[:room]
        self.problems_cut |= len(problems) > room

    def is_first(self, about: str, line: int) -> bool:
        """Whether no other row is about the same; a row that is not the first is noted as a problem."""
        first = self.spoken_of.setdefault(about, line)
        if first != line:
            detail = f"This row is about the same as line {first}; take one of the two out."
            self.note(RowProblem(line, None, detail))
        return first == line

    def tell(self, line: int, old: object | None, new: object) -> None:
        """Tell what the row at `line` does: it makes `new`, or of `old` that; the same object means nothing."""
        if self.effects is not None:
            self.effects.tell(line, old, new)

    def tell_person(self, line: int, old: Person | None, new: Person) -> None:
        """Tell that the row at `line` names a person, in addition to what it does to the member."""
        if self.effects is not None:
            self.effects.tell_person(line, old, new)

    def tell_waiting(self, line: int, old: Person, wanted: Person) -> None:
        """Tell that one of the people of a stored member is asked for another role, where effects are wanted."""
        if self.effects is not None:
            self.effects.tell_waiting(line, old, wanted)

    def tell_beside(self, line: int, before: Sequence[Contact], same: Contact | None, person: Person) -> None:
        """Tell who answers for a stored member before and after the row, and to whom its mails go then."""
        if self.effects is not None and before:
            self.effects.tell_beside(line, before, same, person)

    def note_standing(self, old: Member[Any] | None, new: Member[Any]) -> None:
        """Note whether a member that a row is about is new, is endorsed by this, or is an applicant afterwards."""
        if old is None and len(self.entered) < MOST_ENTERED:
            self.entered.append(new.member_id)
        if new.status == "endorsed":
            self.endorsed += old is None or old.status != "endorsed"
        elif new.status == "applied":
            self.not_endorsed += 1
            if len(self.to_endorse) < MOST_TO_ENDORSE:
                self.to_endorse.append(new.member_id)

    def note_emptied(self, line: int, old: Any, new: Any) -> None:
        """Note the fields that have a value in `old` and none in `new`, two dataclasses of one kind."""
        gone = [one.name for one in fields(old) if getattr(new, one.name) in EMPTY and getattr(old, one.name)]
        self.emptied += len(gone)
        if gone and len(self.emptied_first) < _FIRST:
            name = getattr(old, "title", None) or old.name
            self.emptied_first.append(f"line {line}, {name}: {', '.join(gone)}")

    def note_alike(self, line: int, profile: Any, others: Sequence[Named]) -> None:
        """Note that a new member may be one of `others`, if there are any."""
        if others and len(self.alike) < MOST_ALIKE:
            names = " or ".join(one.beside(profile.kind) for one in others)
            self.alike.append(f"Line {line}: “{profile.name}” is new, and much like {names}.")

    def refuse(self, line: int, error: RegistryError) -> None:
        """Note why the row at `line` cannot be taken."""
        if isinstance(error, InvalidProfile):
            self.note(*(RowProblem(line, str(one.path[0]), one.detail) for one in error.errors))
        else:
            self.note(RowProblem(line, None, str(error)))


def overlaid(value: ValueT, stored: ValueT, given: frozenset[str]) -> ValueT:
    """`value` with what the row does not speak of taken from what is stored."""
    silent = [one.name for one in fields(value) if one.name not in given]  # type: ignore[arg-type] # a dataclass
    return replace(value, **{name: getattr(stored, name) for name in silent}) if silent else value  # type: ignore[type-var] # a dataclass
