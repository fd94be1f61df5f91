"""Columns, orders and filters of staff's lists of members.

Invariant: a choice that is not known here is left out, so that an old address still leads to a list.
"""

from collections.abc import Mapping
from typing import Final

from isopolity.portal.domain.typed_values import is_day

COLUMNS: Final = (
    *("member_kind", "kind", "country", "region", "status", "contact"),
    *("mails", "answered_on", "open_proposals", "changed_on"),
)
"""The columns beside the name, in their order; their names are those of notify's fields, and of its orders."""
USUAL: Final = ("country", "contact", "mails", "answered_on", "open_proposals")
"""The columns of a list of which none was chosen."""
ORDERS: Final = frozenset(("name", *COLUMNS))
DESCENDING_FIRST: Final = frozenset({"open_proposals", "changed_on", "answered_on"})
"""Orders that begin with the largest, or the newest, when they are chosen."""
_WORDS: Final = ("text", "member_kind", "status", "country", "region", "contact")
_TICKED: Final = ("mails_lost", "with_open_proposals")
CHOICES: Final = (*_WORDS, *_TICKED, "no_answer_since", "order", "descending", *(f"c-{each}" for each in COLUMNS))
"""The names of all choices of a list, which stand in its address."""


def columns_in(chosen: Mapping[str, str]) -> tuple[str, ...]:
    """The chosen columns, or the usual ones."""
    return tuple(each for each in COLUMNS if f"c-{each}" in chosen) or USUAL


def order_in(chosen: Mapping[str, str]) -> tuple[str, bool]:
    """The chosen order, and whether it is descending."""
    order = chosen.get("order", "")
    return (order, "descending" in chosen) if order in ORDERS else ("name", False)


def filters_in(chosen: Mapping[str, str]) -> dict[str, str | bool]:
    """The parameters of notify's list, without those of order and page."""
    found: dict[str, str | bool] = {name: chosen[name] for name in _WORDS if name in chosen}
    found |= {name: True for name in _TICKED if name in chosen}
    if is_day(day := chosen.get("no_answer_since", "")):
        found["no_answer_since"] = day
    return found
