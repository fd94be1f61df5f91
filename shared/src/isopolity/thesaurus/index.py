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
        """How much a stem tells, from 1 for a stem of one label down to 0 for one of all labels."""
        return 1 - log(len(self.postings[stem])) / log(len(self.labels) + 1)

    def completed(self, beginning: str) -> Sequence[str]:
        """The folded words that begin so."""
        first = bisect_left(self.ordered, beginning)
        return self.ordered[first : bisect_left(self.ordered, beginning + _LAST, first)]


@cache
def index(language: str) -> Index:
    """The index of a language; without labels for one that topics have no labels in."""
    named = [*_named(language)]
    vocabulary = _vocabulary({word for _, text, _ in named for word in words(text)}, language)
    ignored = stop_words(language)
    postings: dict[str, list[int]] = {}
    meant: list[tuple[Collection[str], ...]] = []
    for place, (_, text, _) in enumerate(named):
        found = [folded(word) for word in words(text)]
        telling = [word for word in found if word not in ignored] or found
        meant.append(tuple([vocabulary[word] for word in telling]))
        for stem in {stem for each in meant[-1] for stem in each}:
            postings.setdefault(stem, []).append(place)
    weights = {stem: 1 - log(len(places)) / log(len(named) + 1) for stem, places in postings.items()}
    labels = [
        Label(code, text, rank, each, sum(min(weights[stem] for stem in one) for one in each))
        for (code, text, rank), each in zip(named, meant, strict=True)
    ]
    return Index(language, labels, postings, vocabulary, sorted(vocabulary))


def _vocabulary(found: Collection[str], language: str) -> dict[str, Collection[str]]:
    """The stems of each word, by its folded spelling."""
    spellings = sorted(found)
    vocabulary: dict[str, Collection[str]] = {}
    for word, each in zip(spellings, stems(spellings, language), strict=True):
        plain = folded(word)
        vocabulary[plain] = {*vocabulary.get(plain, ()), *each}
    return vocabulary


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
