"""A programme's criteria, as matching takes them in an address."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_LISTS: Final = ("subjects", "supports", "regions", "countries")
_NUMBERS: Final = ("population_min", "population_max", "budget", "grant_min", "grant_max")
Parameters = dict[str, str | Sequence[str]]


def criteria_of(programme: Mapping[str, Any]) -> Parameters:
    """What a programme, stored or stated in a form, says that decides which cities it reaches."""
    lists = {name: [str(each) for each in programme.get(name) or ()] for name in _LISTS}
    single = {name: str(programme[name]) for name in (*_NUMBERS, "currency") if programme.get(name) is not None}
    return {**{name: value for name, value in lists.items() if value}, **single}
