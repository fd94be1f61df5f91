"""Known names, and those of them that a name could mean: spelt otherwise, in other letters, or with an addition.

Invariant: no comparison is left out. A name with a similarity ratio of `LIKE` or more shares some three letters in a
row with the name that is looked for, among those chosen here; only names that share none of them are passed over.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import floor
from typing import Final, Generic, TypeVar
from unicodedata import normalize

from rapidfuzz import fuzz, process

from isopolity.identity.folded_text import fold, name_key, sort_key
from isopolity.identity.latin import latin

ValueT = TypeVar("ValueT")

LIKE: Final = 0.85
"""The least similarity ratio of names that count as much alike, such as Zuerich and Zürich."""
_LETTERS: Final = 3
_SHORTEST: Final = 4
"""The fewest letters of a name that counts as the beginning of a longer one, such as Köln of Köln am Rhein."""


def likeness_key(name: str) -> str:
    """The letters and digits of the sort form of `name` in Latin letters, on which similarity is measured."""
    return name_key(latin(sort_key(name)))


def exact_key(name: str) -> str:
    """The name as it is written, but for case, blanks and its form in Unicode; accents and punctuation count."""
    return " ".join(normalize("NFC", name).casefold().split())


class KnownNames(Generic[ValueT]):
    """Names with what has them; names that were added are sorted in when one is looked for."""

    def __init__(self) -> None:
        self._new: list[tuple[str, ValueT]] = []
        self._of_key: dict[str, list[ValueT]] = defaultdict(list)
        self._keys: list[str] = []
        self._of_letters: dict[str, list[int]] = defaultdict(list)
        self._longer: dict[str, list[str]] = defaultdict(list)

    def add(self, name: str, value: ValueT) -> None:
        """Add a name of `value`."""
        self._new.append((name, value))

    def same(self, name: str) -> Sequence[ValueT]:
        """What has this name, but for accents, case, punctuation and letters."""
        self._sort_in()
        return self._of_key.get(likeness_key(name), ())

    def longer_or_shorter(self, name: str) -> Iterator[ValueT]:
        """What has a name that begins with the words of this one, or with whose words this one begins."""
        self._sort_in()
        key = likeness_key(name)
        for other in (*self._longer.get(key, ()), *_beginnings(name)):
            yield from self._of_key.get(other, ())

    def similar(self, name: str) -> Iterator[ValueT]:
        """What has a name of a ratio of `LIKE` or more to this one, the most similar first."""
        self._sort_in()
        key = likeness_key(name)
        places = self._sharing(key)
        keys = self._keys if places is None else [self._keys[place] for place in places]
        for other, _, _ in process.extract(key, keys, scorer=fuzz.ratio, limit=None, score_cutoff=100 * LIKE):
            yield from self._of_key[other]

    def _sort_in(self) -> None:
        for name, value in self._new:
            key = likeness_key(name)
            if key not in self._of_key:
                for letters in set(_threes(key)):
                    self._of_letters[letters].append(len(self._keys))
                self._keys.append(key)
                for beginning in _beginnings(name):
                    self._longer[beginning].append(key)
            self._of_key[key].append(value)
        self._new.clear()

    def _sharing(self, key: str) -> set[int] | None:
        """Places of names that share the rarest threes of `key`, as many as no similar name can miss; None: all."""
        counts = Counter(_threes(key))
        left = _most_missed(len(key)) + 1
        if counts.total() < left:
            return None
        places: set[int] = set()
        for letters in sorted(counts, key=lambda each: len(self._of_letters.get(each, ()))):
            places.update(self._of_letters.get(letters, ()))
            left -= counts[letters]
            if left <= 0:
                break
        return places


def _threes(key: str) -> list[str]:
    """Each three letters in a row, with blanks before and after the name."""
    padded = f"  {key}  "
    return [padded[start : start + _LETTERS] for start in range(len(padded) - _LETTERS + 1)]


@lru_cache
def _most_missed(length: int) -> int:
    """The most threes of a name of this length that a similar one can miss.

    A letter that is taken out touches three of them, one that is put in two; the ratio bounds how many there are.
    """
    most = 0
    for out in range(length + 1):
        # out + put <= (1 - LIKE) * (length + length - out + put)
        put = floor(((1 - LIKE) * (2 * length - out) - out) / LIKE + 1e-9)
        if put < 0:
            break
        most = max(most, _LETTERS * out + (_LETTERS - 1) * put)
    return most


def _beginnings(name: str) -> list[str]:
    """The keys of the first words of a name, without the whole name."""
    words = fold(name).replace("-", " ").split()
    keys = (likeness_key(" ".join(words[:count])) for count in range(1, len(words)))
    return [key for key in keys if len(key) >= _SHORTEST]


def likest(key: str, keys: Sequence[str], most: int = 3) -> Sequence[int]:
    """The positions of at most `most` of `keys` that are similar to `key`, the most similar first."""
    found = process.extract(key, keys, scorer=fuzz.ratio, limit=most, score_cutoff=100 * LIKE)
    return [place for _, _, place in found]
