"""Whether scores are chances: of the pairs that score so, how many are twins?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats

_BINS: Final = np.array([0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.000001])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """By bin of scores: how many pairs, what they score in the mean, how many in fact are twins."""

    count: Floats
    told: Floats
    seen: Floats

    @property
    def error(self) -> float:
        """How far the two lie apart, in the mean over pairs."""
        return float((self.count * np.abs(self.told - self.seen)).sum() / self.count.sum())


def reliability(scores: Floats) -> Reliability:
    """Of (q, candidates), the true one first."""
    true = np.zeros(scores.shape, bool)
    true[:, 0] = True
    bins = np.digitize(scores.ravel(), _BINS) - 1
    count = np.bincount(bins, minlength=len(_BINS) - 1)
    there = count > 0
    told = np.bincount(bins, scores.ravel(), len(count))[there] / count[there]
    seen = np.bincount(bins, true.ravel(), len(count))[there] / count[there]
    return Reliability(count=count[there].astype(np.float64), told=told, seen=seen)


def draw(found: Reliability, path: Path) -> None:
    """The bins, with two standard errors, on a scale for small chances and one for large ones."""
    import matplotlib.pyplot as plt  # takes a second to import, and only this needs it

    figure, panels = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
    errors = 2 * np.sqrt(found.seen * (1 - found.seen) / found.count)
    for panel, scale in zip(panels, ("linear", "log"), strict=True):
        least = 0.0 if scale == "linear" else 1e-4
        panel.plot([least, 1], [least, 1], "--", color="#999999")
        panel.errorbar(found.told, found.seen, errors, fmt="o-", color="#1b5e8a", markersize=4, capsize=2)
        panel.set(xscale=scale, yscale=scale, xlim=(least, 1), ylim=(least, 1), xlabel="score of the pair")
        panel.grid(visible=True, alpha=0.3)
    panels[0].set(ylabel="share of such pairs that are twins", title="hidden links, one among 99 other cities")
    panels[1].set(title="the same, small chances")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
