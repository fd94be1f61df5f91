"""Ports of the engine: the solver of rounds, the affinity, and the network that it works on.

Invariant: nothing here needs a database, an event or a clock, so that the engine runs without the services.
"""

from collections.abc import Sequence
from typing import Protocol

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution, unreported
from isopolity.matching.domain.member import City
from isopolity.matching.domain.network import Network


class RoundSolver(Protocol):
    """Chooses the pairs of a round."""

    @property
    def name(self) -> str:
        """What a certificate calls it."""

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        """The chosen edges with their dual; the same for the same problem. Raises what `report` raises."""


class PairAffinity(Protocol):
    """What real twinnings teach about pairs of some cities."""

    def scores(self, a: Integers, b: Integers) -> Floats:
        """For each pair, by the cities' numbers, how likely such cities become twins, from 0 to 1.

        It is the same for (a, b) and (b, a), and whatever else is asked.
        """


class NetworkAffinity(Protocol):
    """What they teach where a network's own twinnings are known, too."""

    def among(self, cities: Sequence[City]) -> PairAffinity:
        """At work on some cities of the network."""


class Affinity(Protocol):
    """A model of what real twinnings teach."""

    @property
    def version(self) -> str:
        """Stands for exactly this model."""

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
