"""Tells corrected typing errors from changes of meaning.

Invariant: numbers, symbols such as % or €, short words and the number of words must be equal, so no “not” comes or
goes. Web addresses must be equal to the letter.
"""

import re
from typing import Final
from unicodedata import normalize

_TOKENS: Final = re.compile("[^\\W\\d_]+|\\d+|[^\\w\\s.,;:!?'\"()\\[\\]\u00ab\u00bb\u2013\u2014\u2018-\u201f\u2026-]")
"""Words, numbers and symbols; punctuation and spaces are ignored."""
_ADDRESS: Final = re.compile(r"\S*(?:://|\w[.\u3002\uff0e\uff61@]\w*[^\W\d_])\S*")
"""Text that programs may read as an address, such as two words with a full stop and no space between them."""
_MARKS: Final = ".,;:!?'\"()[]\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e"
"""Punctuation around an address that is not part of it."""
_SHORTEST: Final = 5
"""The fewest letters of a word in which one may differ; in shorter words it often makes another word."""
_SLIPS: Final = 2
"""The most words of a text that may differ."""


def says_the_same(admitted: str | None, changed: str | None) -> bool:
    """Whether the texts differ in punctuation and capitals only; the relation is transitive."""
    if admitted is None or changed is None:
        return admitted == changed
    return _tokens(admitted) == _tokens(changed) and _addresses(admitted) == _addresses(changed)


def is_slip(admitted: str | None, changed: str | None) -> bool:
    """Whether the texts differ only in punctuation, capitals, and one letter in each of at most two long words.

    One letter after the first is added, left out or replaced, or two neighbours are swapped. Only scripts with capitals
    count: in others one letter is often a word.
    """
    if admitted is None or changed is None:
        return admitted == changed
    old, new = _tokens(admitted), _tokens(changed)
    if len(old) != len(new) or _addresses(admitted) != _addresses(changed):
        return False
    differing = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    return len(differing) <= _SLIPS and all(_is_misspelt(*pair) for pair in differing)


def _tokens(text: str) -> list[str]:
    return _TOKENS.findall(normalize("NFC", text).casefold())


def _addresses(text: str) -> list[str]:
    return [found.strip(_MARKS) for found in _ADDRESS.findall(normalize("NFC", text))]


def _is_misspelt(old: str, new: str) -> bool:
    if min(len(old), len(new)) < _SHORTEST or not (_has_capitals(old) and _has_capitals(new)):
        return False
    pairs = enumerate(zip(old, new, strict=False))
    start = next((place for place, (a, b) in pairs if a != b), min(len(old), len(new)))
    a, b = old[start:], new[start:]
    is_one = a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return start > 0 and is_one


def _has_capitals(word: str) -> bool:
    return all(letter.upper() != letter for letter in word)
