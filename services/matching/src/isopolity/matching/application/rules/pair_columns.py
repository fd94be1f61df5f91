"""The pairs of a problem as columns, and which of them fit a filter, have a language in common, or lie far apart."""

from dataclasses import dataclass

import numpy as np

from isopolity.matching.application.rules.member_columns import MemberColumns
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.domain.rules.filters import Grouping, MemberFilter, PairFilter, PairKind
from isopolity.matching.domain.sphere import great_circle_km


@dataclass(frozen=True, slots=True, kw_only=True)
class PairColumns:
    """The edges of a problem, with the members of its nodes."""

    problem: RoundProblem
    members: MemberColumns

    @property
    def ends(self) -> tuple[Integers, Integers]:
        """(edges,) each: the members at both ends."""
        return self.members.member[self.problem.a], self.members.member[self.problem.b]

    def of_kind(self, kind: PairKind) -> Booleans:
        """(edges,): which are of the kind."""
        if kind is PairKind.ALL:
            return np.ones(len(self.problem.a), bool)
        is_twinning = self.members.is_for_twinnings[self.problem.a]
        return is_twinning if kind is PairKind.TWINNINGS else ~is_twinning

    def nodes_of_kind(self, kind: PairKind) -> Booleans:
        """(nodes,): which hold capacity for pairs of the kind."""
        if kind is PairKind.ALL:
            return np.ones(len(self.problem.capacity), bool)
        twinnings = self.members.is_for_twinnings
        return twinnings if kind is PairKind.TWINNINGS else ~twinnings

    def nodes_of(
        self, of: MemberFilter, kind: PairKind, among: Booleans | None = None
    ) -> tuple[Integers, Integers, int]:
        """The nodes of the members that fit, each one's member numbered from 0, and how many members there are.

        They hold capacity for pairs of the kind, and are `among` these nodes where some are given.
        """
        those = self.members.fitting(of) & self.nodes_of_kind(kind)
        nodes = np.flatnonzero(those if among is None else those & among)
        of_node = self.members.member[nodes]
        order = np.lexsort((nodes, of_node))
        known, member = np.unique(of_node[order], return_inverse=True)
        return nodes[order], member.reshape(-1), len(known)

    def fitting(self, of: PairFilter) -> Booleans:
        """(edges,): which fit the filter."""
        a, b = self.problem.a, self.problem.b
        fits = self.of_kind(of.kind)
        if of.including is not None:
            those = self.members.fitting(of.including)
            fits = fits & (those[a] | those[b])
        if of.between is not None:
            one, other = (self.members.fitting(each) for each in of.between)
            fits = fits & ((one[a] & other[b]) | (other[a] & one[b]))
        if of.within is not None:
            fits = fits & self._in_one(of.within)
        if of.across is not None:
            fits = fits & self._in_two(of.across)
        return fits

    def with_common_language(self) -> Booleans:
        """(edges,): which are of two members that have a known working language in common."""
        spoken = self.members.languages
        a, b = self.ends
        return np.asarray((spoken[a] & spoken[b]).any(axis=1), bool)

    def kilometres(self) -> Floats:
        """(edges,): how far apart both members are; NaN where a place is not known, and for programmes."""
        latitude, longitude = self.members.places
        a, b = self.ends
        return great_circle_km(latitude[a], longitude[a], latitude[b], longitude[b])

    def _in_one(self, by: Grouping) -> Booleans:
        a, b = self._groups(by)
        return np.asarray(self._of_two_cities() & (a == b) & (a >= 0), bool)

    def _in_two(self, by: Grouping) -> Booleans:
        a, b = self._groups(by)
        return np.asarray(self._of_two_cities() & (a != b) & (a >= 0) & (b >= 0), bool)

    def _groups(self, by: Grouping) -> tuple[Integers, Integers]:
        groups = self.members.groups(by)
        a, b = self.ends
        return groups[a], groups[b]

    def _of_two_cities(self) -> Booleans:
        is_city = self.members.is_city
        return is_city[self.problem.a] & is_city[self.problem.b]
