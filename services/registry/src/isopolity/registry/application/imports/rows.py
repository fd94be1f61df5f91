"""Rows of an import as handlers get them, and the outcome of the import."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Generic, TypeVar

from isopolity.registry.application.imports.done_rows import DoneRow, done_contact, done_row
from isopolity.registry.application.imports.named import Candidate, Named
from isopolity.registry.application.imports.prepared import ASKS, OUT, Effect, Effects
from isopolity.registry.application.office.words_of_rows import Open, WordsOfRows
from isopolity.registry.domain.city import Interest
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.errors import InvalidProfile, RegistryError
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.own_words import INTERESTS, SAID, continued

ValueT = TypeVar("ValueT")

EMPTY: Final = (None, (), "")
"""Values that count as empty."""
_FIRST: Final = 5
APART: Final = "take one of the two out"
TOGETHER: Final = "put all rows of a city one below the other"
"""Advice on a further row about an entry: one row is allowed, or several that follow each other."""
MOST_ALIKE: Final = 20
MOST_LISTED: Final = 1000
"""The most problems that the outcome of an import lists."""
MOST_TO_ENDORSE: Final = 5000
MOST_ENTERED: Final = 10


@dataclass(frozen=True, slots=True)
class StatedPerson:
    """A person of a row, and the fields that the row gives; all others keep their stored values."""

    person: Person
    given: frozenset[str] = frozenset({"role", "name", "email", "language"})

    def beside(self, stored: Person) -> Person:
        """The data of a known contact once the row is imported."""
        return replace(stored, **{name: getattr(self.person, name) for name in self.given})


@dataclass(frozen=True, slots=True)
class ImportRow(Generic[ValueT]):
    """One row. `given` names the fields that it sets; all others keep their stored values."""

    line: int
    value: ValueT
    given: frozenset[str]
    people: Sequence[StatedPerson] = ()
    silent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The fields that it does not set in a programme, by the programme's folded name."""
    unrated: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """By `needs` and `offers`, the places of those that keep the intensity that is stored."""
    open_words: Mapping[str, Sequence[Open]] = field(default_factory=dict)
    """By `needs` and `offers`, words of its cells that are open; they are left out."""
    is_of_table: bool = False
    """Whether it is of a table, whose cells say nothing of what a city adds to its needs and offers itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CityReference:
    """A row's reference to a city, by natural key or else by name; `column` is to blame if the city is unknown."""

    key: str
    kind: str
    country: str
    """Empty if any country may match."""
    name: str
    """Empty if the key has an id."""
    column: str
    id_column: str
    city_id: str = ""
    """The city's id in this network, if the row gives it."""


