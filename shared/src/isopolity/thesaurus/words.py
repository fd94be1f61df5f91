"""Words of a text and their stems, as search compares them: without case, accents, endings and Arabic points.

Invariant: a word and its folded spelling have a stem in common, so that “alphabetisation” finds “alphabétisation”.
"""

import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import Final

from Stemmer import Stemmer

from isopolity.identity.folded_text import fold

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
_ARTICLE: Final = re.compile("^(?:[وبكف]?ال|لل)(?=..)")
_STOP: Final = {
    "en": "a an and are as at by for from in into its of on or our s the their them this to us we who with your",
    "fr": "a au aux avec ce ces d dans de des du en est et l la le les leur leurs nos notre ou par pour qu que qui s sa"
    " se ses son sont sur un une vers",
    "es": "a al con de del e el en entre es la las lo los nuestra nuestras nuestro nuestros o para por que se su sus un"
    " una unas unos y",
    "pt": "a ao aos as às com da das de do dos e em entre na nas no nos nossa nossas nosso nossos o os ou para pela pelas"
    " pelo pelos por que se seu seus sua suas um uma",
    "ru": "а без в во для до и из или к ко на над наш наша наши не о об от по под при про с со среди у что",
    "ar": "في من على الى إلى عن مع بين او أو و ان أن التي الذي هذا هذه",
    "zh": "的 和 与 在 对 为",
}
"""Words that say nothing about a topic."""


def words(text: str) -> list[str]:
    """The words of a text in lower case; of Chinese, which has no spaces, each two neighbouring characters."""
    found: list[str] = []
    for word in _WORD.findall(text.casefold() if not text.isascii() else text.lower()):
        if _is_han(word) and len(word) > 1:
            found.extend(word[place : place + 2] for place in range(len(word) - 1))
        else:
            found.append(word)
    return found


def folded(word: str) -> str:
    """A word without accents, Arabic points and letters that are written in several ways."""
    if word.isascii():
        return word
    return fold(_POINTS.sub("", word).translate(_LETTERS))


def stems(found: Sequence[str], language: str) -> list[Collection[str]]:
    """The stems of each word in a language: of the word as it is, of its folded spelling, in Arabic without article."""
    spellings = [[*found], [folded(word) for word in found]]
    if language == "ar":
        spellings.append([_ARTICLE.sub("", word) for word in spellings[1]])
    if language in _STEMMERS:
        stemmer = _stemmer(language)
        spellings = [[folded(stem) for stem in stemmer.stemWords(each)] for each in spellings]
    return [{*each} for each in zip(*spellings, strict=True)]


@cache
def stop_words(language: str) -> frozenset[str]:
    """Words of a language that say nothing about a topic, folded."""
    return frozenset(folded(word) for word in _STOP.get(language, "").split())


@cache
def _stemmer(language: str) -> Stemmer:
    return Stemmer(_STEMMERS[language], 0)  # without its cache, so that threads share nothing


def _is_han(word: str) -> bool:
    return "\u3400" <= word[0] <= "\u9fff" or "\uf900" <= word[0] <= "\ufaff"
