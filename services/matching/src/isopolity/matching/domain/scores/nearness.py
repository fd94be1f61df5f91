"""The nearness of what two sides are about: of their subjects, put right by their topics and their own words.

Subjects are wide, so that one of them says little. Where both sides name topics these decide, and common words add what
topics miss. Invariant: a nearer subject, nearer topics or more common words never lower it; what cannot be compared is
worth more than what is far, and less than what is the same. It is defined only here, for one pair as for arrays.
"""

from typing import Any, Final

import numpy as np

MEET: Final = 0.6
"""The closeness up to which the topics of a programme have nothing to do with those of a city; beyond it they meet,
whatever the subjects."""
ANSWERS: Final = 0.75
"""The closeness up to which an offer answers another question than a need asks: an offer is narrower than a
programme."""
SAME: Final = 0.9
"""The closeness from which topics count as the same."""
_OTHER_SUBJECT: Final = 0.8
"""The nearness of the same topics under subjects that have nothing to do with each other."""
_WORDS: Final = 0.6
"""The part of what is missing from closeness that words with all in common make up for."""
_UNKNOWN: Final = 0.8
"""The share of the subjects' nearness that counts where neither side names topics."""
_HALF_KNOWN: Final = 0.4
"""The share of it where only one side names topics: the other may mean anything under these subjects."""
_UNSAID: Final = 0.25
"""The share of it where a programme names topics, so that it is about these, and a city does not."""
_OTHER_WORDS: Final = 0.7
"""The part of these shares that is left where both have words in one language and none are common: one thing has many
words."""


def nearness(
    share: Any,
    closeness: Any,
    naming: Any,
    one_language: Any = False,
    words: Any = 0.0,
    *,
    meeting: float = ANSWERS,
) -> Any:
    """The nearness, in [0, 1], of pairs or arrays of pairs, whose topics count from a closeness of `meeting` on.

    `share` is the nearness of their subjects and `closeness` that of their topics, both in [0, 1]; `naming` is the
    number of sides that name topics. `words` is the part of their own words that both have in common, in [0, 1], and
    `one_language` says whether both have words in one language.
    """
    unknown = np.where(np.equal(naming, 1), _HALF_KNOWN, _UNKNOWN)
    return _nearness(share, closeness, np.equal(naming, 2), unknown, meeting, one_language, words)


def nearness_to_programme(
    share: Any, closeness: Any, names_topics: Any, is_precise: Any, one_language: Any = False, words: Any = 0.0
) -> Any:
    """The nearness of what a city wants to a programme, in [0, 1].

    `names_topics` says whether the city names topics, and `is_precise` whether the programme does; all else is as for
    `nearness`.
    """
    unknown = np.where(is_precise, _UNSAID, _UNKNOWN)
    return _nearness(share, closeness, np.logical_and(names_topics, is_precise), unknown, MEET, one_language, words)


def words_matter(share: Any, closeness: Any, names_topics: Any, is_precise: Any) -> Any:
    """Whether common words could change the nearness of what a city wants to a programme, as above."""
    in_reach = np.logical_and(1 - (1 - closeness) * (1 - _WORDS) > MEET, closeness < SAME)
    both_name = np.logical_and(names_topics, is_precise)
    return np.logical_and(np.greater(share, 0), np.logical_or(np.logical_not(both_name), in_reach))


def _nearness(
    share: Any, closeness: Any, both_name: Any, unknown: Any, meeting: float, one_language: Any, words: Any
) -> Any:
    """The nearness; `unknown` is the share of the subjects' nearness that counts where not `both_name` topics."""
    said = np.where(one_language, words, 0.0)
    met = 1 - (1 - closeness) * (1 - _WORDS * said)
    by_topics = np.maximum(share * _about(met, meeting), _OTHER_SUBJECT * _about(closeness, meeting))
    least = np.where(one_language, _OTHER_WORDS * unknown, unknown)
    return np.where(both_name, by_topics, share * (least + (1 - least) * said))


def _about(closeness: Any, meeting: float) -> Any:
    """How far two sides whose topics are so close are about the same: 0 up to `meeting`, 1 from SAME on."""
    return np.clip((closeness - meeting) / (SAME - meeting), 0, 1)
