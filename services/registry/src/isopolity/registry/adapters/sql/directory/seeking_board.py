"""Cities that need and offer each subject or topic, from the column by which lists are filtered.

Invariant: a subject's number equals that of the cities in the list with the same filters.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func, or_, select, tuple_

from isopolity.persistence.database import Database
from isopolity.registry.adapters.sql.directory.conditions import conditions
from isopolity.registry.adapters.sql.tables import cities
from isopolity.registry.application.directory import CityName, Filter, Sought
from isopolity.registry.domain.city import CityProfile

_TOPIC: Final = "topic."
"""The beginning of a topic's code, which no subject has."""
_PROFILE: Final = TypeAdapter(CityProfile)
_AT_ONCE: Final = 200
"""Cities that one step reads to find the first ones for each subject."""
_NAMED: Final = [cities.c[each] for each in ("id", "name", "country", "sort_name", "subjects", "document")]


class SqlSeekingBoard:
    """Cities by the subjects of their needs and offers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self, wanted: Filter) -> Mapping[str, tuple[int, int]]:
        number = await self._by_word(wanted)
        subjects = {code for each in number if each and not (code := each.partition(":")[2]).startswith(_TOPIC)}
        return _of_both_sides(number, sorted(subjects if wanted.subject is None else subjects & {wanted.subject}))

    async def counts_of(self, wanted: Filter, codes: Collection[str]) -> Mapping[str, tuple[int, int]]:
        return _of_both_sides(await self._by_word(wanted), codes)

    async def _by_word(self, wanted: Filter) -> Counter[str]:
        """The number of cities by each word of their column, such as `need:sdg.4` and `offer:topic.556`."""
        word = _words(is_sqlite=self._database.is_sqlite)
        query = select(word, func.count()).select_from(cities).where(*conditions(cities.c, wanted)).group_by(word)
        async with self._database.reading() as connection:
            return Counter({row[0]: row[1] for row in await connection.execute(query)})

    async def first(self, wanted: Filter, counts: Mapping[str, tuple[int, int]], *, most: int) -> Sequence[Sought]:
        numbers = {
            f"{side}:{subject}": number
            for subject, both in counts.items()
            for side, number in zip(("need", "offer"), both, strict=True)
        }
        first = await self._first(wanted, {each: min(number, most) for each, number in numbers.items()})
        return [
            Sought(
                subject=subject,
                seeking=seeking,
                offering=offering,
                first_seeking=first[f"need:{subject}"],
                first_offering=first[f"offer:{subject}"],
            )
            for subject, (seeking, offering) in counts.items()
        ]

    async def _first(self, wanted: Filter, missing: dict[str, int]) -> Mapping[str, Sequence[CityName]]:
        """The first cities by name for each word, as many as are `missing`; fewer if cities have left meanwhile."""
        found: dict[str, list[CityName]] = {each: [] for each in missing}
        query = select(*_NAMED).where(*conditions(cities.c, wanted)).order_by(cities.c.sort_name, cities.c.id)
        async with self._database.reading() as connection:
            rows: Sequence[Any] = ()
            while missing := {each: number for each, number in missing.items() if number > len(found[each])}:
                with_missing = or_(*(cities.c.subjects.contains(f" {each} ", autoescape=True) for each in missing))
                step = query.where(with_missing).limit(_AT_ONCE)
                if rows:
                    step = step.where(tuple_(cities.c.sort_name, cities.c.id) > (rows[-1].sort_name, rows[-1].id))
                rows = (await connection.execute(step)).all()
                for row in rows:
                    words = [word for word in row.subjects.split() if len(found.get(word, ())) < missing.get(word, 0)]
                    if words:
                        profile = _PROFILE.validate_json(row.document).shown()
                        for word in words:
                            found[word].append(_name(row, profile, word))
                if len(rows) < _AT_ONCE:
                    break
        return found


def _of_both_sides(number: Counter[str], codes: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """The numbers of cities that need, and that offer, each code."""
    return {each: (number[f"need:{each}"], number[f"offer:{each}"]) for each in codes}


def _name(row: Any, profile: CityProfile, word: str) -> CityName:
    """The city, and the first title of its own for a need or an offer that the word stands for."""
    side, _, code = word.partition(":")
    interests = profile.needs if side == "need" else profile.offers
    titled = next((each for each in interests if each.title and code in (each.subject, *each.topics)), None)
    return CityName(
        city_id=row.id,
        name=row.name,
        country=row.country,
        illustrative=profile.illustrative,
        title=None if titled is None else titled.title,
        language=None if titled is None else titled.language,
    )


def _words(*, is_sqlite: bool) -> ColumnElement[str]:
    """The single words of the column `subjects`, such as `need:sdg.4`, as rows."""
    words = func.trim(cities.c.subjects)
    if not is_sqlite:
        return func.unnest(func.string_to_array(words, " ")).column_valued("word", joins_implicitly=True)
    listed = '["' + func.replace(words, " ", '","') + '"]'
    word: ColumnElement[str] = func.json_each(listed).table_valued("value", joins_implicitly=True).c.value
    return word
