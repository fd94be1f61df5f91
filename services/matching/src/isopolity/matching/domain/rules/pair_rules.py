"""Rules on the pairs of a round: pairs that must be chosen and pairs that must never be.

Invariant: rules that cannot all be kept are reported in one sentence before any solver runs. A rule names a pair by its
two holders of capacity; `positions` turns such rules into positions of edges.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.domain.member import kind_of, owner, sponsorship_pair, twinning_pair
from isopolity.matching.errors import ContradictoryRules, UnknownMember

Pair = tuple[str, str]
"""Two holders of capacity, in the order of their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRules:
    """The rules of one round, made by `of`; no pair is in both sets, and no pair is of a member with itself."""

    must: AbstractSet[Pair] = frozenset()
    never: AbstractSet[Pair] = frozenset()

    @classmethod
    def of(cls, must: Iterable[tuple[str, str]] = (), never: Iterable[tuple[str, str]] = ()) -> "PairRules":
        """The rules on these pairs of holders, each in any order. Raises ContradictoryRules for a pair in both."""
        rules = cls(must=frozenset(_pair(*pair) for pair in must), never=frozenset(_pair(*pair) for pair in never))
        for one, other in sorted(rules.must & rules.never):
            raise ContradictoryRules(
                f"{one} and {other} both must and must never be paired; drop one of the two rules."
            )
        return rules

    def check(
        self,
        capacities: Mapping[str, int],
        *,
        closed: Collection[str] = (),
        blocked: Callable[[Pair], str | None] = lambda pair: None,
    ) -> None:
        """Raise UnknownMember or ContradictoryRules unless all must pairs can be chosen together.

        `capacities` has the free capacity of every holder, also if 0; `closed` has the keys of frozen pairs; `blocked`
        names in a few words what blocks a pair, or is None. Never pairs hold even if their members have left.
        """
        PairRules(must=self.must).require_known(capacities.keys())
        for pair in sorted(self.must):
            names = " and ".join(pair)
            if closed and pair_key(pair) in closed:
                raise ContradictoryRules(f"{names} must be paired but cannot be proposed at present; drop the rule.")
            if reason := blocked(pair):
                raise ContradictoryRules(f"{names} must be paired but are blocked: {reason}; drop the rule.")
        for holder, wanted in sorted(self._wanted().items()):
            if wanted > capacities[holder]:
                noun, capacity = _words(holder)
                raise ContradictoryRules(
                    f"{holder} must be in {wanted} {noun}{'' if wanted == 1 else 's'} but can handle "
                    f"{capacities[holder]} more; drop a rule or raise {capacity}."
                )

    def require_known(self, holders: Collection[str]) -> None:
        """Raise UnknownMember if a rule names a holder that is not in `holders`."""
        for holder in sorted({holder for pair in self.must | self.never for holder in pair}):
            if holder not in holders:
                raise UnknownMember(f"A rule names {holder}, and there is no such endorsed member; correct its id.")

    def missing(self, candidates: Collection[Pair]) -> Sequence[Pair]:
        """The must pairs that are not candidates yet and have to be added, however low their scores are."""
        return sorted(self.must - frozenset(candidates))

    def positions(self, edges: Iterable[Pair]) -> tuple[Integers, Integers]:
        """The positions of the must pairs and of the never pairs among `edges`, for RoundProblem.

        A never pair without an edge is kept anyway. Raises ContradictoryRules if a must pair has no edge.
        """
        place = {_pair(*pair): position for position, pair in enumerate(edges)}
        for one, other in self.missing(place.keys()):
            raise ContradictoryRules(f"{one} and {other} must be paired but are no candidates; drop the rule.")
        return _sorted(place[pair] for pair in self.must), _sorted(place[p] for p in self.never if p in place)

    def _wanted(self) -> Mapping[str, int]:
        return Counter(holder for pair in self.must for holder in pair)


def pair_key(pair: Pair) -> str:
    """The key of a pair of holders or owners, as candidates and proposals have it.

    Raises ContradictoryRules if the two cannot be a pair.
    """
    owners = [owner(holder) for holder in pair]
    kinds = {each.partition("/")[0]: each for each in owners}
    city = [each.removeprefix("city/") for each in owners if each.startswith("city/")]
    if len(city) == 2:
        return twinning_pair(*city)
    if len(city) == 1 and "programme" in kinds:
        return sponsorship_pair(kinds["programme"], city[0])
    raise ContradictoryRules(f"{pair[0]} and {pair[1]} cannot be paired; name two cities, or programme and city.")


def _pair(one: str, other: str) -> Pair:
    if one == other:
        raise ContradictoryRules(f"A rule pairs {one} with itself; name two members.")
    return (one, other) if one < other else (other, one)


def _words(holder: str) -> tuple[str, str]:
    """The words for a pair of this holder, and for the limit on it; unknown names get words too."""
    if holder.startswith("city/"):
        kind = kind_of(holder)
        return kind, f"its capacity for {kind}s"
    return ("sponsorship", "the number of its cities") if holder.startswith("programme/") else ("pair", "its capacity")


def _sorted(positions: Iterable[int]) -> Integers:
    return np.array(sorted(positions), np.int64)
