"""Ports of the engine: the first stage, the solver of rounds, the affinity, time zones of places, and the network.

Invariant: nothing here needs a database, an event or a clock, so that the engine runs without the services.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Floats32, Integers, Integers32
from isopolity.matching.assignment.problem import Report, RoundProblem, ServedCount, ServedRule, Solution, unreported
from isopolity.matching.domain.meaning.own_words import OwnWords
from isopolity.matching.domain.member import City
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.scores.first_stage.numbers import FirstStageNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedPairs:
    """Pairs of cities that are not to be proposed: city i with `other[start[i]:start[i + 1]]`, in ascending order."""

    start: Integers
    """(n + 1,)"""
    other: Integers32

    @classmethod
    def of(cls, a: Integers, b: Integers, cities: int) -> "ExcludedPairs":
        """The pairs (a[i], b[i]) of indices below `cities`, each in either order."""
        one, other = np.concatenate((a, b)), np.concatenate((b, a))
        order = np.lexsort((other, one))
        count = np.bincount(one, minlength=cities)
        return cls(start=np.concatenate(([0], np.cumsum(count))), other=other[order].astype(np.int32))


@dataclass(frozen=True, slots=True, kw_only=True)
class BestPartners:
    """The best partners of some cities, both (cities, k): best first, equal values by ascending index.

    Where a city has fewer than k partners, the rest is -inf and -1.
    """

    values: Floats32
    partners: Integers32


class FirstStage(Protocol):
    """Gives each pair of cities a value close to its full score, fast enough for all pairs of a network."""

    def best(
        self, numbers: FirstStageNumbers, rows: Integers, columns: Booleans, excluded: ExcludedPairs, k: int
    ) -> BestPartners:
        """The k best partners of each city in `rows` among the cities that `columns` allows.

        `columns` is one truth a city; blocked and excluded pairs are left out before the best are taken.
        """

    def row(self, numbers: FirstStageNumbers, city: int, excluded: ExcludedPairs) -> Floats32:
        """(n,): the value of the city with each city; -inf for pairs that cannot be proposed."""


class WordReader(Protocol):
    """Reads the own words of a need or an offer, once, when its member is read.

    A deployment may put another one in place of the stems of words, such as one that embeds texts: a feature is then a
    dimension, and the language one for all texts.
    """

    def read(self, title: str | None, text: str | None, language: str | None) -> OwnWords | None:
        """The words as features by which they are compared; None if nothing can be compared."""


class RoundSolver(Protocol):
    """Chooses the pairs of a round."""

    @property
    def name(self) -> str:
        """The solver's name in certificates."""

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        """The chosen edges with their dual; equal problems give equal solutions. Raises what `report` raises.

        Raises ContradictoryRules, and NoPermittedChoice if none was found that keeps the problem's rules.
        """


class ServingSolver(RoundSolver, Protocol):
    """A RoundSolver that serves as many members as it can, too."""

    def most_served(self, problem: RoundProblem, rule: ServedRule, report: Report = unreported) -> ServedCount:
        """How many members of `rule` a choice serves that keeps the problem's rules, and how many any could at most.

        `rule.at_least` counts nothing. Raises as `solve`.
        """

    def nearest(
        self, problem: RoundProblem, soft: int, report: Report = unreported
    ) -> tuple[RoundProblem, Solution] | None:
        """The best choice that keeps all rules but the last `soft` ones, and these as far as is found.

        The last `soft` rules are about members served; they are lowered to what the solution reaches in the problem
        that comes with it. None where no choice was found that keeps the other rules. Raises what `report` raises.
        """


NearestZone = Callable[[str, float, float], str | None]
"""The time zone of the place in a country that is nearest to a latitude and longitude; None where none is known."""


def no_places(_country: str, _latitude: float, _longitude: float) -> str | None:
    """A NearestZone that knows no places."""
    return None


class PairAffinity(Protocol):
    """The affinity of pairs of some cities."""

    def scores(self, a: Integers, b: Integers) -> Floats:
        """The chance, from 0 to 1, that such cities become twins, for each pair of positions among the cities.

        It is equal for (a, b) and (b, a), and does not depend on other questions.
        """


class NetworkAffinity(Protocol):
    """A model of affinity in a network whose twinnings it knows, too."""

    def among(self, cities: Sequence[City]) -> PairAffinity:
        """The affinity of pairs of some cities of the network."""


class Affinity(Protocol):
    """A model of what real twinnings teach."""

    @property
    def version(self) -> str:
        """The version, which stands for exactly this model."""

    def knowing(self, twinned: Sequence[tuple[City, City]]) -> NetworkAffinity:
        """At work in a network of which these cities are known to be twins already."""


class GraphView(Protocol):
    """The network as this instance has read it."""

    network: Network

    @property
    def is_ready(self) -> bool:
        """Whether it has caught up with the topics once."""

    async def caught_up(self) -> None:
        """Return when everything that the topics hold now has been applied. Raises GraphNotReady after a while."""
