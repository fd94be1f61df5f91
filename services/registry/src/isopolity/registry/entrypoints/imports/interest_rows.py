"""Rows with a need or an offer each: those of one city, one below the other, become all its needs and offers.

Invariant: if one row of a city has a problem, none of its rows is imported, so that no need is lost with it. A row that
could not be read may be about the city above or the one below.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Final

from pydantic import ValidationError

from isopolity.identity.folded_text import fold
from isopolity.registry.application.imports.rows import ImportRow, RowProblem, StatedInterests
from isopolity.registry.domain.errors import InvalidProfile
from isopolity.registry.domain.own_words import INTERESTS, SAID
from isopolity.registry.domain.wording import refuse_unfit
from isopolity.registry.entrypoints.imports.row_parts import problem_at, reference_to, sentence_of
from isopolity.registry.entrypoints.imports.tables import OF_CITY, InterestRow
from isopolity.registry.entrypoints.inputs import MOST_INTERESTS
from isopolity.tables.rows import RawRow

_SIDES: Final = {"need": "needs", "offer": "offers"}
_OPTIONAL: Final = frozenset({*SAID, "valid_until"})
_validated: Final = InterestRow.__pydantic_validator__.validate_python


def joined_interests(
    rows: Iterable[RawRow], given: frozenset[str] | None
) -> Iterator[tuple[str, ImportRow[StatedInterests]] | list[RowProblem]]:
    """The imports or problems of rows; `given` are the columns of a table, None if each row has its own."""
    is_doubtful = False
    for _, group in groupby(with_cities(rows), key=itemgetter(0)):
        joined = [row for _, row in islice(group, 2 * MOST_INTERESTS + 1)]
        if len(joined) > 2 * MOST_INTERESTS:
            detail = f"More than {2 * MOST_INTERESTS} rows in a row are about this city; leave some out."
            yield [RowProblem(joined[0].line, None, detail)]
        else:
            found = _of_one_city(joined, given)
            detail = "The row above could not be read and may be about this city, too; correct that one."
            doubt = [RowProblem(joined[0].line, None, detail)] if is_doubtful else []
            yield [*doubt, *found] if isinstance(found, list) else doubt or found
        is_doubtful = joined[-1].problem is not None


def with_cities(rows: Iterable[RawRow]) -> Iterator[tuple[tuple[str, ...], RawRow]]:
    """Each row with the cells that name its city; a row that could not be read goes with the city above."""
    city: tuple[str, ...] = ()
    for row in rows:
        if row.problem is None:
            city = tuple(fold(str(row.values.get(name) or "")) for name in OF_CITY)
        yield city, row


def _of_one_city(
    rows: Sequence[RawRow], given: frozenset[str] | None
) -> tuple[str, ImportRow[StatedInterests]] | list[RowProblem]:
    found = [_entry(row) for row in rows]
    entries = [each for each in found if isinstance(each, InterestRow)]
    sides = {part: [each for each in entries if each.side == side] for side, part in _SIDES.items()}
    problems = [problem for each in found if isinstance(each, list) for problem in each]
    problems += [
        RowProblem(rows[0].line, "side", f"A city has at most {MOST_INTERESTS} {part}; leave some out.")
        for part, of_side in sides.items()
        if len(of_side) > MOST_INTERESTS
    ]
    if problems:
        return problems
    try:
        city = reference_to(entries[0], "city")
    except InvalidProfile as error:
        return [problem_at(rows[0].line, one.path, one.detail) for one in error.errors]
    needs, offers = (tuple(each.interest for each in sides[part]) for part in INTERESTS)
    silent = {
        part: [_OPTIONAL - (each.model_fields_set if given is None else given) for each in of_side]
        for part, of_side in sides.items()
    }
    stated = StatedInterests(city, needs, offers, silent)
    return city.city_id or city.key, ImportRow(rows[0].line, stated, frozenset(INTERESTS))


def _entry(row: RawRow) -> InterestRow | list[RowProblem]:
    if row.problem is not None:
        return [RowProblem(row.line, None, row.problem)]
    try:
        entry: InterestRow = _validated(row.values)
        refuse_unfit(entry.interest)
    except ValidationError as error:
        return [problem_at(row.line, one["loc"], sentence_of(one)) for one in error.errors(include_url=False)]
    except InvalidProfile as error:
        return [problem_at(row.line, one.path, one.detail) for one in error.errors]
    return entry
