"""Subjects, topics and own words of many needs and offers as arrays, and the nearness of any need to any offer.

Invariant: the nearness of a need and an offer equals that of `nearness` for the two alone. It is worked out only where
it can be above 0: most needs and offers are far from each other in subjects and in topics.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse

from isopolity.matching.arrays import Booleans, Floats, Integers, Integers16, Integers32, Unsigned8
from isopolity.matching.domain.meaning.own_words import FEATURES, LARGEST, NO_LANGUAGE, WEIGHT_BITS, part_of
from isopolity.matching.domain.meaning.topic_closeness import NONE, STEPS, in_all, table_of
from isopolity.matching.domain.scores.city_arrays import Topics
from isopolity.matching.domain.scores.nearness import ANSWERS, nearness

_MEETING: Final = int(np.ceil(ANSWERS * STEPS))
_BOTH: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanings:
    """The subjects, topics and own words of needs and of offers."""

    shares: Floats
    """The share of every subject with every other."""
    subjects: tuple[Integers, Integers]
    """The numbers of the subjects of all needs, then of all offers; each pair below has this order, too."""
    topics: tuple[Integers32, Integers32] | None
    """(entries, MOST_TOPICS): positions in `closeness`, in order; None if either side names no topics at all."""
    counts: tuple[Integers, Integers]
    """The number of topics that each need or offer names."""
    closeness: Unsigned8
    """Steps of closeness, by topic of a need and topic of an offer; the last of each stands for no topic."""
    languages: tuple[Integers16, Integers16]
    words: tuple[Any, Any] | None
    """A sparse matrix of features each; None if either side has no words at all."""

    @classmethod
    def of(cls, needs: Topics, offers: Topics, shares: Floats) -> "Meanings":
        """The meanings of these needs and offers; `shares` is the share of every subject with every other."""
        named = [np.unique(each.concepts[each.concepts != NONE]) for each in (needs, offers)]
        both = np.union1d(*named).astype(np.int64)
        has_topics = all(map(len, named))
        has_words = all((each.language != NO_LANGUAGE).any() for each in (needs, offers))
        return cls(
            shares=shares,
            subjects=(needs.subject.astype(np.int64), offers.subject.astype(np.int64)),
            topics=(_placed(needs.concepts, both), _placed(offers.concepts, both)) if has_topics else None,
            counts=(_counted(needs.concepts), _counted(offers.concepts)),
            closeness=table_of(both) if has_topics else np.zeros((1, 1), np.uint8),
            languages=(needs.language, offers.language),
            words=(_matrix_of(needs.words), _matrix_of(offers.words)) if has_words else None,
        )

    def nearness(self, need: Integers, offer: Integers) -> tuple[Integers, Floats]:
        """The positions of the pairs (need[i], offer[i]) whose nearness is above 0, ascending, and their nearness."""
        subject = self.shares[self.subjects[0][need], self.subjects[1][offer]]
        naming = (self.counts[0][need] > 0).astype(np.int64) + (self.counts[1][offer] > 0)
        topics = self._topics(need, offer, subject, naming == _BOTH)
        met = np.flatnonzero((subject > 0) | (topics >= ANSWERS))
        one_language, words = self._words(need[met], offer[met], subject[met])
        near = nearness(subject[met], topics[met], naming[met], one_language, words)
        return met, np.asarray(near, np.float64)

    def _topics(self, need: Integers, offer: Integers, subject: Floats, named: Booleans) -> Floats:
        """The closeness of the topics where both sides have `named` some; 0 where it cannot count."""
        closeness = np.zeros(len(need))
        if self.topics is None:
            return closeness
        both = np.flatnonzero(named)
        matters = both[(subject[both] > 0) | self._meet(need[both], offer[both])]
        one, other = self.topics[0][need[matters]], self.topics[1][offer[matters]]
        steps = self.closeness[one[:, :, None], other[:, None, :]]
        closeness[matters] = in_all(steps, self.counts[0][need[matters]], self.counts[1][offer[matters]])
        return closeness

    def _meet(self, need: Integers, offer: Integers) -> Booleans:
        """Whether two topics of each pair are near enough to meet under any subjects."""
        assert self.topics is not None  # noqa: S101 - asked only where there are some
        found, width = np.zeros(len(need), bool), self.closeness.shape[1]
        are_near = (self.closeness >= _MEETING).reshape(-1)
        ones = [(topics[need] * width) for topics in self.topics[0].T]
        others = [topics[offer] for topics in self.topics[1].T]
        for one in ones:
            for other in others:
                found |= are_near[one + other]
        return found

    def _words(self, need: Integers, offer: Integers, subject: Floats) -> tuple[Booleans, Floats]:
        """Whether both have words in one language, and the part in common; 0 where it cannot count."""
        language = self.languages[0][need]
        is_one = (language == self.languages[1][offer]) & (language != NO_LANGUAGE)
        found = np.zeros(len(need))
        if self.words is not None:
            matters = np.flatnonzero(is_one & (subject > 0))
            one, other = self.words[0][need[matters]], self.words[1][offer[matters]]
            products = np.asarray(one.multiply(other).sum(axis=1), np.float64).reshape(len(matters))
            found[matters] = part_of(products)
        return is_one, found


def _placed(concepts: Integers16, known: Integers) -> Integers32:
    """The position of each topic in `known`; for none the position behind them, after those that are named."""
    placed = np.where(concepts == NONE, len(known), np.searchsorted(known, concepts))
    return placed.astype(np.int32)


def _counted(concepts: Integers16) -> Integers:
    return np.asarray((concepts != NONE).sum(axis=1), np.int64)


def _matrix_of(words: Sequence[bytes]) -> Any:
    """The features of many texts as a sparse matrix, a row each; empty bytes are a row without features."""
    packed = np.frombuffer(b"".join(words), np.uint32)
    start = np.zeros(len(words) + 1, np.int32)
    np.cumsum([len(each) // packed.itemsize for each in words], out=start[1:])
    weights = (packed & LARGEST).astype(np.float64)
    return scipy.sparse.csr_array((weights, (packed >> WEIGHT_BITS).astype(np.int32), start), (len(words), FEATURES))
