"""The nearness of what two sides are about: of their subjects, put right by their topics.

Subjects are wide, so that one of them says little: topics that meet raise it, and far topics lower it. Invariant: where
a side names no topic, nearness lies between that of near and that of far topics. It is defined only here, for one
pair as for arrays.
"""

from typing import Any, Final

import numpy as np

_UNKNOWN: Final = 0.6
"""The share of the subjects' nearness that counts where a side names no topic."""
_FAR: Final = 0.25
"""The share of it that counts where the topics have nothing to do with each other."""
_MEET: Final = 0.5
"""The closeness from which topics meet whatever the subjects are."""
_ALONE: Final = 0.8
"""The nearness of the same topic under subjects that have nothing to do with each other."""


def nearness(share: Any, closeness: Any, is_known: Any) -> Any:
    """The nearness, in [0, 1], of pairs or arrays of pairs.

    `share` is the nearness of their subjects and `closeness` that of their nearest two topics, both in [0, 1];
    `is_known` says whether both sides name topics.
    """
    by_subject = share * (_FAR + (1 - _FAR) * closeness)
    by_topic = np.where(np.greater_equal(closeness, _MEET), _ALONE * closeness, 0.0)
    return np.where(is_known, np.maximum(by_subject, by_topic), _UNKNOWN * share)
