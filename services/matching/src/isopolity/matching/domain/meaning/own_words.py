"""The own words of needs, offers, requests and programmes as weighted features, and how much two have in common.

Features are made once, when a member is read, so that comparing needs no text, no dictionary and no model. Invariant:
the part in common depends on the two texts alone, is symmetric, and is 0 in different languages.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.arrays import Booleans, Floats, Integers16

WEIGHT_BITS: Final = 8
LARGEST: Final = (1 << WEIGHT_BITS) - 1
"""The weight of a feature of a text that has no other."""
NO_LANGUAGE: Final = -1
"""The number of the language of an entry without own words."""
FEATURES: Final = 1 << 22
"""Numbers of features; two stems share one by chance once in millions."""
_CHANCE: Final = 0.08
"""The cosine up to which two texts count as having nothing in common: any two texts share some words."""
_SAME: Final = 0.5
"""The cosine from which two texts count as having all in common; two about one thing share some half of their words."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The words of a text: their language, and up to some dozens of features, each with a weight."""

    language: int
    """The number of the language, from 0 to 32,767; texts in different languages are not compared."""
    features: bytes
    """Ascending numbers of 32 bits: a feature times 256, plus its weight from 1 to 255."""

    @classmethod
    def of(cls, weights: Mapping[str, float], language: str) -> "OwnWords | None":
        """The features with these weights, all above 0, by name; None if there are none."""
        length = hypot(*weights.values())
        numbers: dict[int, float] = {}
        for name, weight in weights.items():
            feature = crc32(f"{language}:{name}".encode()) % FEATURES
            numbers[feature] = max(numbers.get(feature, 0.0), weight / length)
        packed = [(feature << WEIGHT_BITS) | max(round(weight * LARGEST), 1) for feature, weight in numbers.items()]
        if not packed:
            return None
        return cls(crc32(language.encode()) & 0x7FFF, array("I", sorted(packed)).tobytes())

    @property
    def weights(self) -> Mapping[int, int]:
        """The weight of each feature."""
        return {each >> WEIGHT_BITS: each & LARGEST for each in array("I", self.features)}


def in_common(one: OwnWords | None, other: OwnWords | None) -> float | None:
    """The part in common, in [0, 1]; None where a side has no words or another language."""
    if one is None or other is None or one.language != other.language:
        return None
    theirs = other.weights
    product = sum(weight * theirs.get(feature, 0) for feature, weight in one.weights.items())
    return float(part_of(product))


def in_common_with_each(
    own: OwnWords | None, others: NDArray[np.object_], languages: Integers16, where: Booleans
) -> tuple[Booleans, Floats]:
    """Whether each of `others`, OwnWords or None, is in one language with `own`, and the part in common.

    The part is 0 for those that are not `where`, which costs nothing. `languages` are those of `others`.
    """
    found = np.zeros(len(others))
    if own is None:
        return found > 0, found
    in_one = languages == own.language
    some = np.flatnonzero(in_one & where)
    texts = [each.features for each in others[some]]
    packed = np.frombuffer(b"".join(texts), np.uint32)
    weights = np.zeros(FEATURES, np.uint8)
    weights[list(own.weights)] = list(own.weights.values())
    of_text = np.repeat(some, [len(each) // packed.itemsize for each in texts])
    products = (packed & LARGEST).astype(np.float64) * weights[packed >> WEIGHT_BITS]
    return in_one, np.asarray(part_of(np.bincount(of_text, products, len(others))), np.float64)


def languages_of(words: Sequence[OwnWords | None]) -> Integers16:
    """The number of the language of each, NO_LANGUAGE for None."""
    return np.array([NO_LANGUAGE if each is None else each.language for each in words], np.int16)


def part_of(product: Any) -> Any:
    """The part in common, in [0, 1], by the inner product of the weights, of one pair or arrays of pairs."""
    return np.clip((product / (LARGEST * LARGEST) - _CHANCE) / (_SAME - _CHANCE), 0, 1)
