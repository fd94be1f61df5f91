"""`python -m isopolity.matching.warm_up` compiles what rounds need, so that no round waits for a compiler.

Compiled code is kept beside the source, or in NUMBA_CACHE_DIR where that cannot be written; a second run only loads it.
"""

import numpy as np

from isopolity.matching.adapters.solving.round_solver import AssignmentSolver
from isopolity.matching.domain.assignment import WEIGHT_UNIT, Mode, RoundProblem

_TRIANGLE = ((0, 1), (0, 2), (1, 2))
_TWO_SIDES = ((0, 2), (0, 3), (1, 2), (1, 3))


def warm_up() -> None:
    """Solve the smallest rounds that reach every kernel, in both modes."""
    for edges in (_TRIANGLE, _TWO_SIDES):
        for mode in Mode:
            AssignmentSolver().solve(_problem(edges, mode))


def _problem(edges: tuple[tuple[int, int], ...], mode: Mode) -> RoundProblem:
    a, b = np.array(edges, np.int64).T
    nodes = int(b.max()) + 1
    weight = np.arange(WEIGHT_UNIT - len(edges), WEIGHT_UNIT, dtype=np.int64)
    return RoundProblem(capacity=np.ones(nodes, np.int64), a=a, b=b, weight=weight, mode=mode)


if __name__ == "__main__":
    warm_up()