@dataclass(frozen=True, slots=True)
class StatedInterests:
    """All needs and offers of a city, from the rows about it, and for each the fields that its row does not set."""

    city: CityReference
    needs: tuple[Interest, ...]
    offers: tuple[Interest, ...]
    silent: Mapping[str, Sequence[frozenset[str]]]
    """By `needs` and `offers`."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """An error in a row: its line, the column if one is to blame, and what to change."""

    line: int
    column: str | None
    detail: str


@dataclass(slots=True)
class Outcome:
    """The result of an import, or of its dry run. Two threads write to it, with independent entries."""

    created: int = 0
    revised: int = 0
    unchanged: int = 0
    not_endorsed: int = 0
    """The number of imported members that are applicants afterwards."""
    to_endorse: list[str] = field(default_factory=list)
    """The ids of the first `MOST_TO_ENDORSE` of these."""
    entered: list[str] = field(default_factory=list)
    """The ids of the first `MOST_ENTERED` new members."""
    endorsed: int = 0
    """The number of new and known members that the import endorses."""
    problems: list[RowProblem] = field(default_factory=list)
    """The first `most_listed` problems; a few more if two threads add one at once."""
    problems_cut: bool = False
    """Whether there are more problems than are listed."""
    wrong_lines: set[int] = field(default_factory=set)
    """The lines of all rows that have a problem."""
    to_confirm: int = 0
    """The number of new contacts that get a mail to confirm their address."""
    emptied: int = 0
    """The number of stored values that empty cells remove."""
    emptied_first: list[str] = field(default_factory=list)
    """The first rows with such cells: line, name and fields."""
    alike: list[str] = field(default_factory=list)
    """Sentences about the first `MOST_ALIKE` new members whose names are similar to others."""
    spoken_of: dict[str, int] = field(default_factory=dict)
    """The line of the first row about each entry, by its natural key or id."""
    added_people: set[str] = field(default_factory=set)
    """The ids of the contacts that rows have added."""
    effects: Effects | None = None
    """The effects of rows, if they are wanted."""
    most_listed: int = MOST_LISTED
    asks: bool = False
    """Whether somebody chooses which member a row is; if not, it is a problem or told as alike."""
    choices: Mapping[int, str] = field(default_factory=dict)
    """The choices so far, by line: the id of a member, `new` or `out`."""
    asking: int = 0
    """The number of rows for which somebody has to choose."""
    left_out: int = 0
    words: WordsOfRows = field(default_factory=WordsOfRows)
    """What words of needs and offers leave open, or would replace."""
    done: list[DoneRow] | None = None
    """What rows did to entries, if that is kept."""

    def note(self, *problems: RowProblem) -> None:
        """Record a problem of a row."""
        self.wrong_lines.update(problem.line for problem in problems)
        room = max(0, self.most_listed - len(self.problems))
        self.problems += problems[:room]
        self.problems_cut |= len(problems) > room

    def is_first(self, about: str, line: int, *, advice: str = APART) -> bool:
        """Whether this is the first row about an entry; any further row is recorded as a problem, with `advice`."""
        first = self.spoken_of.setdefault(about, line)
        if first != line:
            self.note(RowProblem(line, None, f"This row is about the same entry as line {first}; {advice}."))
        return first == line

    def ask(self, line: int, candidates: Sequence[Candidate], more: int) -> None:
        """Record whom the row at `line` could mean, and how many more members; it is not imported."""
        self.asking += 1
        if self.effects is not None:
            written, about = [_written(one) for one in candidates], {"more": str(more)} if more else {}
            self.effects.of_lines[line] = Effect(ASKS, [], about=about, candidates=written)

    def leaves_out(self, line: int) -> bool:
        """Whether the row at `line` is left out, which is recorded."""
        if self.choices.get(line) != OUT:
            return False
        self.left_out += 1
        if self.effects is not None:
            self.effects.of_lines[line] = Effect(OUT, [])
        return True

    def record(self, line: int, old: object | None, new: object) -> None:
        """Record that the row at `line` changes `old` to `new`, or creates `new`; the same object means no change."""
        if self.effects is not None:
            self.effects.record(line, old, new)
        if self.done is not None and new is not old:
            self.done.append(done_row(line, old, new))

    def record_person(self, line: int, old: Person | None, new: Person) -> None:
        """Record that the row at `line` adds or changes a contact, in addition to its effect on the member."""
        if self.effects is not None:
            self.effects.record_person(line, old, new)

    def record_contact(self, line: int, contact: Contact, old: Person | None, new: Person) -> None:
        """Keep what the row at `line` did to a contact: `old` is None if it is new; both are equal if it was asked."""
        if self.done is not None:
            self.done.append(done_contact(line, contact, old, new))

    def record_waiting(self, line: int, old: Person, wanted: Person) -> None:
        """Record that a contact of a stored member is asked to accept another role, if effects are wanted."""
        if self.effects is not None:
            self.effects.record_waiting(line, old, wanted)

    def record_beside(self, line: int, before: Sequence[Contact], people: Sequence[Person]) -> None:
        """Record the contacts and the main contact of a stored member before and after the row adds people."""
        if self.effects is not None and before:
            self.effects.record_beside(line, before, people)

    def note_standing(self, old: Member[Any] | None, new: Member[Any]) -> None:
        """Count a member that is new, that the import endorses, or that is an applicant afterwards."""
        if old is None and len(self.entered) < MOST_ENTERED:
            self.entered.append(new.member_id)
        if new.status == "endorsed":
            self.endorsed += old is None or old.status != "endorsed"
        elif new.status == "applied":
            self.not_endorsed += 1
            if len(self.to_endorse) < MOST_TO_ENDORSE:
                self.to_endorse.append(new.member_id)

    def note_emptied(self, line: int, old: Any, new: Any) -> None:
        """Record the fields that have a value in `old` and none in `new`, two dataclasses of one type."""
        gone = [one.name for one in fields(old) if getattr(new, one.name) in EMPTY and getattr(old, one.name)]
        gone += [name for side in INTERESTS if side not in gone for name in _unsaid(side, old, new)]
        self.emptied += len(gone)
        if gone and len(self.emptied_first) < _FIRST:
            name = getattr(old, "title", None) or old.name
            self.emptied_first.append(f"line {line}, {name}: {', '.join(gone)}")

    @property
    def tells_alike(self) -> bool:
        """Whether there is room for a sentence about a new member whose name is similar to others."""
        return not self.asks and len(self.alike) < MOST_ALIKE

    def note_alike(self, line: int, profile: Any, others: Sequence[Named]) -> None:
        """Record that a new member may be one of `others`, if there are any."""
        if others:
            names = " or ".join(one.beside(profile.kind) for one in others)
            self.alike.append(f"Line {line}: “{profile.name}” is new, and much like {names}.")

    def refuse(self, line: int, error: RegistryError) -> None:
        """Record why the row at `line` cannot be imported."""
        if isinstance(error, InvalidProfile):
            self.note(*(RowProblem(line, str(one.path[0]), one.detail) for one in error.errors))
        else:
            self.note(RowProblem(line, None, str(error)))


def _written(candidate: Candidate) -> Mapping[str, Any]:
    """The candidate as JSON; a row of the file has its line and no id, since ids of new members differ in each run."""
    named = candidate.named
    names = ("kind", "name", "country", "given_id", "gone", "line", "application_id")
    written = {name: getattr(named, name) for name in names}
    return {**written, "member_id": None if named.line is not None else named.member_id or None, "why": candidate.why}


def _unsaid(side: str, old: Any, new: Any) -> Iterator[str]:
    """Fields of needs or offers of a city that lose their value, as `title of needs`."""
    before, after = (getattr(each, side, ()) for each in (old, new))
    if before == after:
        return
    for was, now in zip(continued(after, before)[0], after, strict=True):
        for name in SAID if was is not None else ():
            if getattr(was, name) and not getattr(now, name):
                yield f"{name} of {side}"


def overlaid(value: ValueT, stored: ValueT, given: frozenset[str]) -> ValueT:
    """`value` with the fields not in `given` taken from `stored`."""
    silent = [one.name for one in fields(value) if one.name not in given]  # type: ignore[arg-type] # a dataclass
    return replace(value, **{name: getattr(stored, name) for name in silent}) if silent else value  # type: ignore[type-var] # a dataclass


_MOST_GROUPS: Final = 200
"""The most groups of alike problems."""


def alike_problems(problems: Sequence[RowProblem]) -> list[dict[str, Any]]:
    """The problems, alike ones once with the number of their rows and the first line; the most frequent ones first."""
    found: dict[tuple[str | None, str], list[int]] = {}
    for one in problems:
        found.setdefault((one.column, one.detail), []).append(one.line)
    groups = sorted(found.items(), key=lambda item: (-len(item[1]), min(item[1])))
    return [
        {"column": column, "detail": detail, "rows": len(lines), "first_line": min(lines)}
        for (column, detail), lines in groups[:_MOST_GROUPS]
    ]
