"""Which rules leave another one less: those that rule its candidates out, and those that take room from its members.

Invariant: a rule that takes nothing from another one is not named.
"""

from collections.abc import Collection, Sequence

import numpy as np

from isopolity.matching.application.rules.bound_book import BoundBook, Limit
from isopolity.matching.application.rules.counts import Counts, RuledOut
from isopolity.matching.arrays import Booleans
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.domain.rules.rule_outcome import Source


def narrowing(bound: BoundBook, of: Collection[Source]) -> Sequence[Source]:
    """Where limits come from that take candidates, or the room for them, from those that come from `of`."""
    problem, wanted = bound.problem, {source.of("") for source in of} | set(of)
    theirs = np.zeros(len(problem.a), bool)
    for limit in bound.limits:
        if limit.source in wanted:
            theirs |= _counting(limit, problem, wanted)
    theirs &= (problem.capacity[problem.a] > 0) & (problem.capacity[problem.b] > 0)
    theirs[problem.never] = False
    theirs[problem.must] = False
    lowered = bound.capacity < problem.capacity
    has_less_room = lowered[problem.a] | lowered[problem.b]
    found = dict[Source, None]()
    for limit in bound.limits:
        takes = isinstance(limit, RuledOut) or (isinstance(limit, Counts) and limit.in_capacity and has_less_room)
        if limit.source not in wanted and np.any(_counting(limit, problem) & theirs & takes):
            found[limit.source] = None
    return list(found)


def _counting(limit: Limit, problem: RoundProblem, of: Collection[Source] = ()) -> Booleans:
    """(edges,): which a limit is about; where it has a limit for each region, those of the regions that `of` names."""
    found = np.zeros(len(problem.a), bool)
    if isinstance(limit, RuledOut):
        found[limit.edges] = True
    elif isinstance(limit, Counts):
        groups = [number for number, group in enumerate(limit.groups) if limit.source.of(group) in of]
        found[limit.edge[np.isin(limit.count, groups)] if limit.groups else limit.edge] = True
    else:
        has = np.zeros(len(problem.capacity), bool)
        has[limit.node] = True
        found = has[problem.a] | has[problem.b]
    return found
