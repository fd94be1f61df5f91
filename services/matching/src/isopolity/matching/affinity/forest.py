"""Boosted trees as plain arrays, their evaluation in a compiled loop, and the calibration of their sums.

Invariant: a child comes after its parent, so every walk through a tree ends. Features and thresholds are float32; a
threshold is the greatest one that splits float32 numbers as the trained one does. No used feature is NaN.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Floats, Floats32, Integers, Integers32
from isopolity.matching.compiled import kernel

_ABREAST: Final = 32
"""The number of rows that go down a tree together, so that the processor loads several nodes at once."""


class _Walk(NamedTuple):
    """The nodes, then the leaves; a leaf is its own child, so that all walks through a tree have equal length."""

    root: Integers32
    feature: Integers32
    threshold: Floats32
    children: Integers32
    """Two for each node: the next node if the feature is at most the threshold, and if it is greater."""
    depth: Integers
    """The root of each tree."""


@dataclass(frozen=True, kw_only=True)
class Forest:
    """Nodes of all trees, one after the other; a child below 0 is a leaf, and ~child its number in `value`."""

    root: Integers32
    feature: Integers32
    threshold: Floats32
    left: Integers32
    right: Integers32
    value: Floats

    def sums(self, features: Floats32, columns: Integers) -> Floats:
        """The sum over all trees of each row's leaf; feature f is read from column `columns[f]`."""
        total = np.zeros(len(features))
        walk = self._walk
        _add(np.ascontiguousarray(features), columns[walk.feature].astype(np.int32), walk, self.value, total)
        return total

    @cached_property
    def _walk(self) -> _Walk:
        nodes, leaves = len(self.feature), len(self.value)
        children = np.repeat(np.arange(nodes + leaves, dtype=np.int32), 2)
        children[: 2 * nodes : 2], children[1 : 2 * nodes : 2] = (
            _unfolded(child, nodes) for child in (self.left, self.right)
        )
        depth = np.zeros(nodes + leaves, np.int64)
        for node in range(nodes - 1, -1, -1):
            depth[node] = 1 + depth[children[2 * node : 2 * node + 2]].max()
        root = _unfolded(self.root, nodes)
        return _Walk(
            root=root,
            feature=np.pad(self.feature, (0, leaves)),
            threshold=np.pad(self.threshold, (0, leaves)),
            children=children,
            depth=depth[root],
        )

    def is_sound(self, features: Collection[int]) -> bool:
        """Whether every walk stays in the arrays, ends in a finite value, and uses only `features`."""
        nodes, leaves = len(self.feature), len(self.value)
        lengths = {len(array) for array in (self.threshold, self.left, self.right)}
        own = np.arange(nodes)
        return (
            lengths == {nodes}
            and bool(np.isfinite(self.value).all() and np.isfinite(self.threshold).all())
            and bool(np.isin(self.feature, list(features)).all())
            and all(bool(((c < nodes) & (c >= -leaves) & ((c > own) | (c < 0))).all()) for c in (self.left, self.right))
            and bool(((self.root < nodes) & (self.root >= -leaves)).all())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedForest:
    """A forest, and the line that turns its sums into log-odds."""

    forest: Forest
    slope: float
    offset: float

    def logits(self, sums: Floats) -> Floats:
        """The log-odds of being twins, if one of 100 candidates is the true partner."""
        return self.slope * sums + self.offset


def _unfolded(node: Integers32, nodes: int) -> Integers32:
    """Node numbers in which leaves follow the `nodes`."""
    return np.where(node < 0, nodes + ~node, node).astype(np.int32)


@kernel(error_model="numpy")
def _add(features: Floats32, columns: Integers32, walk: _Walk, value: Floats, total: Floats) -> None:
    nodes, width = len(walk.feature) - len(value), features.shape[1]
    node, start = np.empty(_ABREAST, np.int32), np.empty(_ABREAST, np.int32)
    for first in range(0, len(features), _ABREAST):
        abreast = min(_ABREAST, len(features) - first)
        numbers = features[first : first + abreast].ravel()
        for lane in range(_ABREAST):
            start[lane] = min(lane, abreast - 1) * width
        for tree in range(len(walk.root)):
            node[:] = walk.root[tree]
            for _ in range(walk.depth[tree]):
                for lane in range(_ABREAST):
                    at = node[lane]
                    is_more = numbers[start[lane] + columns[at]] > walk.threshold[at]
                    node[lane] = walk.children[2 * at + np.int32(is_more)]
            for lane in range(abreast):
                total[first + lane] += value[node[lane] - nodes]


def forest_of(dump: Mapping[str, Any], columns: Sequence[int]) -> Forest:
    """The forest of a LightGBM model's `dump_model()`, whose feature f is our column `columns[f]`."""
    nodes: list[tuple[int, float]] = []
    children: list[list[int]] = []
    values: list[float] = []

    def number(tree: Mapping[str, Any]) -> int:
        if "leaf_value" in tree and "split_feature" not in tree:
            values.append(float(tree["leaf_value"]))
            return ~(len(values) - 1)
        position = len(nodes)
        nodes.append((columns[tree["split_feature"]], float(tree["threshold"])))
        children.append([0, 0])
        children[position] = [number(tree["left_child"]), number(tree["right_child"])]
        return position

    roots = [number(tree["tree_structure"]) for tree in dump["tree_info"]]
    return Forest(
        root=np.array(roots, np.int32),
        feature=np.array([node[0] for node in nodes], np.int32),
        threshold=_below(np.array([node[1] for node in nodes], np.float64)),
        left=np.array([pair[0] for pair in children], np.int32),
        right=np.array([pair[1] for pair in children], np.int32),
        value=np.array(values, np.float64),
    )


def _below(thresholds: Floats) -> Floats32:
    """For each threshold, the greatest float32 that is not above it."""
    near = thresholds.astype(np.float32)
    return np.where(near.astype(np.float64) > thresholds, np.nextafter(near, np.float32(-np.inf)), near)
