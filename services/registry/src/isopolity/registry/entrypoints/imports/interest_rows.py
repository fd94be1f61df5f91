"""Rows with a need or an offer each: those of one city, one below the other, become all its needs and offers.

Invariant: if one row of a city has a problem, none of its rows is imported, so that no need is lost with it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any, Final

from pydantic import ValidationError

from isopolity.identity.folded_text import fold
from isopolity.registry.application.imports.rows import ImportRow, RowProblem, StatedInterests
from isopolity.registry.domain.city import Interest
from isopolity.registry.domain.errors import InvalidProfile
from isopolity.registry.domain.own_words import SAID
from isopolity.registry.domain.wording import refuse_unfit
from isopolity.registry.entrypoints.imports.row_parts import problem_at, reference_to, sentence_of
from isopolity.registry.entrypoints.imports.tables import OF_CITY, InterestRow
from isopolity.registry.entrypoints.inputs import MOST_INTERESTS, InterestInput
from isopolity.tables.rows import RawRow

_FIELDS: Final = tuple(InterestInput.model_fields)
_SIDES: Final = {"need": "needs", "offer": "offers"}
_UNSAID: Final = frozenset({*SAID, "valid_until"})
_validated: Final = InterestRow.__pydantic_validator__.validate_python


def joined_interests(
    rows: Iterable[RawRow], given: frozenset[str] | None
) -> Iterator[tuple[str, ImportRow[StatedInterests]] | list[RowProblem]]:
    """The imports or problems of rows; `given` are the columns of a table, None if each row has its own."""
    for _, group in groupby(rows, key=_city_of):
        joined = list(islice(group, 2 * MOST_INTERESTS + 1))
        if len(joined) > 2 * MOST_INTERESTS:
            detail = f"More than {2 * MOST_INTERESTS} rows in a row are about this city; leave some out."
            yield [RowProblem(joined[0].line, None, detail)]
        else:
            yield _of_one_city(joined, given)


def _of_one_city(
    rows: Sequence[RawRow], given: frozenset[str] | None
) -> tuple[str, ImportRow[StatedInterests]] | list[RowProblem]:
    problems: list[RowProblem] = []
    entries: list[InterestRow] = []
    for row in rows:
        found = _entry(row)
        if isinstance(found, InterestRow):
            entries.append(found)
        else:
            problems += found
    sides: dict[str, list[Interest]] = {part: [] for part in _SIDES.values()}
    silent: dict[str, list[frozenset[str]]] = {part: [] for part in _SIDES.values()}
    for entry in entries:
        part = _SIDES[entry.side]
        sides[part].append(_interest(entry))
        silent[part].append(_UNSAID - (entry.model_fields_set if given is None else given))
    for part, found_there in sides.items():
        if len(found_there) > MOST_INTERESTS:
            detail = f"A city has at most {MOST_INTERESTS} {part}; leave some out."
            problems.append(RowProblem(rows[0].line, "side", detail))
    if problems:
        return problems
    try:
        city = reference_to(entries[0], "city")
    except InvalidProfile as error:
        return [RowProblem(rows[0].line, str(one.path[0]), one.detail) for one in error.errors]
    stated = StatedInterests(city, tuple(sides["needs"]), tuple(sides["offers"]), silent)
    return city.city_id or city.key, ImportRow(rows[0].line, stated, frozenset(_SIDES.values()))


def _entry(row: RawRow) -> InterestRow | list[RowProblem]:
    if row.problem is not None:
        return [RowProblem(row.line, None, row.problem)]
    try:
        entry: InterestRow = _validated(row.values)
        refuse_unfit(_interest(entry))
    except ValidationError as error:
        return [problem_at(row.line, one["loc"], sentence_of(one), []) for one in error.errors(include_url=False)]
    except InvalidProfile as error:
        return [problem_at(row.line, one.path, one.detail, []) for one in error.errors]
    return entry


def _interest(entry: InterestRow) -> Interest:
    return Interest(**{name: getattr(entry, name) for name in _FIELDS})


def _city_of(row: RawRow) -> tuple[Any, ...]:
    return tuple(fold(str(row.values.get(name) or "")) for name in OF_CITY)
