"""Rows below the headings of a table that are no rows of it: a second line of headings, and totals.

Invariant: a row that names a known country in all that it needs is an entry, whatever it is called.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from isopolity.identity.folded_text import name_key
from isopolity.registry.entrypoints.imports.cells.codes import COUNTRY, code_lists
from isopolity.registry.entrypoints.imports.headings.meanings import columns_of

_TOTALS: Final = frozenset(
    map(
        name_key,
        (
            *("total", "totals", "totaux", "total général", "grand total", "sous-total", "subtotal", "gesamt"),
            *("insgesamt", "gesamtsumme", "summe", "suma", "soma", "total general", "total geral"),
            *("итого", "всего", "المجموع", "总计", "合计"),
        ),
    )
)
_IN_BRACKETS: Final = re.compile(r"[(\[].*[)\]]", re.DOTALL)
_COUNTRIES: Final = ("country", "home_country", "city_country")
_NAMES: Final = ("name", "city_name")


def is_headings(kind: str, filled: Sequence[Any]) -> bool:
    """Whether these cells of a row are more headings: each is a heading, or stands in brackets."""
    texts = [str(cell).strip() for cell in filled]
    return bool(texts) and all(any(columns_of(kind, [text])) or _IN_BRACKETS.fullmatch(text) for text in texts)


def is_total(filled: Sequence[Any], values: Mapping[str, Any], needed: Collection[str]) -> bool:
    """Whether a row sums up: it begins with a word for that, or is called so, and is no entry of a known country."""
    words = {name_key(str(each)) for each in (*filled[:1], *(values[name] for name in _NAMES if name in values))}
    if words.isdisjoint(_TOTALS):
        return False
    countries = [str(values[name]) for name in _COUNTRIES if name in values]
    is_entry = not countries or any(code_lists()[COUNTRY].code(each) is not None for each in countries)
    return not (is_entry and set(needed) <= values.keys())
