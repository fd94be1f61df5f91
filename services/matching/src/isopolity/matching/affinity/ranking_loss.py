"""What a forest is taught: in each search, which of the places was the partner?

To name the partner among strangers is another task than to tell twins from strangers. Who tells them apart holds a
place's many links against it, as an end of a hidden link has many, and each is an end of many stranger pairs, too. So
the forest lowers the surprise at the partner within its search, and a little of the other surprise, which alone says
how high a score is.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import expit

from isopolity.matching.affinity.examples import Examples
from isopolity.matching.affinity.features.pair_features import SWAPPED
from isopolity.matching.arrays import Floats, Floats32, Integers

_LEVEL: Final = 0.002
"""What telling twins from strangers counts, where naming the partner counts 1."""
_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Rows, of which some are twins, and the searches in which they stand: entry by entry a row and its search."""

    rows: Floats32
    twins: Floats
    row: Integers
    search: Integers

    def surprise(self, scores: Floats, data: Any) -> tuple[Floats, Floats]:
        """Slope and curvature by each row's score, as LightGBM asks for them; a score is a logit at even odds."""
        weight = np.exp(scores[self.row])
        chance = weight / np.bincount(self.search, weight)[self.search]
        slope = np.bincount(self.row, chance - self.twins[self.row], len(scores)).astype(np.float64)
        curve = np.bincount(self.row, chance * (1 - chance), len(scores))
        twins = self.twins.sum()
        told = expit(scores + np.log(twins / (len(scores) - twins)))
        slope += _LEVEL * (told - self.twins)
        curve += _LEVEL * told * (1 - told)
        return slope, np.maximum(curve, _LEAST)


def both_sides(examples: Examples, seed: int) -> Lesson:
    """A twin stands in both its searches; each pair is seen from either side, by lot."""
    turned = np.random.default_rng(seed).random(len(examples.twins)) < 0.5
    rows = np.where(turned[:, None], examples.rows[:, SWAPPED], examples.rows)
    number, twins = np.arange(len(rows)), np.flatnonzero(examples.twins)
    return _lesson(
        rows,
        examples.twins,
        np.concatenate([number, twins]),
        np.concatenate([examples.query, examples.query[twins] + 1]),
    )


def from_one_side(examples: Examples) -> Lesson:
    """Each pair as seen from the city that looks for a partner, twins once from either side."""
    twins = np.flatnonzero(examples.twins)
    rows = np.concatenate([examples.rows, examples.rows[twins][:, SWAPPED]])
    search = np.concatenate([examples.query, examples.query[twins] + 1])
    return _lesson(rows, np.concatenate([examples.twins, np.ones(len(twins))]), np.arange(len(rows)), search)


def _lesson(rows: Floats32, twins: Floats, row: Integers, search: Integers) -> Lesson:
    """Searches whose partner was left out teach nothing of who the partner was."""
    asked = np.bincount(search, twins[row])[search] > 0
    return Lesson(rows=rows, twins=twins, row=row[asked], search=search[asked])
