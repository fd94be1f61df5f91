"""How near what one side wants is to what the other offers, from subjects, topics and own words.

It follows ADR 0098, 0101 and 0110 in numpy, one want against many offers. Invariant: the constants stand here once
more, so that a change of the engine's shows.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.scores.subjects import NEIGHBOUR_ROWS
from isopolity.thesaurus.closeness import near

_STEPS: Final = 200
_ANSWERS: Final = 0.75
_MEETS: Final = 0.6
_SAME: Final = 0.9


@cache
def _beside() -> Mapping[str, Mapping[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for one, other, share, _ in NEIGHBOUR_ROWS:
        found.setdefault(one, {})[other] = found.setdefault(other, {})[one] = share
    return found


def shares_of(subject: str, subjects: Sequence[str], neighbours: float) -> Floats:
    """By subject: how much of a want on `subject` it meets."""
    beside = _beside().get(subject, {})
    return np.array([1.0 if each == subject else neighbours * beside.get(each, 0.0) for each in subjects], np.float64)


@dataclass(frozen=True, slots=True)
class Said:
    """What many entries say: subjects, topics and own words, by entry; made once and compared often."""

    subjects: Sequence[str]
    """All subjects that an entry names."""
    subject: Integers
    """By entry: its subject's place in `subjects`, -1 for an entry that is none of one subject."""
    topics: Sequence[str]
    """All topics that an entry names."""
    named: Integers
    """(entries, 3): the places of its topics in `topics`, -1 beyond them."""
    language: Integers
    """The language of its own words, -1 without any."""
    word_entry: Integers
    word: Integers
    word_weight: Floats
    """By word of all entries: its entry, its number, and its weight from 1 to 255."""

    @classmethod
    def of(cls, entries: Sequence[tuple[str, Sequence[str], Sequence[Any] | None]]) -> "Said":
        """The entries, each with its subject, its topics, and the language and packed words of its own, or None."""
        subjects = sorted({subject for subject, _, _ in entries if subject})
        topics = sorted({topic for _, named, _ in entries for topic in named})
        place, at = {code: i for i, code in enumerate(topics)}, {code: i for i, code in enumerate(subjects)}
        named = np.full((len(entries), 3), -1, np.int64)
        packed = []
        for number, (_, own, words) in enumerate(entries):
            named[number, : len(own)] = [place[each] for each in own]
            packed.append(np.frombuffer(b64decode(words[1]) if words else b"", np.uint32).astype(np.int64))
        joined = np.concatenate([np.empty(0, np.int64), *packed])
        return cls(
            subjects=subjects,
            subject=np.array([at.get(subject, -1) for subject, _, _ in entries], np.int64),
            topics=topics,
            named=named,
            language=np.array([words[0] if words else -1 for _, _, words in entries], np.int64),
            word_entry=np.repeat(np.arange(len(entries)), [len(each) for each in packed]),
            word=joined >> 8,
            word_weight=(joined & 255).astype(np.float64),
        )

    def shares(self, subject: str, neighbours: float) -> Floats:
        """By entry: how much its subject meets of a want on `subject`."""
        return np.append(shares_of(subject, self.subjects, neighbours), 0.0)[self.subject]

    @property
    def names_topics(self) -> Booleans:
        """By entry: whether it names topics."""
        return np.asarray(self.named[:, 0] >= 0, bool)

    def closeness(self, own: Sequence[str]) -> Floats:
        """By entry: how near its topics are to `own`, from 0 to 1; 0 where either side names none."""
        if not own or not self.topics:
            return np.zeros(len(self.named))
        table = np.zeros((len(own), len(self.topics) + 1))
        for row, code in enumerate(own):
            known = near(code)
            table[row, :-1] = [round(known.get(other, 0.0) * _STEPS) for other in self.topics]
        steps = table[:, self.named]  # the last column stands for no topic
        count = (self.named >= 0).sum(axis=1)
        of_own, of_entry = steps.max(axis=2), steps.max(axis=0)
        mean_own, mean_entry = of_own.mean(axis=0), of_entry.sum(axis=1) / np.maximum(count, 1)
        return np.where(count > 0, (0.4 * of_own.max(axis=0) + 0.3 * (mean_own + mean_entry)) / _STEPS, 0.0)

    def common_words(self, words: Sequence[Any] | None) -> tuple[Booleans, Floats]:
        """By entry: whether it has words in one language with `words`, and the part in common, from 0 to 1."""
        if not words:
            return np.zeros(len(self.named), bool), np.zeros(len(self.named))
        packed = np.frombuffer(b64decode(words[1]), np.uint32).astype(np.int64)
        order = np.argsort(packed >> 8)
        numbers, weights = (packed >> 8)[order], (packed & 255)[order]
        at = np.minimum(np.searchsorted(numbers, self.word), len(numbers) - 1)
        product = np.where(numbers[at] == self.word, weights[at] * self.word_weight, 0.0)
        total = np.bincount(self.word_entry, product, len(self.named)) / 255**2
        in_one = self.language == words[0]
        return in_one, np.where(in_one, np.clip((total - 0.08) / (0.5 - 0.08), 0, 1), 0.0)


def answer_nearness(
    share: Floats, closeness: Floats, names: bool, others_name: Booleans, in_one: Booleans, words: Floats
) -> Floats:
    """How near offers are to a need; `share` is that of subjects, and `names` says whether the need names topics."""
    naming = int(names) + others_name.astype(np.int64)
    unsaid = np.where(naming == 1, 0.4, 0.8)
    return _nearness(share, closeness, naming == 2, unsaid, _ANSWERS, in_one, words)


def support_nearness(
    share: Floats, closeness: Floats, is_precise: bool, others_name: Booleans, in_one: Booleans, words: Floats
) -> Floats:
    """How near wants are to a programme; `is_precise` says whether the programme names topics."""
    unsaid = np.full(len(share), 0.25 if is_precise else 0.8)
    return _nearness(share, closeness, others_name & is_precise, unsaid, _MEETS, in_one, words)


def _nearness(
    share: Floats, closeness: Floats, both: Booleans, unsaid: Floats, meeting: float, in_one: Booleans, words: Floats
) -> Floats:
    said = np.where(in_one, words, 0.0)
    widened = closeness + (1 - closeness) * 0.6 * said
    by_topics = np.maximum(share * _about(widened, meeting), 0.8 * _about(closeness, meeting))
    least = np.where(in_one, 0.7 * unsaid, unsaid)
    return np.where(both, by_topics, share * (least + (1 - least) * said))


def _about(closeness: Floats, meeting: float) -> Floats:
    return np.clip((closeness - meeting) / (_SAME - meeting), 0, 1)
