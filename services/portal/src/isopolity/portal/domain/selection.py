"""Filters of a list, all of them in its address, so that it can be kept and passed on; pairs that people tick.

Invariant: a field that does not hold two ids is no pair.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar
from urllib.parse import urlencode

from isopolity.client.call import Call

Answer = TypeVar("Answer")
_LONGEST: Final = 200
"""Characters of one choice; what is longer is no choice of anybody."""
_PREFIX: Final = "pair-"
_IDS: Final = 2


def narrowed(call: Call[Answer], chosen: Mapping[str, object]) -> Call[Answer]:
    """The call for a list with these choices, whose names are those of its parameters."""
    return replace(call, query={**call.query, **chosen})


@dataclass(frozen=True, slots=True)
class Selection:
    """Choices by name, none of them empty, and the place in the list from which it is shown."""

    path: str
    chosen: Mapping[str, str]
    cursor: str | None = None

    @classmethod
    def of(cls, path: str, query: Mapping[str, str], names: tuple[str, ...]) -> "Selection":
        """The selection in an address; what is not among `names` is left out."""
        given = {name: query.get(name, "").strip()[:_LONGEST] for name in names}
        return cls(path, {name: value for name, value in given.items() if value}, query.get("cursor") or None)

    def address(self, cursor: str | None = None) -> str:
        """The address of this selection, from `cursor` on."""
        query = {**self.chosen, **({"cursor": cursor} if cursor else {})}
        return f"{self.path}?{urlencode(query)}" if query else self.path

    def elsewhere(self, path: str, more: Mapping[str, str] | None = None) -> str:
        """The address of another list by the same choices of places, and `more`."""
        places = {name: value for name, value in self.chosen.items() if name in ("region", "country")}
        return Selection(path, {**places, **(more or {})}).address()

    def opened(self, within: str) -> str:
        """The address of this selection in a part of the map, at the map."""
        return f"{Selection(self.path, {**self.chosen, 'within': within}).address()}#map"

    def file(self, form: str) -> str:
        """The address of all that fits this selection as a file, `csv` or `xlsx`."""
        return f"{self.path}?{urlencode({**self.chosen, 'form': form})}"

    def without(self, name: str) -> str:
        """The address of this selection without one of its choices."""
        rest = {key: value for key, value in self.chosen.items() if key != name}
        return Selection(self.path, rest).address()

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of a service's list."""
        return {**self.chosen, **({"cursor": self.cursor} if self.cursor else {})}


def ticked_pairs(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs, in the order of the form, each once."""
    found = (pair_in(value) for name, value in form.items() if name.startswith(_PREFIX))
    return list(dict.fromkeys(pair for pair in found if pair is not None))


def pair_in(value: str) -> tuple[str, str] | None:
    """The pair that the value of a field states; None where it states none."""
    ids = value.split()
    return (ids[0], ids[1]) if len(ids) == _IDS else None
