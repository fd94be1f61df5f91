"""Translates search criteria into conditions on the columns of a table."""

from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, and_, exists, func, literal_column, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from isopolity.identity.folded_text import fold
from isopolity.registry.adapters.sql import tables
from isopolity.registry.application.directory import Box, Filter
from isopolity.registry.domain.joining.application import ASKED, CONFIRMED

_KINDS: Final = {"cities": "city", "partners": "partner"}
"""The kinds of members, by their table."""
_POLE: Final = 90.0
_DATE_LINE: Final = 180.0

_CHANGES: Final = tables.changes.c
CITY_OF_CHANGE: Final[ColumnElement[str]] = func.substr(_CHANGES.natural_key, func.length(_CHANGES.id) + 2)
"""Id of the city whose request is changed, which follows the request's id in the key; empty for a member's change."""


def conditions(columns: Any, wanted: Filter) -> list[ColumnElement[bool]]:
    """The conditions that a row with these columns must meet."""
    found: list[ColumnElement[bool]] = []
    if wanted.statuses == ("applied",):
        found.append(columns.status == literal_column("'applied'"))  # written as in the indexes
    elif wanted.statuses:
        found.append(columns.status.in_(wanted.statuses))
    exact = {name: getattr(wanted, name) for name in ("kind", "city_id", "member_kind")}
    found += [columns[name] == value for name, value in exact.items() if value is not None]
    if wanted.has_waiting:
        found.append(columns.waiting > 0)
    if wanted.waiting_at is not None:
        over = and_(columns.status == ASKED, columns.waits_since <= wanted.waiting_at)
        found.append(or_(columns.status == CONFIRMED, over))
    found += _of_places_and_cities(columns, wanted)
    if wanted.natural_keys is not None:
        found.append(columns.natural_key.in_(wanted.natural_keys))
    if wanted.member_keys is not None:
        found.append(columns.member_key.in_(wanted.member_keys))
    found += _of_interests(columns, wanted)
    topics = (("need", wanted.need_topic), ("offer", wanted.offer_topic))
    found += [_HasWord(columns.subjects, f"{side}:{topic}") for side, topic in topics if topic is not None]
    if wanted.language is not None:
        found.append(columns.languages.contains(f" {wanted.language.lower()} ", autoescape=True))
    if wanted.population_min is not None:
        found.append(columns.population >= wanted.population_min)
    if wanted.population_max is not None:
        found.append(columns.population <= wanted.population_max)
    if wanted.within is not None:
        found += _inside(columns, wanted.within)
    if wanted.ids is not None:
        found.append(columns.id.in_(wanted.ids))
    found += _of_text(columns, wanted)
    found += _of_requests(columns, wanted)
    if wanted.of_city is not None:
        found.append(or_(columns.city_a == wanted.of_city, columns.city_b == wanted.of_city))
    if wanted.requests_of is not None:
        found.append(CITY_OF_CHANGE.in_([wanted.requests_of]))
    if wanted.without_contact:
        found.append(~_has_contact(columns.id))
    if wanted.without_confirmed_contact:
        found += [_has_contact(columns.id), ~_has_contact(columns.id, tables.contacts.c.confirmed)]
    if wanted.unchanged_since is not None:
        found.append(or_(columns.changed_at.is_(None), columns.changed_at < wanted.unchanged_since))
    return found


def _of_text(columns: Any, wanted: Filter) -> list[ColumnElement[bool]]:
    """Conditions that the text has all words, or that the entry is one of those that the words mean."""
    words = [columns.search.contains(word, autoescape=True) for word in fold(wanted.text or "").split()]
    return [or_(and_(*words), columns.natural_key.in_(wanted.or_keys))] if words and wanted.or_keys else words


def _inside(columns: Any, box: Box) -> list[ColumnElement[bool]]:
    """Conditions that a position lies in a part of the map."""
    found: list[ColumnElement[bool]] = [columns.latitude >= box.south, columns.longitude >= box.west]
    found.append(columns.latitude.is_not(None) if box.north >= _POLE else columns.latitude < box.north)
    found.append(columns.longitude.is_not(None) if box.east >= _DATE_LINE else columns.longitude < box.east)
    return found


