"""Circles: the places near or similar to a place, by several kinds of distance, and kernels over those distances.

Invariant: a circle contains reference places of the centre's group only, and never its own centre. A place that joined
later is in no circle, so it has no effect on other places.
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
"""Columns of `traits`: the place on the unit sphere, decimal logarithm of the population, natural logarithm of 1 + the
rank by population in the country, decimal logarithm of the country's wealth, that rank as a share."""
_LEAST_SCALE: Final = 1e-4
"""The least square of a scale, in the units of its kind."""
_GROUP_GAP: Final = 1e4
"""The distance between groups in a tree, in the units of a kind: larger than any distance within a group."""
_CENTRES_AT_ONCE: Final = 4096
"""The number of circles that are drawn in one step, which bounds the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleKind:
    """A kind of circle. Its distance is Euclidean over kilometres, SIZE and ORDER, each divided by its unit here."""

    name: str
    members: int
    scales: tuple[int, ...]
    """By scale: the rank of the member whose distance is the width of the kernel."""
    group: str = "country"
    """The group of the members: the centre's "country", its "region", or the "world"."""
    km: float
    size: float = np.inf
    order: float = np.inf


CIRCLE_KINDS: Final = (
    CircleKind(name="near", members=64, scales=(4, 14, 40), km=30.0),
    CircleKind(name="close", members=48, scales=(6, 24), km=40.0, size=0.35),
    CircleKind(name="alike", members=96, scales=(4, 12, 40, 90), km=150.0, size=0.25),
    CircleKind(name="broad", members=64, scales=(8, 40), km=600.0, size=0.12),
    CircleKind(name="rank", members=64, scales=(6, 30), km=400.0, order=0.3),
    CircleKind(name="around", members=32, scales=(5, 20), km=30.0, group="world"),
    CircleKind(name="akin", members=64, scales=(8, 40), km=300.0, size=0.25, group="region"),
)


class Circle(NamedTuple):
    """The circles of one kind round all places, as arrays for compiled loops."""

    member: Integers32
    """(n, members): the members, the nearest first; -1 for a missing one."""
    limit: Floats
    """(n,): the squared distance to the last member; -1 if there is no member, or the circle is not drawn yet."""
    scale: Floats
    """(n, scales): squared widths of the kernels."""
    group: Integers32
    """(n,): the number of each place's group."""
    metric: Floats
    """(3,): factors of the squared chord, the squared difference of SIZE and that of ORDER."""


NeighbourTrees = dict[str, cKDTree]
"""By kind of circle: a tree of the reference places that finds the nearest ones."""


def undrawn_circle(kind: CircleKind, places: Places) -> Circle:
    """Arrays for the circles of a kind, before any circle is drawn."""
    size, metric = len(places), np.array([EARTH_RADIUS_KM / kind.km, 1 / kind.size, 1 / kind.order])
    return Circle(
        np.full((size, kind.members), -1, np.int32),
        np.full(size, -1.0),
        np.ones((size, len(kind.scales))),
        _groups(kind, places),
        metric**2,
    )


def extended_circle(kind: CircleKind, known: Circle, places: Places) -> Circle:
    """`known` with room for places that have joined; circles round these are not drawn yet."""
    size = len(places)
    return Circle(
        with_room(known.member, size, -1),
        with_room(known.limit, size, -1.0),
        with_room(known.scale, size, 1.0),
        _groups(kind, places),
        known.metric,
    )


def with_room(rows: NDArray[Any], size: int, fill: float = 0) -> NDArray[Any]:
    """`rows` itself if it has `size` rows or more, else a copy with `size` rows and a quarter more, filled with `fill`.

    Because of the spare quarter, places can join one by one without a copy each time.
    """
    if len(rows) >= size:
        return rows
    spare = size + size // 4 - len(rows)
    return np.concatenate([rows, np.full((spare, *rows.shape[1:]), fill, rows.dtype)])


