"""The tables that can be imported: their columns, and conversions between values of cells and of inputs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel

from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints import inputs
from isopolity.registry.entrypoints.imports.cells.columns import Column, columns_of
from isopolity.registry.entrypoints.imports.cells.conversion import BadCell
from isopolity.registry.entrypoints.imports.cells.people import ADDRESS, NAME, Unclear, people_in
from isopolity.tables.rows import UnreadableFile, shortened

Values = dict[str, Any]

_NAMED: Final = 5
_LONGEST_NAME: Final = 40
_CONTACT: Final = {f"contact_{name}": name for name in ("name", "email", "role", "language")}
CONTACTS: Final = "contacts"
"""The list of people in the values of a row."""
_EXAMPLE: Final = "name@city.example"
"""An address for a contact that is refused for another reason."""
PROGRAMME: Final = {
    "programme_name" if name == "name" else name: name
    for name in inputs.ProgrammeInput.model_fields
    if name != "programme_id"
}
"""Fields of a programme, by the columns of the table of partners."""


class RequestRow(inputs.RequestInput):
    """A request with its city, by GeoNames id or else by name."""

    city_kind: f.CityKind = "city"
    """Kind of member that asks."""
    city_geonames_id: f.GeoNamesId | None = None
    """Its number at geonames.org; without it, it is found by name."""
    city_country: f.Country | None = None
    """Its country."""
    city_name: f.Name | None = None
    """Its name."""


class InterestRow(inputs.InterestInput):
    """A need or an offer with its city, by id or GeoNames id, or else by name."""

    city_kind: f.CityKind = "city"
    """Kind of member."""
    city_id: f.EntryId | None = None
    """Its id in this network."""
    city_geonames_id: f.GeoNamesId | None = None
    """Its number at geonames.org; without an id, it is found by name."""
    city_country: f.Country | None = None
    """Its country."""
    city_name: f.Name | None = None
    """Its name."""
    side: f.Side
    """Whether it looks for it or offers it."""


OF_CITY: Final = ("city_kind", "city_id", "city_geonames_id", "city_country", "city_name")
"""The columns that name the city of a row."""


class TwinningRow(inputs.Input):
    """A twinning of two cities, each by GeoNames id or else by name."""

    a_kind: f.CityKind = "city"
    """Kind of the first city."""
    a_geonames_id: f.GeoNamesId | None = None
    """Its number at geonames.org; without it, it is found by name."""
    a_country: f.Country | None = None
    """Country of the first city."""
    a_name: f.Name | None = None
    """Name of the first city."""
    b_kind: f.CityKind = "city"
    """Kind of the second city."""
    b_geonames_id: f.GeoNamesId | None = None
    """Its number at geonames.org; without it, it is found by name."""
    b_country: f.Country | None = None
    """Country of the second city."""
    b_name: f.Name | None = None
    """Name of the second city."""
    since: f.Year | None = None
    """Year in which the twinning began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One kind of table. `values` converts values of cells to those of `model`, `rows` converts them back.

    JSON Lines already have values of `model`.
    """

    model: type[BaseModel]
    columns: Mapping[str, Column]
    required: tuple[frozenset[str], ...]
    """Sets of columns; at least one column of each set is required."""
    values: Callable[[Values], Values]
    rows: Callable[[Values], list[Values]]

    def _meant(self, name: str) -> str:
        near = get_close_matches(name[:_LONGEST_NAME], self.columns, n=1, cutoff=0.8)
        return f" (did you mean {near[0]}?)" if near else ""

    def is_required(self, column: str) -> bool:
        """Whether the column, or an alternative to it, is required."""
        return any(column in some for some in self.required)

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether all columns are known and no required one is missing."""
        return set(columns) <= self.columns.keys() and not any(some.isdisjoint(columns) for some in self.required)

    def check(self, columns: Sequence[str]) -> None:
        """Raise UnreadableFile for an unknown or a missing column, or a file of another kind."""
        if not self.fits(columns) and (
            other := next((kind for kind, one in TABLES.items() if one.fits(columns)), None)
        ):
            raise UnreadableFile(f"This looks like a file of {other}: choose {other}, or take another file.")
        if unknown := [name for name in columns if name not in self.columns]:
            known = ", ".join(sorted(self.columns))
            named = ", ".join(shortened(name) + self._meant(name) for name in unknown[:_NAMED])
            raise UnreadableFile(f"Unknown column {named}: take it out or rename it; known are {known}.")
        if missing := [" or ".join(sorted(some)) for some in self.required if some.isdisjoint(columns)]:
            raise UnreadableFile(f"Missing column {', '.join(missing)}: add it to the first line and fill it.")


