"""Pairs that are ticked in a form: each in a field of its own, as two ids.

Invariant: a field that holds no two ids is no pair.
"""

from collections.abc import Mapping
from typing import Final

_PREFIX: Final = "pair-"
_IDS: Final = 2


def ticked_pairs(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs, in the order of the form, each once."""
    found = (pair_in(value) for name, value in form.items() if name.startswith(_PREFIX))
    return list(dict.fromkeys(pair for pair in found if pair is not None))


def pair_in(value: str) -> tuple[str, str] | None:
    """The pair that the value of a field states; None where it states none."""
    ids = value.split()
    return (ids[0], ids[1]) if len(ids) == _IDS else None
