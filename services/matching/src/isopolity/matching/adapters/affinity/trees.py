"""Boosted trees as plain arrays, and their evaluation in a compiled loop.

Invariant: a child stands after its parent, so every walk ends; features are float32 and so are thresholds, each the
greatest that parts float32 numbers as the trained one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from isopolity.matching.adapters.affinity.ground import Matrix
from isopolity.matching.domain.affinity.places import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Nodes of all trees in a row; a child below 0 is a leaf, ~child its number in `value`."""

    root: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    missing_left: NDArray[np.bool_]
    """Where a NaN goes."""
    value: Floats

    def sums(self, rows: Matrix, columns: NDArray[np.int64]) -> Floats:
        """The sum of the trees' leaves for each row; feature f is read from column `columns[f]`."""
        total = np.zeros(len(rows))
        _add(
            rows, columns, self.root, self.feature, self.threshold, self.left, self.right, self.missing_left,
            self.value, total,
        )  # fmt: skip
        return total

    def is_sound(self, features: int) -> bool:
        """Whether a walk can neither leave the arrays nor go on for ever, and whether all numbers are finite."""
        nodes, leaves = len(self.feature), len(self.value)
        lengths = {len(array) for array in (self.threshold, self.left, self.right, self.missing_left)}
        own = np.arange(nodes)
        return (
            lengths == {nodes}
            and bool(np.isfinite(self.value).all() and np.isfinite(self.threshold).all())
            and bool(((self.feature >= 0) & (self.feature < features)).all())
            and all(bool(((c < nodes) & (c >= -leaves) & ((c > own) | (c < 0))).all()) for c in (self.left, self.right))
            and bool(((self.root < nodes) & (self.root >= -leaves)).all())
        )


@njit(cache=True, nogil=True)
def _add(rows, columns, root, feature, threshold, left, right, missing_left, value, total):  # type: ignore[no-untyped-def]  # compiled
    block = 256
    for first in range(0, len(rows), block):
        last = min(first + block, len(rows))
        for tree in range(len(root)):
            for row in range(first, last):
                node = root[tree]
                while node >= 0:
                    number = rows[row, columns[feature[node]]]
                    goes_left = missing_left[node] if np.isnan(number) else number <= threshold[node]
                    node = left[node] if goes_left else right[node]
                total[row] += value[~node]


def forest_of(dump: Mapping[str, Any], columns: Sequence[int]) -> Forest:
    """The forest of a LightGBM model's `dump_model()`; its feature f is ours `columns[f]`."""
    nodes: list[tuple[int, float, bool]] = []
    children: list[list[int]] = []
    values: list[float] = []

    def number(tree: Mapping[str, Any]) -> int:
        if "leaf_value" in tree and "split_feature" not in tree:
            values.append(float(tree["leaf_value"]))
            return ~(len(values) - 1)
        position = len(nodes)
        threshold = float(tree["threshold"])
        nodes.append((columns[tree["split_feature"]], threshold, _missing_left(tree, threshold)))
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
        missing_left=np.array([node[2] for node in nodes], bool),
        value=np.array(values, np.float64),
    )


def _missing_left(tree: Mapping[str, Any], threshold: float) -> bool:
    """LightGBM reads a NaN as 0 where it saw none in training."""
    return bool(tree["default_left"]) if tree["missing_type"] == "NaN" else threshold >= 0.0


def _below(thresholds: Floats) -> NDArray[np.float32]:
    """The greatest float32 that is no greater."""
    near = thresholds.astype(np.float32)
    return np.where(near.astype(np.float64) > thresholds, np.nextafter(near, np.float32(-np.inf)), near)
