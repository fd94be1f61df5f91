"""Words of a text and their stems, as search compares them: without case, accents, endings and Arabic points.

Invariant: a word and its folded spelling have a stem in common, so that “alphabetisation” finds “alphabétisation”.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from Stemmer import Stemmer

from isopolity.identity.folded_text import fold
from isopolity.thesaurus.concepts import rows_of

_STEMMERS: Final = {
    "en": "english",
    "fr": "french",
    "es": "spanish",
    "pt": "portuguese",
    "ru": "russian",
    "ar": "arabic",
}
_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD: Final = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+(?:[\u0300-\u036f\u064b-\u0655\u0670]+[^\\W_{_HAN}]*)*")
_POINTS: Final = re.compile("[\u0640\u064b-\u0655\u0670]")
"""Arabic vowel signs and the stroke that lengthens a word."""
_LETTERS: Final = str.maketrans("أإآٱىةؤئёй", "ااااىهوئеи")
_CYRILLIC: Final = "\u0400"
"""The first letter of the scripts that have no accents but those of `_POINTS` and `_LETTERS`."""
_ARTICLE: Final = re.compile("^(?:[وبكف]?ال|لل)(?=..)")


def words(text: str) -> list[str]:
    """The words of a text in lower case; of Chinese, which has no spaces, each two neighbouring characters."""
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if _is_han(word) and len(word) > 1:
            found.extend(word[place : place + 2] for place in range(len(word) - 1))
        else:
            found.append(word)
    return found


def folded(word: str) -> str:
    """A word in lower case without accents, Arabic points and letters that are written in several ways."""
    if word.isascii():
        return word
    if word[0] < _CYRILLIC:
        return fold(word)
    return _POINTS.sub("", word).translate(_LETTERS)


def stems(found: Sequence[str], language: str) -> list[frozenset[str]]:
    """The stems of each word in a language: of its folded spelling, and of the word as it is or without its article."""
    plain = [folded(word) for word in found]
    spellings = [plain, [_ARTICLE.sub("", word) for word in plain] if language == "ar" else [*found]]
    if language in _STEMMERS:
        stemmer = _stemmer(language)
        spellings = [[folded(stem) for stem in stemmer.stemWords(each)] for each in spellings]
    return [frozenset(each) for each in zip(*spellings, strict=True)]


@cache
def stop_words(language: str) -> frozenset[str]:
    """Words of a language that say nothing about a topic, folded."""
    return _column(language, 1)


@cache
def vague_words(language: str) -> frozenset[str]:
    """Words of a language, folded, that are labels of topics and mostly mean something else when they stand alone."""
    return _column(language, 2)


def _column(language: str, place: int) -> frozenset[str]:
    rows = rows_of("stop_words.csv", ("language", "words", "vague"))
    return frozenset(folded(word) for row in rows if row[0] == language for word in row[place].split())


@cache
def _stemmer(language: str) -> Stemmer:
    return Stemmer(_STEMMERS[language], 0)  # without its cache, so that threads share nothing


def _is_han(word: str) -> bool:
    return "\u3400" <= word[0] <= "\u9fff" or "\uf900" <= word[0] <= "\ufaff"