def draw_circles(
    kind: CircleKind, circle: Circle, traits: Floats, reference_count: int, asked: Integers, trees: NeighbourTrees
) -> None:
    """Draws the circles of a kind round the places `asked`, into the arrays of `circle`.

    The kind's tree is taken from `trees`, and put there if it is missing.
    """
    if len(asked) and kind.name not in trees:
        trees[kind.name] = cKDTree(_coordinates(circle, traits, np.arange(reference_count)))
    for first in range(0, len(asked), _CENTRES_AT_ONCE):
        some = asked[first : first + _CENTRES_AT_ONCE]
        where = _coordinates(circle, traits, some)
        found, square = _nearest(kind, where, reference_count, some, trees[kind.name])
        filled = np.maximum((found >= 0).sum(axis=1), 1) - 1
        ranks = np.minimum(np.array(kind.scales)[None, :] - 1, filled[:, None])
        last = np.where(found[:, 0] >= 0, np.take_along_axis(square, filled[:, None], axis=1)[:, 0], -1.0)
        circle.member[some], circle.limit[some] = found, last * (1 + 1e-9)
        circle.scale[some] = np.maximum(np.take_along_axis(square, ranks, axis=1), _LEAST_SCALE)


def _coordinates(circle: Circle, traits: Floats, positions: Integers) -> Floats:
    """(positions, 6): points whose Euclidean distance is that of the circle's kind, with groups far from each other."""
    widths = np.repeat(np.sqrt(circle.metric), (3, 1, 1))
    return np.column_stack(
        [traits[positions][:, [X, Y, Z, SIZE, ORDER]] * widths, circle.group[positions] * _GROUP_GAP]
    )


def _nearest(
    kind: CircleKind, where: Floats, reference_count: int, asked: Integers, tree: cKDTree
) -> tuple[Integers32, Floats]:
    """For each centre the nearest places of its group and their squared distances; -1 and 1 for missing places."""
    member, square = np.full((len(asked), kind.members), -1, np.int32), np.ones((len(asked), kind.members))
    found = min(kind.members, reference_count)
    if found:
        distance, place = tree.query(where, k=found + 1, distance_upper_bound=_GROUP_GAP / 2)
        is_centre = (place == asked[:, None]) & np.isfinite(distance)
        # the centre is missing if it joined later, or if many places share its point: then the last member is dropped
        is_centre[~is_centre.any(axis=1), -1] = True
        near, far = place[~is_centre].reshape(-1, found), distance[~is_centre].reshape(-1, found)
        is_there = np.isfinite(far)
        member[:, :found], square[:, :found] = np.where(is_there, near, -1), np.where(is_there, far**2, 1.0)
    return member, square


def _groups(kind: CircleKind, places: Places) -> Integers32:
    groups = {"country": places.country, "region": places.region, "world": np.zeros_like(places.country)}
    return groups[kind.group].astype(np.int32)


@borrowing
def squared_chord(traits: Floats, u: int, v: int) -> Any:
    """The squared chord between two places on the unit sphere."""
    x = traits[u, X] - traits[v, X]
    y = traits[u, Y] - traits[v, Y]
    z = traits[u, Z] - traits[v, Z]
    return x * x + y * y + z * z


@borrowing
def squared_distance(traits: Floats, metric: Floats, u: int, v: int) -> Any:
    """The squared distance between two places by the kind of circle that has this `metric`."""
    size = traits[u, SIZE] - traits[v, SIZE]
    order = traits[u, ORDER] - traits[v, ORDER]
    return squared_chord(traits, u, v) * metric[0] + size * size * metric[1] + order * order * metric[2]


@compiled
def kernel_weights(traits: Floats, circle: Circle, k: int, asked: Integers) -> Floats32:
    """(asked, members): the kernel of scale `k` at each member of these circles; 0 for a missing member."""
    found = np.zeros((len(asked), circle.member.shape[1]), np.float32)
    for row in range(len(asked)):
        u = asked[row]
        for position in range(circle.member.shape[1]):
            a = circle.member[u, position]
            if a < 0:
                break
            far = squared_distance(traits, circle.metric, u, a)
            found[row, position] = 1.0 / (1.0 + far / circle.scale[u, k]) ** 2
    return found


@compiled
def link_masses(traits: Floats, circle: Circle, degree: Floats, asked: Integers) -> Floats32:
    """(asked, scales): the sum over a circle's members of their number of links times the kernel."""
    found = np.zeros((len(asked), circle.scale.shape[1]), np.float32)
    for row in range(len(asked)):
        u = asked[row]
        for position in range(circle.member.shape[1]):
            a = circle.member[u, position]
            if a < 0:
                break
            far = squared_distance(traits, circle.metric, u, a)
            for k in range(circle.scale.shape[1]):
                found[row, k] += degree[a] / (1.0 + far / circle.scale[u, k]) ** 2
    return found
