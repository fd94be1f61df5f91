"""Examples for the first page: pairs of cities of which one looks for what the other offers.

Invariant: all that an example says stands on the public board; it says nothing of proposals.
"""

from dataclasses import dataclass
from typing import Final

from isopolity.client.registry.models import NamedCity, SeekingPage

EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A city that looks for a subject, and one that offers it."""

    subject: str
    seeking: NamedCity
    offering: NamedCity

    @property
    def illustrative(self) -> bool:
        """Whether one of them is of a demonstration."""
        return self.seeking.illustrative or self.offering.illustrative


def examples_of(board: SeekingPage) -> list[Example]:
    """At most `EXAMPLES` examples from the board's subjects, in its order; no city stands in two of them."""
    found: list[Example] = []
    used: set[str] = set()
    for each in board.items:
        pair = _pair(
            [city for city in each.first_seeking if city.city_id not in used],
            [city for city in each.first_offering if city.city_id not in used],
        )
        if pair is not None and len(found) < EXAMPLES:
            used |= {city.city_id for city in pair}
            found.append(Example(subject=each.subject, seeking=pair[0], offering=pair[1]))
    return found


def _pair(seeking: list[NamedCity], offering: list[NamedCity]) -> tuple[NamedCity, NamedCity] | None:
    """The first two of different countries, else of different names."""
    pairs = [(one, other) for one in seeking for other in offering if one.city_id != other.city_id]
    return min(pairs, key=lambda pair: pair[0].country == pair[1].country, default=None)
