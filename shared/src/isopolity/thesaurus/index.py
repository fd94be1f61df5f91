"""An index of the labels and entry words of topics, one for each language, by the stems of their words.

Entry words are the network's own (`entry_words.csv`): everyday words that the thesaurus lacks, with the topics that
they stand for. Invariant: an index is made once and never changed, so that threads may share it.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Final

from isopolity.thesaurus.concepts import concepts, rows_of
from isopolity.thesaurus.words import folded, stems, stop_words, words

ENTRY_COLUMNS: Final = ("word", "language", "numbers", "labels")
"""Columns of the entry words; the labels repeat the numbers in English for those who review them."""
_LAST: Final = "\uffff"


@dataclass(frozen=True, slots=True)
class Label:
    """A label or an entry word of a topic."""

    code: str
    text: str
    rank: int
    """0 for the preferred label, 1 for another; of an entry word the place of the topic among its topics."""
    stems: tuple[Collection[str], ...]
    """The stems of each word that says something."""
    weight: float
    """The sum of the weights of its words."""


@dataclass(frozen=True, slots=True)
class Index:
    """The labels of one language."""

    language: str
    labels: Sequence[Label]
    postings: Mapping[str, Sequence[int]]
    """The places in `labels` of those that have a stem."""
    vocabulary: Mapping[str, Collection[str]]
    """The stems of each folded word of a label."""
    ordered: Sequence[str]
    """The folded words in order."""

    def weight(self, stem: str) -> float:
        """How much a stem of the postings tells, from 0 to 1."""
        return _rarity(len(self.postings[stem]), len(self.labels))

    def completed(self, beginning: str) -> Sequence[str]:
        """The folded words that begin so."""
        first = bisect_left(self.ordered, beginning)
        return self.ordered[first : bisect_left(self.ordered, beginning + _LAST, first)]


@cache
def index(language: str) -> Index:
    """The index of a language; without labels for one that topics have no labels in."""
    named = [(code, text, rank, words(text)) for code, text, rank in _named(language)]
    plain, vocabulary = _vocabulary({word for *_, found in named for word in found}, language)
    ignored = stop_words(language)
    postings: dict[str, list[int]] = {}
    stems_of_labels: list[list[Collection[str]]] = []
    for place, (*_, found) in enumerate(named):
        spellings = [plain[word] for word in found]
        telling = [word for word in spellings if word not in ignored] or spellings
        stems_of_labels.append([vocabulary[word] for word in telling])
        for word in dict.fromkeys(telling):
            for stem in vocabulary[word]:
                postings.setdefault(stem, []).append(place)
    rarities = {stem: _rarity(len(places), len(named)) for stem, places in postings.items()}
    weights = {word: min(rarities.get(stem, 0.0) for stem in each) for word, each in vocabulary.items()}
    weights |= dict.fromkeys(ignored, 0.0)
    return Index(
        language,
        [
            Label(code, text, rank, tuple(each), sum(weights[plain[word]] for word in found))
            for (code, text, rank, found), each in zip(named, stems_of_labels, strict=True)
        ],
        postings,
        vocabulary,
        sorted(vocabulary),
    )


def _rarity(having: int, labels: int) -> float:
    """How much a stem tells that `having` of all `labels` have: 1 for one, near 0 for all."""
    return 1 - log(having) / log(labels + 1)


def _vocabulary(found: Collection[str], language: str) -> tuple[Mapping[str, str], Mapping[str, Collection[str]]]:
    """The folded spelling of each word, and the stems of each folded spelling."""
    spellings = sorted(found)
    plain = {word: folded(word) for word in spellings}
    vocabulary: dict[str, Collection[str]] = {}
    for word, each in zip(spellings, stems(spellings, language), strict=True):
        vocabulary[plain[word]] = each.union(vocabulary.get(plain[word], ()))
    return plain, vocabulary


def _named(language: str) -> Iterator[tuple[str, str, int]]:
    """Each label with its topic and rank."""
    for code, concept in concepts().items():
        if language in concept.labels:
            yield code, concept.labels[language], 0
        for other in concept.other_labels.get(language, ()):
            yield code, other, 1
    for word, spoken, numbers, _ in rows_of("entry_words.csv", ENTRY_COLUMNS):
        if spoken == language:
            for rank, number in enumerate(numbers.split()):
                yield f"topic.{number}", word, rank
