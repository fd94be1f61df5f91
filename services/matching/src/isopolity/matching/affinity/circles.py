"""Who lies near a place, or is like it: circles of several kinds.

Invariant: a circle never holds its own centre, and holds members of the centre's group only. Places that joined later
lie in nobody's circle, so they change nothing for the first ones, nor for each other.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from isopolity.matching.affinity.places import Places
from isopolity.matching.arrays import Floats, Floats32, Integers, Integers32
from isopolity.matching.compiled import borrowing, compiled
from isopolity.matching.domain.sphere import EARTH_RADIUS_KM

X, Y, Z, SIZE, ORDER, WEALTH, RANK = range(7)
"""Columns of traits: a point of the unit sphere, the logarithm of the population, and so on."""
_LEAST: Final = 1e-4
"""The least square of a scale, in the units of its kind."""
_APART: Final = 1e4
"""How far groups lie from each other in a tree, in the units of a kind: beyond all that lies within one."""
_AT_ONCE: Final = 4096
"""Places whose circles are drawn together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of circle: who counts as near. Euclidean over kilometres, size and order in these units."""

    name: str
    members: int
    scales: tuple[int, ...]
    """Kernels reach to the member of this rank."""
    group: str = "country"
    km: float
    size: float = np.inf
    order: float = np.inf


KINDS: Final = (
    Kind(name="near", members=64, scales=(4, 14, 40), km=30.0),
    Kind(name="close", members=48, scales=(6, 24), km=40.0, size=0.35),
    Kind(name="alike", members=96, scales=(4, 12, 40, 90), km=150.0, size=0.25),
    Kind(name="broad", members=64, scales=(8, 40), km=600.0, size=0.12),
    Kind(name="rank", members=64, scales=(6, 30), km=400.0, order=0.3),
    Kind(name="around", members=32, scales=(5, 20), km=30.0, group="world"),
    Kind(name="akin", members=64, scales=(8, 40), km=300.0, size=0.25, group="region"),
)


class Circle(NamedTuple):
    """Who lies round each place, by one kind of distance."""

    member: Integers32
    """(n, members): the nearest first, -1 for none."""
    limit: Floats
    """(n,): the square of the distance to the last member."""
    scale: Floats
    """(n, scales): squares."""
    group: Integers32
    metric: Floats
    """What the squared chord, difference of size and of order are multiplied with."""


Nearby = dict[str, cKDTree]
"""By kind of circle: where those are that can lie in circles."""


def no_circles(kind: Kind, places: Places) -> Circle:
    """The circles of a kind, of which none is drawn yet."""
    size, metric = len(places), np.array([EARTH_RADIUS_KM / kind.km, 1 / kind.size, 1 / kind.order])
    return Circle(
        np.full((size, kind.members), -1, np.int32),
        np.full(size, -1.0),
        np.ones((size, len(kind.scales))),
        _groups(kind, places),
        metric**2,
    )


def enlarged_circle(kind: Kind, known: Circle, places: Places) -> Circle:
    """With room for places that have joined; round them no circle is drawn yet."""
    size = len(places)
    member, limit, scale = roomy(known.member, size, -1), roomy(known.limit, size, -1.0), roomy(known.scale, size, 1.0)
    return Circle(member, limit, scale, _groups(kind, places), known.metric)


def roomy(rows: NDArray[Any], size: int, fill: float = 0) -> NDArray[Any]:
    """At least `size` rows, of which these come first: the same array where it has them, else one with some to spare.

    So who joins alone makes nobody's rows be copied.
    """
    if len(rows) >= size:
        return rows
    spare = size + size // 4 - len(rows)
    return np.concatenate([rows, np.full((spare, *rows.shape[1:]), fill, rows.dtype)])


def draw(kind: Kind, circle: Circle, traits: Floats, base: int, asked: Integers, nearby: Nearby) -> None:
    """Draws the circles of a kind round `asked`, some at a time, so that memory is bounded."""
    if len(asked) and kind.name not in nearby:
        nearby[kind.name] = cKDTree(_where(circle, traits, np.arange(base)))
    for first in range(0, len(asked), _AT_ONCE):
        some = asked[first : first + _AT_ONCE]
        found, square = _nearest(kind, _where(circle, traits, some), base, some, nearby[kind.name])
        filled = np.maximum((found >= 0).sum(axis=1), 1) - 1
        ranks = np.minimum(np.array(kind.scales)[None, :] - 1, filled[:, None])
        last = np.where(found[:, 0] >= 0, np.take_along_axis(square, filled[:, None], axis=1)[:, 0], -1.0)
        circle.member[some], circle.limit[some] = found, last * (1 + 1e-9)
        circle.scale[some] = np.maximum(np.take_along_axis(square, ranks, axis=1), _LEAST)


def _where(circle: Circle, traits: Floats, of: Integers) -> Floats:
    """Points between which the distance is that of the circle's kind; groups lie apart."""
    widths = np.repeat(np.sqrt(circle.metric), (3, 1, 1))
    return np.column_stack([traits[of][:, [X, Y, Z, SIZE, ORDER]] * widths, circle.group[of] * _APART])


def _nearest(kind: Kind, where: Floats, base: int, asked: Integers, nearby: cKDTree) -> tuple[Integers32, Floats]:
    """For each asked the nearest of its group, -1 for none, and their squared distances, 1 where there is none."""
    member, square = np.full((len(asked), kind.members), -1, np.int32), np.ones((len(asked), kind.members))
    found = min(kind.members, base)
    if found:
        distance, place = nearby.query(where, k=found + 1, distance_upper_bound=_APART / 2)
        own = (place == asked[:, None]) & np.isfinite(distance)
        own[~own.any(axis=1), -1] = True  # who is not inside; or some on one point: the centre can fall out
        near, far = place[~own].reshape(-1, found), distance[~own].reshape(-1, found)
        is_there = np.isfinite(far)
        member[:, :found], square[:, :found] = np.where(is_there, near, -1), np.where(is_there, far**2, 1.0)
    return member, square


def _groups(kind: Kind, places: Places) -> Integers32:
    groups = {"country": places.country, "region": places.region, "world": np.zeros_like(places.country)}
    return groups[kind.group].astype(np.int32)


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
