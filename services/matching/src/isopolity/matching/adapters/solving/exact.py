"""The exact mode."""

import numpy as np

from isopolity.matching.adapters.solving.adjacency import adjacency
from isopolity.matching.adapters.solving.blossoms import Shrunken, shrunken
from isopolity.matching.adapters.solving.half_integral import half_integral
from isopolity.matching.adapters.solving.search import forest, settle_all
from isopolity.matching.domain.assignment import Dual, OddSet, Report, RoundProblem, Solution, unreported


def exact(problem: RoundProblem, report: Report = unreported, jump: bool = True) -> Solution:
    s = shrunken(problem.a, problem.b, problem.weight, problem.capacity)
    if jump:
        half = half_integral(problem, adjacency(problem))
        s.node[:] = 2 * half.node
        s.chosen[half.twice == 2] = 1
        for one, two in zip(half.cycle_start[:-1], half.cycle_start[1:]):
            s.chosen[half.cycle_edges[one + 1 : two : 2]] = 1
        np.subtract.at(s.missing, problem.a, s.chosen)
        np.subtract.at(s.missing, problem.b, s.chosen)
    else:
        np.maximum.at(s.node, problem.a, 2 * problem.weight)
        np.maximum.at(s.node, problem.b, 2 * problem.weight)
    settle_all(s, forest(len(problem.capacity)), 1 << 60)
    sets = []
    n = len(problem.capacity)
    for x in set(range(n, 2 * n)) - set(s.unused[: s.count[0]].tolist()):
        if s.cut[x] > 0:
            sets.append(odd_set(s, x))
    return Solution(chosen=np.flatnonzero(s.chosen), dual=Dual(scale=4, node=s.node, odd_sets=sets))


def leaves(s, x):
    if x < len(s.missing):
        return [x]
    out, c = [], s.first[x]
    while True:
        out += leaves(s, c)
        c = s.after[c]
        if c == s.first[x]:
            return out


def odd_set(s: Shrunken, x: int) -> OddSet:
    nodes = sorted(int(v) for v in leaves(s, x))
    inside = set(nodes)
    edges = []
    for v in nodes:
        for e in s.around[s.start[v] : s.start[v + 1]].tolist():
            if (s.a[e] in inside) != (s.b[e] in inside) and (s.chosen[e] == 1) != (e == s.stem[x]):
                edges.append(e)
    return OddSet(nodes=nodes, edges=sorted(edges), value=int(s.cut[x]))
