"""Imports: what many rows say is compared with what is stored, a chunk at a time, and only differences are written.

Invariant: a row that says what is stored already changes nothing and publishes nothing; a row that cannot be taken
becomes a problem with its line and leaves the others alone. Events carry `bulk`, so that no suggestion follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Generic, TypeVar

from isopolity.registry.application.contacts import add_person, change_person, same_address
from isopolity.registry.application.events import publish_member, publish_request, publish_twinning
from isopolity.registry.application.members import identified, members_of, region_of
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.errors import InvalidProfile, RegistryError
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.request import Request, RequestDetails, request_key
from isopolity.registry.domain.twinning import REFUSED, RETRACTED, Twinning, in_order
from isopolity.turns import Turns

ValueT = TypeVar("ValueT")

MOST_LISTED: Final = 1000
"""Problems that the outcome of an import lists."""


@dataclass(frozen=True, slots=True)
class ImportRow(Generic[ValueT]):
    """One row. `given` names the fields that it speaks of; the others stay as they are stored."""

    line: int
    value: ValueT
    given: frozenset[str]
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class CityReference:
    """A city that a row points to by natural key; `column` is what to correct if it is unknown."""

    key: str
    column: str


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
    problems: list[RowProblem] = field(default_factory=list)
    """The first `MOST_LISTED`, and a few more where two threads note at once."""
    problems_cut: bool = False
    """Whether more were noted than are listed."""
    wrong_lines: set[int] = field(default_factory=set)
    """The lines of all rows that have a problem."""

    def note(self, *problems: RowProblem) -> None:
        """Note what is wrong."""
        self.wrong_lines.update(problem.line for problem in problems)
        room = max(0, MOST_LISTED - len(self.problems))
        self.problems += problems[:room]
        self.problems_cut |= len(problems) > room

    def refuse(self, line: int, error: RegistryError) -> None:
        """Note why the row at `line` cannot be taken."""
        if isinstance(error, InvalidProfile):
            self.note(*(RowProblem(line, str(one.path[0]), one.detail) for one in error.errors))
        else:
            self.note(RowProblem(line, None, str(error)))


async def import_members(
    rows: Sequence[ImportRow[Any]],
    uow: RegistryRepositories,
    surroundings: Surroundings,
    outcome: Outcome,
    *,
    endorse: bool,
) -> None:
    """Take in rows of one kind of member; no two of them are about the same one."""
    repository = members_of(uow, rows[0].value.member_kind)
    stored = await repository.by_keys([row.value.key for row in rows])
    people: list[tuple[Member[Any], Person]] = []
    untouched: set[str] = set()
    turns = Turns()
    for row in rows:
        await turns.over()
        old = stored.get(row.value.key)
        try:
            new = _created(row, surroundings, endorse) if old is None else _changed(row, old, surroundings, endorse)
        except RegistryError as error:
            outcome.refuse(row.line, error)
            continue
        if old is None:
            repository.add(new)
            publish_member(uow.outbox, "registered", new, bulk=True)
            outcome.created += 1
        elif new is old:
            untouched.add(new.member_id)
        else:
            repository.save(new)
            publish_member(uow.outbox, "revised" if new.status == old.status else "endorsed", new, bulk=True)
            outcome.revised += 1
        if row.person is not None:
            people.append((new, row.person))
    kept = await _keep_people(people, {member.member_id for member in stored.values()}, uow, surroundings)
    outcome.revised += len(untouched & kept)
    outcome.unchanged += len(untouched - kept)


async def import_requests(
    rows: Sequence[ImportRow[tuple[CityReference, RequestDetails]]],
    uow: RegistryRepositories,
    surroundings: Surroundings,
    outcome: Outcome,
) -> None:
    """Take in requests of cities that are registered."""
    cities = await uow.cities.by_keys({row.value[0].key for row in rows})
    known = [row for row in rows if _all_known(row.line, [row.value[0]], cities, outcome)]
    keys = [request_key(cities[row.value[0].key].member_id, row.value[1].title) for row in known]
    stored = await uow.requests.by_keys(keys)
    turns = Turns()
    for row, key in zip(known, keys, strict=True):
        await turns.over()
        reference, details = row.value
        old = stored.get(key)
        if old is None:
            city_id = cities[reference.key].member_id
            identifier = surroundings.ids()
            new = Request(request_id=identifier, version=1, status="published", city_id=city_id, details=details)
            uow.requests.add(new)
            publish_request(uow.outbox, "published", new, bulk=True)
            outcome.created += 1
            continue
        try:
            new = old.revised(_overlaid(details, old.details, row.given))
        except RegistryError as error:
            outcome.refuse(row.line, error)
            continue
        if new is old:
            outcome.unchanged += 1
        else:
            uow.requests.save(new)
            publish_request(uow.outbox, "revised", new, bulk=True)
            outcome.revised += 1


async def import_twinnings(
    rows: Sequence[ImportRow[tuple[CityReference, CityReference, int | None]]],
    uow: RegistryRepositories,
    _surroundings: Surroundings,
    outcome: Outcome,
) -> None:
    """Take in twinnings between registered cities: a claim is confirmed, what was retracted or refused stays so."""
    cities = await uow.cities.by_keys({reference.key for row in rows for reference in row.value[:2]})
    known = [row for row in rows if _all_known(row.line, row.value[:2], cities, outcome)]
    pairs = [in_order(cities[row.value[0].key].member_id, cities[row.value[1].key].member_id) for row in known]
    stored = await uow.twinnings.get_many({f"{a}:{b}" for a, b in pairs})
    turns = Turns()
    for row, (city_a, city_b) in zip(known, pairs, strict=True):
        await turns.over()
        since = row.value[2]
        old = stored.get(f"{city_a}:{city_b}")
        if old is None:
            new = Twinning(city_a=city_a, city_b=city_b, version=1, status="declared", since=since)
            uow.twinnings.add(new)
            publish_twinning(uow.outbox, new)
            outcome.created += 1
        elif old.status in (RETRACTED, REFUSED):
            detail = f"This twinning was {old.status}; take the row out, or declare it again with POST."
            outcome.note(RowProblem(row.line, None, detail))
        elif (new := old.declared_again(since if since is not None else old.since)) is old:
            outcome.unchanged += 1
        else:
            uow.twinnings.save(new)
            publish_twinning(uow.outbox, new)
            outcome.revised += 1


def _created(row: ImportRow[Any], surroundings: Surroundings, endorse: bool) -> Member[Any]:
    profile = identified(row.value, None, surroundings.ids)
    status = "endorsed" if endorse else "applied"
    region = region_of(profile, surroundings)
    return Member(member_id=surroundings.ids(), version=1, status=status, region=region, profile=profile)


def _changed(row: ImportRow[Any], old: Member[Any], surroundings: Surroundings, endorse: bool) -> Member[Any]:
    profile = identified(_overlaid(row.value, old.profile, row.given), old.profile, surroundings.ids)
    new = old.revised(profile, region_of(profile, surroundings))
    if endorse and new.status == "applied":
        new = replace(new, status="endorsed", version=old.version + 1)
    return new


def _overlaid(value: ValueT, stored: ValueT, given: frozenset[str]) -> ValueT:
    """`value` with what the row does not speak of taken from what is stored."""
    silent = [one.name for one in fields(value) if one.name not in given]  # type: ignore[arg-type] # a dataclass
    return replace(value, **{name: getattr(stored, name) for name in silent}) if silent else value  # type: ignore[type-var] # a dataclass


def _all_known(line: int, references: Sequence[CityReference], cities: Any, outcome: Outcome) -> bool:
    unknown = [reference for reference in references if reference.key not in cities]
    for reference in unknown:
        detail = "No city is registered under this; correct it, or import the city first."
        outcome.note(RowProblem(line, reference.column, detail))
    return not unknown


async def _keep_people(
    people: Sequence[tuple[Member[Any], Person]],
    stored_members: set[str],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> set[str]:
    """Keep the people of members; returns the members that got a contact or whose contact changed."""
    if not people:
        return set()
    kept: set[str] = set()
    old = await uow.contacts.of_members(stored_members & {member.member_id for member, _ in people})
    of_member: dict[str, list[Contact]] = {}
    for stored in old:
        of_member.setdefault(stored.member_id, []).append(stored)
    turns = Turns()
    for member, person in people:
        await turns.over()
        same = (one for one in of_member.get(member.member_id, ()) if same_address(one.person, person))
        contact = next(same, None)
        if contact is None:
            add_person(member.profile.member_kind, member.member_id, person, uow, surroundings)
        elif change_person(contact, person, uow) is contact:
            continue
        kept.add(member.member_id)
    return kept
