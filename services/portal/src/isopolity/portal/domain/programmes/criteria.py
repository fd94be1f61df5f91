"""A programme's criteria, and what narrows the cities that they reach, as matching takes them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal, TypedDict

from isopolity.client.registry.models import Programme
from isopolity.portal.domain.programmes.form import Stated, codes_in

Number = Literal["population_min", "population_max", "budget", "grant_min", "grant_max"]
_NUMBERS: Final[Sequence[Number]] = ("population_min", "population_max", "budget", "grant_min", "grant_max")
_WHOLE: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)
NUMBERS: Final = ("size_min", "size_max", "asked_min", "asked_max", "benefits_min")
AMOUNTS: Final = ("asked_min", "asked_max")
_TICKS: Final = ("requests_only", "first_tie_only", "with_blocked")
NAMES: Final = ("region", "country", "subject", "runs_on", "payee", *NUMBERS, *_TICKS)
"""All that may narrow the cities which a programme reaches, by the names of matching's parameters."""


class Criteria(TypedDict, total=False):
    """A programme's conditions on cities, by the names of matching's parameters."""

    subjects: Sequence[str]
    topics: Sequence[str]
    supports: Sequence[str]
    regions: Sequence[str]
    countries: Sequence[str]
    population_min: int | None
    population_max: int | None
    currency: str
    budget: int
    grant_min: int
    grant_max: int


def criteria_of(programme: Programme) -> Criteria:
    """The criteria of a programme."""
    return Criteria(
        subjects=programme.subjects,
        topics=programme.topics,
        supports=programme.supports,
        regions=programme.regions,
        countries=programme.countries,
        population_min=programme.population_min,
        population_max=programme.population_max,
        currency=programme.currency,
        budget=programme.budget,
        grant_min=programme.grant_min,
        grant_max=programme.grant_max,
    )


def criteria_in(stated: Stated) -> Criteria:
    """The criteria that a form states, without the numbers that are none."""
    found = Criteria(
        subjects=codes_in(stated, "subjects"),
        topics=codes_in(stated, "topics"),
        supports=codes_in(stated, "supports"),
        regions=codes_in(stated, "regions"),
        countries=codes_in(stated, "countries"),
    )
    if isinstance(currency := stated.get("currency"), str):
        found["currency"] = currency
    for name in _NUMBERS:
        if isinstance(number := _whole(stated.get(name)), int):
            found[name] = number
    return found


def no_numbers(stated: Stated) -> Mapping[Number, str]:
    """Texts of the fields for numbers that are no whole numbers; matching checks all others."""
    return {name: text for name in _NUMBERS if isinstance(text := _whole(stated.get(name)), str)}


def _whole(value: object) -> int | str | None:
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else value
    return value if isinstance(value, int) else None


def choices_in(chosen: Mapping[str, str]) -> Mapping[str, str | bool]:
    """The choices of an address that narrow the cities; its numbers are whole and its day is a day."""
    found = {name: name in _TICKS or chosen[name] for name in NAMES if name in chosen}
    return found | ({"runs_on": date.fromisoformat(chosen["runs_on"]).isoformat()} if "runs_on" in found else {})
