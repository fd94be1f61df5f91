"""Pairs that are ticked in a form: each in a field of its own, as two ids.

Invariant: a field that holds no two ids is no pair.
"""

from collections.abc import Mapping
from typing import Final

_PREFIX: Final = "pair-"
_IDS: Final = 2


def ticked_pairs(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs, in the order of the form, each once."""
    values = (value.split() for name, value in form.items() if name.startswith(_PREFIX))
    return list(dict.fromkeys((ids[0], ids[1]) for ids in values if len(ids) == _IDS))
