"""Finds the names that a name could mean: spelt otherwise, in other letters, or with an addition.

Invariant: no similar name is missed. A name is skipped without a comparison only if its length, or the three-letter
groups that it lacks, rule out a similarity ratio of `LIKE`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from math import ceil, floor
from typing import Final, Generic, NamedTuple, Self, TypeVar
from unicodedata import normalize

from rapidfuzz import fuzz, process

from isopolity.identity.folded_text import fold, name_key, sort_key
from isopolity.identity.latin import latin

ValueT = TypeVar("ValueT")

LIKE: Final = 0.85
"""The least similarity ratio of names that count as much alike, such as Zuerich and Zürich."""
_LETTERS: Final = 3
_ROUNDING: Final = 1e-9
_AT_ONCE: Final = 500
"""The most keys of one length that a search sorts by their letters; a search compares the rest one by one."""
_SHORTEST: Final = 4
"""The fewest letters of a name that counts as the beginning of a longer one, such as Köln of Köln am Rhein."""


def likeness_key(name: str) -> str:
    """The letters and digits of the sort form of `name` in Latin letters, on which similarity is measured."""
    return name_key(latin(sort_key(name)))


def exact_key(name: str) -> str:
    """The name as it is written, but for case, blanks and its form in Unicode; accents and punctuation count."""
    return " ".join(normalize("NFC", name).casefold().split())


class Keyed(NamedTuple):
    """A name as an index holds it."""

    key: str
    beginnings: Sequence[str] = ()
    """The keys of its first words."""

    @classmethod
    def of(cls, name: str) -> Self:
        """The keys of a name."""
        return cls(likeness_key(name), _beginnings(name))


class NameIndex(Generic[ValueT]):
    """Values by their names."""

    def __init__(self) -> None:
        self._of_key: dict[str, list[ValueT]] = defaultdict(list)
        self._of_length: dict[int, _Keys] = defaultdict(_Keys)
        self._longer: dict[str, list[str]] = defaultdict(list)

    def add(self, name: Keyed, value: ValueT) -> None:
        """Add a name of `value`."""
        key = name.key
        if key not in self._of_key:
            self._of_length[len(key)].add(key)
            for beginning in name.beginnings:
                self._longer[beginning].append(key)
        self._of_key[key].append(value)

    def same(self, name: str) -> Sequence[ValueT]:
        """The values with this name; accents, case, punctuation and the alphabet do not count."""
        return self._of_key.get(likeness_key(name), ())

    def longer_or_shorter(self, name: str) -> Iterator[ValueT]:
        """The values whose name begins with all words of this one, such as Köln am Rhein for Köln; or the reverse."""
        key = likeness_key(name)
        for other in (*self._longer.get(key, ()), *_beginnings(name)):
            yield from self._of_key.get(other, ())

    def similar(self, name: str) -> Iterator[ValueT]:
        """The values with a name of a ratio of `LIKE` or more to this one, the most similar first."""
        key = likeness_key(name)
        found = process.extract(key, self._with_ratio(key), scorer=fuzz.ratio, limit=None, score_cutoff=100 * LIKE)
        for _, other in sorted((-ratio, other) for other, ratio, _ in found):  # in the same order in each run
            yield from self._of_key[other]

    def _with_ratio(self, key: str) -> list[str]:
        """The keys that can have a ratio of `LIKE` or more to `key`, and some others."""
        threes = _threes(key)
        shortest = LIKE / (2 - LIKE)
        lengths = range(ceil(len(key) * shortest - _ROUNDING), floor(len(key) / shortest + _ROUNDING) + 1)
        found: list[str] = []
        for length in lengths:
            if length in self._of_length:
                found += self._of_length[length].sharing(threes, *_most_changes(len(key), length))
        return found


class _Keys:
    """Keys of one length, by each three letters in a row and their place.

    Searches sort them in, some at a time: few searches need no order, and no search holds up others for long.
    """

    def __init__(self) -> None:
        self._all: list[str] = []
        self._sorted = 0
        self._of_letters: dict[tuple[str, int], list[str]] = defaultdict(list)

    def add(self, key: str) -> None:
        self._all.append(key)

    def sharing(self, threes: Sequence[str], out: int, put: int) -> Iterable[str]:
        """Every key that has `threes` after at most `out` letters are taken out and `put` are put in, and some others.

        A letter that is taken out breaks three of them, one that is put in two. So such a key has one of any further
        one of them, moved by no more letters than that: the keys that have one of the rarest are enough.
        """
        self._sort_in()
        needed = _LETTERS * out + (_LETTERS - 1) * put + 1
        if len(threes) < needed:
            return self._all
        having = (self._having(letters, place - out, place + put) for place, letters in enumerate(threes))
        rarest = sorted(having, key=_total)[:needed]
        if sum(map(_total, rarest)) >= self._sorted:
            return self._all
        return set(self._all[self._sorted :]).union(*chain.from_iterable(rarest))

    def _having(self, letters: str, first: int, last: int) -> list[Sequence[str]]:
        """The keys that have these letters at one of these places, by place."""
        places = range(max(first, 0), last + 1)
        return [found for place in places if (found := self._of_letters.get((letters, place))) is not None]

    def _sort_in(self) -> None:
        for key in self._all[self._sorted : self._sorted + _AT_ONCE]:
            for place, letters in enumerate(_threes(key)):
                self._of_letters[letters, place].append(key)
        self._sorted = min(self._sorted + _AT_ONCE, len(self._all))


def _total(found: Sequence[Sequence[str]]) -> int:
    return sum(map(len, found))


def _threes(key: str) -> list[str]:
    """Each three letters in a row, with blanks before and after the name."""
    padded = f"  {key}  "
    return [padded[start : start + _LETTERS] for start in range(len(padded) - _LETTERS + 1)]


@cache
def _most_changes(length: int, other: int) -> tuple[int, int]:
    """The most letters that are taken out of a name of `length`, and put in, for one alike of length `other`."""
    changes = floor((1 - LIKE) * (length + other) + _ROUNDING)
    return (changes + length - other) // 2, (changes - length + other) // 2


def _beginnings(name: str) -> list[str]:
    """The keys of the first words of a name, without the whole name."""
    words = fold(name).replace("-", " ").split()
    keys = (likeness_key(" ".join(words[:count])) for count in range(1, len(words)))
    return [key for key in keys if len(key) >= _SHORTEST]
