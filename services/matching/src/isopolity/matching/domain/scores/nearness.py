"""The nearness of what two sides are about: of their subjects, put right by their topics and their own words.

Subjects are wide, so that one of them says little: topics that meet raise it, and far topics lower it; common words add
what topics miss. Invariant: where nothing can be compared, nearness lies between that of near and that of far topics; a
nearer subject, nearer topics or more common words never lower it. It is defined only here, for one pair as for arrays.
"""

from typing import Any, Final

import numpy as np

_UNKNOWN: Final = 0.7
"""The share of the subjects' nearness that counts where neither topics nor words of both sides can be compared."""
_FAR: Final = 0.25
"""The share of it that counts where the topics have nothing to do with each other, nor have the words."""
_OTHER_WORDS: Final = 0.5
"""The share of it that counts where only words can be compared and none are common: one thing has many words."""
_WORDS: Final = 0.6
"""The part of what is missing from closeness that words with all in common make up for."""
MEET: Final = 0.5
"""The closeness from which topics meet whatever the subjects are."""
_ALONE: Final = 0.8
"""The nearness of the same topic under subjects that have nothing to do with each other."""


def nearness(share: Any, closeness: Any, is_known: Any, one_language: Any = False, words: Any = 0.0) -> Any:
    """The nearness, in [0, 1], of pairs or arrays of pairs.

    `share` is the nearness of their subjects and `closeness` that of their topics, both in [0, 1]; `is_known` says
    whether both sides name topics. `words` is the part of their own words that both have in common, in [0, 1], and
    `one_language` says whether both have words in one language.
    """
    said = np.where(one_language, words, 0.0)
    met = 1 - (1 - closeness) * (1 - _WORDS * said)
    by_subject = share * (_FAR + (1 - _FAR) * met)
    by_topic = np.where(np.greater_equal(closeness, MEET), _ALONE * closeness, 0.0)
    by_words = share * np.where(one_language, _OTHER_WORDS + (1 - _OTHER_WORDS) * said, _UNKNOWN)
    return np.where(is_known, np.maximum(by_subject, by_topic), by_words)