def _has_contact(column: Any, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Condition that the member has a contact that meets all of `which`.

    Members without such a contact are found by their ids, since most members have one.
    """
    members, contacts = column.table.alias(), tables.contacts.c
    kind: ColumnElement[str] = literal_column(f"'{_KINDS[column.table.name]}'")
    its = exists().where(contacts.member_id == members.c.id, contacts.member_kind == kind, *which)
    found: ColumnElement[bool] = column.not_in(select(members.c.id).where(~its))
    return found


def _of_requests(columns: Any, wanted: Filter) -> list[ColumnElement[bool]]:
    """Conditions on columns of requests only: amounts, beneficiaries, period and payee."""
    found: list[ColumnElement[bool]] = []
    if wanted.currency is not None:
        found.append(columns.currency == wanted.currency)
    if wanted.asked_min is not None:
        found.append(columns.amount_max >= wanted.asked_min)
    if wanted.asked_max is not None:
        found.append(columns.amount_min <= wanted.asked_max)
    if wanted.benefits_min is not None:
        found.append(columns.beneficiaries >= wanted.benefits_min)
    if (day := wanted.runs_on) is not None:
        found += [
            or_(columns.starts.is_(None), columns.starts <= day),
            or_(columns.ends.is_(None), columns.ends >= day),
        ]
    return found + [columns.payee.contains(word, autoescape=True) for word in fold(wanted.payee or "").split()]


def _of_places_and_cities(columns: Any, wanted: Filter) -> list[ColumnElement[bool]]:
    """Conditions on country and region; tables without these columns use those of the city, which is looked up once."""
    exact = {name: value for name in ("country", "region") if (value := getattr(wanted, name)) is not None}
    if "country" in columns:
        return [columns[name] == value for name, value in exact.items()]
    cities = tables.cities.c
    which = [cities[name] == value for name, value in exact.items()]
    if wanted.visible_cities_only:
        which.append(cities.status == "endorsed")
    names = [name for name in ("city_id", "city_a", "city_b") if name in columns]
    return [_is_city(columns[name], *which) for name in names if which]


def _of_interests(columns: Any, wanted: Filter) -> list[ColumnElement[bool]]:
    """Conditions on subjects, in the wanted mode; without subjects, on the mode alone."""
    if not (wanted.subject or wanted.need or wanted.offer or wanted.mode):
        return []  # not all tables have the columns
    column, mode = (columns.subjects, "") if wanted.mode is None else (columns.modes, f":{wanted.mode}")
    asked = (("need", wanted.need), ("offer", wanted.offer))
    found: list[ColumnElement[bool]] = [
        _HasWord(column, f"{side}:{subject}{mode}") for side, subject in asked if subject
    ]
    if wanted.subject:
        found.append(or_(*(_HasWord(column, f"{side}:{wanted.subject}{mode}") for side in ("need", "offer"))))
    if wanted.mode is not None and not found:
        found.append(_HasWord(column, wanted.mode))
    return found


def _is_city(column: ColumnElement[str], *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Condition that the column names a city that meets all of `which`; checked row by row as a page is read."""
    return exists().where(tables.cities.c.id == column, *which)


class _HasWord(FunctionElement[bool]):
    """Condition that a text, with a space on both sides of each word, contains a word: `_HasWord(column, word)`.

    In PostgreSQL the indexes of words in `tables` find the rows.
    """

    type = Boolean()
    inherit_cache = True


@compiles(_HasWord, "postgresql")
def _in_array(element: _HasWord, compiler: SQLCompiler, **options: Any) -> str:
    column, word = (compiler.process(each, **options) for each in element.clauses)
    return f"string_to_array({column}, ' ') @> ARRAY[CAST({word} AS TEXT)]"


@compiles(_HasWord, "sqlite")
def _in_text(element: _HasWord, compiler: SQLCompiler, **options: Any) -> str:
    column, word = (compiler.process(each, **options) for each in element.clauses)
    return f"instr({column}, ' ' || {word} || ' ') > 0"
