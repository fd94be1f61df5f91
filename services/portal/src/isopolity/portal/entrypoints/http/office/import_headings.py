"""The headings of a file on its page: a part of them at a time, since a file may have hundreds.

Invariant: each heading is in exactly one part, and the page links to all parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client.registry.models import HeadingDocument, LayoutDocument
from isopolity.portal.domain.typed_values import whole_number

OF_A_PART: Final = 60
"""The most headings whose column is chosen at a time."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of one part, and where the other parts are."""

    shown: Sequence[tuple[int, HeadingDocument]]
    """The place of each heading, from 0, and the heading."""
    parts: Sequence[tuple[int, int]]
    """The number of the first and of the last heading of each part, from 1."""
    first: int
    """The number of the first heading of this part."""
    left_out: Sequence[str]
    """The headings without a column; the number of the column where the heading is empty."""


def headings_at(layout: LayoutDocument | None, number: str) -> Headings:
    """The part that has the heading with this number; the first part if there is no such heading."""
    headings = [] if layout is None else layout.headings
    parts = [(start + 1, min(start + OF_A_PART, len(headings))) for start in range(0, len(headings), OF_A_PART)]
    wanted = whole_number(number) or 1
    first, last = next((each for each in parts if each[0] <= wanted <= each[1]), (parts or [(1, 0)])[0])
    return Headings(
        shown=[(place, headings[place]) for place in range(first - 1, last)],
        parts=parts,
        first=first,
        left_out=[each.title or str(place) for place, each in enumerate(headings, start=1) if each.column is None],
    )