def column_of(place: Sequence[str | int]) -> str | None:
    """The column of a place in an input, for problems; None if there is none."""
    match place:
        case ["contact", str(name), *_]:
            return f"contact_{name}"
        case ["programmes", int(), "name", *_]:
            return "programme_name"
        case ["programmes", int(), str(name), *_]:
            return name
        case [str(name), *_]:
            return name
        case _:
            return None


def _with_contacts(values: Values) -> Values:
    """The values with a list of `CONTACTS`; a contact without a name has none, and a name alone is left out."""
    cells = {column: values.pop(column) for column in _CONTACT if column in values}
    others = {name: cells[column] for column, name in _CONTACT.items() if column in cells.keys() - {NAME, ADDRESS}}
    try:
        people = people_in(cells).people
    except Unclear as unclear:
        values[CONTACTS] = [{"name": BadCell(str(unclear)), "email": _EXAMPLE}]
    else:
        named = [({"name": one.name} if one.name else {}) | {"email": one.address, **others} for one in people]
        values |= {CONTACTS: named} if named else {}
    return values


def _apart(values: Values) -> list[Values]:
    """The row of an entry, with its contact, if it has one, in separate columns."""
    person = values.get("contact") or {}
    cells = {column: person.get(name) for column, name in _CONTACT.items()}
    return [{**values, **cells}]


def _partner_rows(values: Values) -> list[Values]:
    """A row for each programme of a partner, or one without any."""
    (row,) = _apart(values)
    programmes = values.get("programmes") or [{}]
    return [row | {column: one.get(name) for column, name in PROGRAMME.items()} for one in programmes]


def _partner(values: Values) -> Values:
    """A partner with at most one programme from a row; rows of one partner are joined later."""
    programme = {name: values.pop(column) for column, name in PROGRAMME.items() if column in values}
    if programme:
        values["programmes"] = [programme]
    return _with_contacts(values)


def _as_they_are(values: Values) -> Values:
    return values


def _one(values: Values) -> list[Values]:
    return [values]


def _own(model: type[BaseModel], *others: str) -> dict[str, Column]:
    """The columns that are fields of `model`, all but the `others`."""
    return columns_of(model, {name: name for name in model.model_fields if name not in others})


def _each(*columns: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset({column}) for column in columns)


_PERSON: Final = columns_of(inputs.PersonInput, _CONTACT)

TABLES: Final[dict[str, Table]] = {
    "cities": Table(
        model=inputs.CityApplication,
        columns=_own(inputs.CityApplication, "contact") | _PERSON,
        required=_each("kind", "name", "country"),
        values=_with_contacts,
        rows=_apart,
    ),
    "partners": Table(
        model=inputs.PartnerApplication,
        columns=_own(inputs.PartnerInput, "programmes") | _PERSON | columns_of(inputs.ProgrammeInput, PROGRAMME),
        required=_each("kind", "name", "home_country"),
        values=_partner,
        rows=_partner_rows,
    ),
    "needs-and-offers": Table(
        model=InterestRow,
        columns=_own(InterestRow, *inputs.InterestInput.model_fields) | _own(inputs.InterestInput),
        required=(
            frozenset({"city_id", "city_geonames_id", "city_name"}),
            *_each("side", "subject", "intensity", "mode"),
        ),
        values=_as_they_are,
        rows=_one,
    ),
    "requests": Table(
        model=RequestRow,
        columns=_own(RequestRow, *inputs.RequestInput.model_fields) | _own(inputs.RequestInput),
        required=(
            frozenset({"city_geonames_id", "city_name"}),
            *_each("title", "amount_min", "amount_max", "currency"),
        ),
        values=_as_they_are,
        rows=_one,
    ),
    "twinnings": Table(
        model=TwinningRow,
        columns=_own(TwinningRow),
        required=(frozenset({"a_geonames_id", "a_name"}), frozenset({"b_geonames_id", "b_name"})),
        values=_as_they_are,
        rows=_one,
    ),
}
