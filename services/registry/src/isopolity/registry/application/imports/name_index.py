"""Finds the names that a name could mean: spelt otherwise, in other letters, or with an addition.

Invariant: no similar name is missed. A name is skipped without a comparison only if its length, or the three-letter
groups that it lacks, rule out a similarity ratio of `LIKE`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import chain
from math import ceil, floor, inf
from typing import Final, Generic, TypeVar
from unicodedata import normalize

from rapidfuzz import fuzz, process

from isopolity.identity.folded_text import fold, name_key, sort_key
from isopolity.identity.latin import latin

ValueT = TypeVar("ValueT")

LIKE: Final = 0.85
"""The least similarity ratio of names that count as much alike, such as Zuerich and Zürich."""
_STEPS: Final = (0.93, LIKE)
"""The least ratio of each search for similar names; a narrow search is cheaper, and often enough."""
_LETTERS: Final = 3
_ROUNDING: Final = 1e-9
_SHORTEST: Final = 4
"""The fewest letters of a name that counts as the beginning of a longer one, such as Köln of Köln am Rhein."""


def likeness_key(name: str) -> str:
    """The letters and digits of the sort form of `name` in Latin letters, on which similarity is measured."""
    return name_key(latin(sort_key(name)))


def exact_key(name: str) -> str:
    """The name as it is written, but for case, blanks and its form in Unicode; accents and punctuation count."""
    return " ".join(normalize("NFC", name).casefold().split())


class NameIndex(Generic[ValueT]):
    """Values by their names; names that were added are sorted in at the next search."""

    def __init__(self) -> None:
        self._new: list[tuple[str, ValueT]] = []
        self._of_key: dict[str, list[ValueT]] = defaultdict(list)
        self._of_length: dict[int, _Keys] = defaultdict(_Keys)
        self._longer: dict[str, list[str]] = defaultdict(list)

    def add(self, name: str, value: ValueT) -> None:
        """Add a name of `value`."""
        self._new.append((name, value))

    def same(self, name: str) -> Sequence[ValueT]:
        """The values with this name; accents, case, punctuation and the alphabet do not count."""
        self._sort_in()
        return self._of_key.get(likeness_key(name), ())

    def longer_or_shorter(self, name: str) -> Iterator[ValueT]:
        """The values whose name begins with all words of this one, such as Köln am Rhein for Köln; or the reverse."""
        self._sort_in()
        key = likeness_key(name)
        for other in (*self._longer.get(key, ()), *_beginnings(name)):
            yield from self._of_key.get(other, ())

    def similar(self, name: str) -> Iterator[ValueT]:
        """The values with a name of a ratio of `LIKE` or more to this one, the most similar first.

        The search for less similar names begins once all values of more similar ones are taken.
        """
        self._sort_in()
        key = likeness_key(name)
        threes = Counter(_threes(key))
        above = inf
        for least in _STEPS:
            keys = self._with_ratio(key, threes, least)
            for other, ratio, _ in process.extract(key, keys, scorer=fuzz.ratio, limit=None, score_cutoff=100 * least):
                if ratio < above:
                    yield from self._of_key[other]
            above = 100 * least

    def _sort_in(self) -> None:
        for name, value in self._new:
            key = likeness_key(name)
            if key not in self._of_key:
                self._of_length[len(key)].add(key)
                for beginning in _beginnings(name):
                    self._longer[beginning].append(key)
            self._of_key[key].append(value)
        self._new.clear()

    def _with_ratio(self, key: str, threes: Counter[str], least: float) -> list[str]:
        """The keys that can have a ratio of `least` or more to `key`, and some others."""
        shortest = least / (2 - least)
        lengths = range(ceil(len(key) * shortest - _ROUNDING), floor(len(key) / shortest + _ROUNDING) + 1)
        found: list[str] = []
        for length in lengths:
            if length in self._of_length:
                found += self._of_length[length].sharing(threes, _most_missed(len(key), length, least))
        return found


class _Keys:
    """Keys of one length, by each three letters in a row."""

    def __init__(self) -> None:
        self._all: list[str] = []
        self._of_letters: dict[str, list[str]] = defaultdict(list)

    def add(self, key: str) -> None:
        self._all.append(key)
        for letters in set(_threes(key)):
            self._of_letters[letters].append(key)

    def sharing(self, threes: Counter[str], missed: int) -> Collection[str]:
        """A collection with every key that lacks at most `missed` of `threes`, and some other keys.

        Such a key has one of any `missed` + 1 of them, so the keys that have one of the rarest are enough.
        """
        left = missed + 1
        if threes.total() < left:
            return self._all
        rarest = sorted(((self._of_letters.get(each, ()), count) for each, count in threes.items()), key=_rarity)
        chosen: list[Sequence[str]] = []
        for keys, count in rarest:
            chosen.append(keys)
            left -= count
            if left <= 0:
                break
        return self._all if sum(map(len, chosen)) >= len(self._all) else dict.fromkeys(chain.from_iterable(chosen))


def _rarity(keys_and_count: tuple[Sequence[str], int]) -> int:
    return len(keys_and_count[0])


def _threes(key: str) -> list[str]:
    """Each three letters in a row, with blanks before and after the name."""
    padded = f"  {key}  "
    return [padded[start : start + _LETTERS] for start in range(len(padded) - _LETTERS + 1)]


@cache
def _most_missed(length: int, other: int, least: float) -> int:
    """The most threes of a name of `length` that a name of length `other` and a ratio of `least` or more can miss.

    The ratio bounds how many letters are taken out and put in. A letter that is taken out breaks three of them, one
    that is put in two.
    """
    changes = floor((1 - least) * (length + other) + _ROUNDING)
    out, put = (changes + length - other) // 2, (changes - length + other) // 2
    return _LETTERS * out + (_LETTERS - 1) * put


def _beginnings(name: str) -> list[str]:
    """The keys of the first words of a name, without the whole name."""
    words = fold(name).replace("-", " ").split()
    keys = (likeness_key(" ".join(words[:count])) for count in range(1, len(words)))
    return [key for key in keys if len(key) >= _SHORTEST]


def likest(key: str, keys: Sequence[str], most: int = 3) -> Sequence[int]:
    """The positions of at most `most` of `keys` that are similar to `key`, the most similar first."""
    found = process.extract(key, keys, scorer=fuzz.ratio, limit=most, score_cutoff=100 * LIKE)
    return [place for _, _, place in found]
