"""Blockers: hard rules that keep a pair apart whatever its score, held as bits so that many pairs are decided at once.

Invariant: a blocker never changes a score and a score never lifts a blocker. What could tell something about an
answer, about capacity or about staff's rules is shown to members as one code, “not proposed at present”.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy import sparse

from isopolity.matching.arrays import Booleans, Integers, Unsigned16
from isopolity.matching.domain.scores.city_arrays import Profiles


class Blocker(StrEnum):
    """A reason why a pair is not proposed; they are told in this order, which is that of the bits."""

    SAME_CITY = "same-city"
    TIED = "tied-already"
    OWN_COUNTRY = "own-country"
    """Two cities of one country that do not both want that."""
    SUBJECTS = "subjects"
    """Nothing that one looks for is what the other gives, nor a neighbour of it."""
    OUT_OF_REACH = "out-of-reach"
    """There is something to give, but no way to meet for it: somebody would have to travel or host."""
    REGION = "region"
    COUNTRY = "country"
    POPULATION = "population"
    PERIOD = "period"
    AMOUNT = "amount"
    """The amounts asked for and granted do not overlap, or the budget does not reach."""
    NEVER = "never-rule"
    PROPOSED = "proposed-before"
    """Proposed now, or settled so recently that the pair is frozen."""
    NO_CAPACITY = "no-capacity"

    @property
    def bit(self) -> np.uint16:
        """The bit of the blocker."""
        return _BITS[self]


NOT_AT_PRESENT: Final = "not-at-present"
PRIVATE: Final = frozenset({Blocker.NEVER, Blocker.PROPOSED, Blocker.NO_CAPACITY})
_BITS: Final[Mapping[Blocker, np.uint16]] = {blocker: np.uint16(1 << place) for place, blocker in enumerate(Blocker)}


def codes(bits: int | np.uint16) -> Sequence[Blocker]:
    """The blockers of one pair."""
    return [blocker for blocker in Blocker if int(bits) & int(blocker.bit)]


def shown(bits: int | np.uint16) -> Sequence[str]:
    """The codes of one pair as its members may see them."""
    found = codes(bits)
    public = [blocker.value for blocker in found if blocker not in PRIVATE]
    return public if len(public) == len(found) else [*public, NOT_AT_PRESENT]


def flagged(blocker: Blocker, where: Booleans) -> Unsigned16:
    """The blocker's bit where it applies."""
    return np.where(where, blocker.bit, np.uint16(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Which cities have capacity left, and which pairs of them ties, proposals or rules bar; by city index."""

    free: Booleans
    """(n,): whether each city has capacity left."""
    barred: sparse.csr_array
    """(n, n), symmetric, of uint16: the bits TIED, PROPOSED and NEVER; sorted, most rows have few or none."""

    @classmethod
    def of(
        cls, profiles: Profiles, free: Booleans, barred: Mapping[Blocker, Iterable[tuple[str, str]]]
    ) -> "Availability":
        """`barred` are pairs of city ids by what bars them, in either order; unknown ids are passed over."""
        n = len(profiles)
        pairs = [(*pair, blocker.bit) for blocker, given in barred.items() for pair in sorted(_known(profiles, given))]
        a, b, bits = (np.array(entries) for entries in zip(*pairs, strict=True)) if pairs else _nobody()
        matrix = sparse.csr_array((bits, (a, b)), shape=(n, n), dtype=np.uint16)
        matrix.sum_duplicates()  # each pair has each bit once, so that the sum is their union
        return cls(free=free, barred=matrix)


def listed(profiles: Profiles, barred: Mapping[Blocker, Iterable[str]]) -> Unsigned16:
    """(n,): the blockers of each city with a programme that do not come from profiles; `barred` has city ids."""
    bits = np.zeros(len(profiles), np.uint16)
    for blocker, city_ids in barred.items():
        bits[[profiles.index[city_id] for city_id in city_ids if city_id in profiles.index]] |= blocker.bit
    return bits


def between_cities(profiles: Profiles, availability: Availability, a: Integers, b: Integers) -> Unsigned16:
    """The blockers of the pairs (a[i], b[i]) that do not depend on needs and offers, as bits."""
    listed = np.asarray(availability.barred[a, b], np.uint16).reshape(len(a)) if len(a) else np.empty(0, np.uint16)
    return (
        listed
        | flagged(Blocker.SAME_CITY, a == b)
        | flagged(Blocker.OWN_COUNTRY, _in_own_country(profiles, a, b))
        | flagged(Blocker.NO_CAPACITY, ~(availability.free[a] & availability.free[b]))
    )


def _in_own_country(profiles: Profiles, a: Integers, b: Integers) -> Booleans:
    """Whether the cities lie in one country and do not both want a partner there; the first stage is tested on it."""
    both_want = profiles.wants_own_country[a] & profiles.wants_own_country[b]
    return np.asarray((profiles.country[a] == profiles.country[b]) & ~both_want, bool)


def _known(profiles: Profiles, pairs: Iterable[tuple[str, str]]) -> set[tuple[int, int]]:
    index = profiles.index
    found = {(index[one], index[other]) for one, other in pairs if one in index and other in index}
    return found | {(other, one) for one, other in found}


def _nobody() -> tuple[Integers, Integers, Unsigned16]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16)
