"""How near places are to each other: distances of a circle's kind, and kernels over them."""

from typing import Any

import numpy as np

from isopolity.matching.affinity.circles import Circle
from isopolity.matching.affinity.columns import ORDER, SIZE, X, Y, Z
from isopolity.matching.arrays import Floats, Floats32, Integers
from isopolity.matching.compiled import borrowing, compiled


@borrowing
def square(traits: Floats, u: int, v: int) -> Any:
    """The squared chord between two places."""
    x = traits[u, X] - traits[v, X]
    y = traits[u, Y] - traits[v, Y]
    z = traits[u, Z] - traits[v, Z]
    return x * x + y * y + z * z


@borrowing
def away(traits: Floats, metric: Floats, u: int, v: int) -> Any:
    """The squared distance between two places, of the circle's kind that has this metric."""
    size = traits[u, SIZE] - traits[v, SIZE]
    order = traits[u, ORDER] - traits[v, ORDER]
    return square(traits, u, v) * metric[0] + size * size * metric[1] + order * order * metric[2]


@compiled
def weights(traits: Floats, circle: Circle, k: int, asked: Integers) -> Floats32:
    """(asked, members): what the members of these circles weigh at scale `k`, 0 where there is none."""
    found = np.zeros((len(asked), circle.member.shape[1]), np.float32)
    for row in range(len(asked)):
        u = asked[row]
        for position in range(circle.member.shape[1]):
            a = circle.member[u, position]
            if a < 0:
                break
            found[row, position] = 1.0 / (1.0 + away(traits, circle.metric, u, a) / circle.scale[u, k]) ** 2
    return found


@compiled
def masses(traits: Floats, circle: Circle, degree: Floats, asked: Integers) -> Floats32:
    """(asked, scales): what the links that start in these circles weigh."""
    found = np.zeros((len(asked), circle.scale.shape[1]), np.float32)
    for row in range(len(asked)):
        u = asked[row]
        for position in range(circle.member.shape[1]):
            a = circle.member[u, position]
            if a < 0:
                break
            far = away(traits, circle.metric, u, a)
            for k in range(circle.scale.shape[1]):
                found[row, k] += degree[a] / (1.0 + far / circle.scale[u, k]) ** 2
    return found
