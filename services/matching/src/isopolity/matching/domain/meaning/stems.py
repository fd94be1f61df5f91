"""The words of needs and offers by their stems, weighted by how rare each is.

Rarity is that in the labels of the thesaurus, a table that no member changes, so that the part that two texts have in
common depends on these two alone (ADR 0016, ADR 0098). Words of a title count double, and a word that is repeated
counts a little more. Everyday words are left out.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from heapq import nlargest
from importlib.resources import files
from typing import Final

from isopolity.matching.domain.meaning.own_words import OwnWords
from isopolity.thesaurus.concepts import column
from isopolity.thesaurus.index import index
from isopolity.thesaurus.words import folded, stems, words

_TITLE: Final = 2
"""The number of times that a word of a title counts."""
_MOST: Final = 24
"""The most stems that are kept, those of the greatest weight."""
_REMEMBERED: Final = 1 << 15
"""The number of words whose stems are cached; members use the same words again and again."""


class Stems:
    """A WordReader by stems, for all languages; those that have no stemmer are compared by whole words."""

    def read(self, title: str | None, text: str | None, language: str | None) -> OwnWords | None:
        """The stems of title and text; None without a language, or if only everyday words are left."""
        if language is None or not (title or text):
            return None
        spoken = column(language)
        found: Counter[str] = Counter()
        for said, times in ((title, _TITLE), (text, 1)):
            for word in words(said or ""):
                if stem := _stem(word, spoken):
                    found[stem] += times
        weights = {stem: _rarity(stem, spoken) * times / (times + 1) for stem, times in found.items()}
        heaviest = nlargest(_MOST, weights.items(), key=lambda each: (each[1], each[0]))
        return OwnWords.of(dict(heaviest), spoken)


STEMS: Final = Stems()


@lru_cache(maxsize=_REMEMBERED)
def _stem(word: str, language: str) -> str:
    """The stem of a word; empty for an everyday word, and for a number."""
    plain = folded(word)
    if word.isdecimal() or plain in _everyday(language):
        return ""
    found = _shortest(stems([plain], language)[0])
    return "" if found in _everyday_stems(language) else found


@cache
def _everyday(language: str) -> frozenset[str]:
    return frozenset(map(folded, _everyday_words().get(language, ())))


@cache
def _everyday_stems(language: str) -> frozenset[str]:
    """The stems of everyday words, so that other forms of them count for nothing either."""
    return frozenset(map(_shortest, stems(sorted(_everyday(language)), language)))


@cache
def _everyday_words() -> Mapping[str, Collection[str]]:
    """Everyday words by language; a language without any is compared with all its words."""
    found: dict[str, list[str]] = {}
    words_of: list[str] = []
    text = files("isopolity.matching.domain.meaning").joinpath("everyday_words.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            words_of = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            words_of.extend(line.split())
    return found


def _shortest(several: Collection[str]) -> str:
    return min(several, key=lambda stem: (len(stem), stem))


def _rarity(stem: str, language: str) -> float:
    """The rarity of a stem in the labels of the thesaurus, above 0 and at most 1; 1 if no label has it."""
    known = index(language)
    return known.weight(stem) if stem in known.postings else 1.0
