"""Countries as people type them: by their names, common ones too, or by their codes.

Invariant: a text that is no name of a country is never taken for one; the nearest name is only suggested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Self

from isopolity.identity.folded_text import fold

_COMMON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "america": "US",
        "bosnia": "BA",
        "britain": "GB",
        "burma": "MM",
        "congo": "CG",
        "czech republic": "CZ",
        "dr congo": "CD",
        "drc": "CD",
        "democratic republic of the congo": "CD",
        "east timor": "TL",
        "emirates": "AE",
        "great britain": "GB",
        "holland": "NL",
        "hong kong": "HK",
        "ivory coast": "CI",
        "korea": "KR",
        "macao": "MO",
        "macau": "MO",
        "macedonia": "MK",
        "myanmar": "MM",
        "palestine": "PS",
        "republic of the congo": "CG",
        "swaziland": "SZ",
        "the gambia": "GM",
        "the netherlands": "NL",
        "turkey": "TR",
        "uae": "AE",
        "uk": "GB",
        "usa": "US",
        "vatican": "VA",
    }
)
"""Names that people use and no list has, folded."""


@dataclass(frozen=True, slots=True)
class CountryNames:
    """The names of countries in a language, by code, and what else people call them."""

    names: Mapping[str, str]
    codes: Mapping[str, str]
    """By the folded name."""

    @classmethod
    def of(cls, names: Mapping[str, str], english: Mapping[str, str]) -> Self:
        """With these names; the English ones, by code, are understood, too."""
        known = {code: code for code in (*english, *names)}
        named = {**known, **{name: code for code, name in english.items()}, **{n: code for code, n in names.items()}}
        return cls(names, {**_COMMON, **{fold(name): code for name, code in named.items()}})

    def code(self, text: str) -> str | None:
        """The code of the country of this name; None for any other text."""
        return self.codes.get(fold(text))

    def nearest(self, text: str) -> str | None:
        """The name most like the text; None where all names are unlike it."""
        found = get_close_matches(fold(text), self.codes, n=1, cutoff=0.75)
        return self.names.get(self.codes[found[0]]) if found else None


def outside(countries: Sequence[str], regions: Sequence[str], known: Mapping[str, str]) -> Sequence[str]:
    """The codes of countries that lie in none of the regions, where regions are named; `known` are those by code."""
    return [code for code in countries if regions and code in known and known[code] not in regions]
