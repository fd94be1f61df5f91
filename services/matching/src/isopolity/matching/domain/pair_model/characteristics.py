"""The characteristics by which the pair model describes a pair, each in a few levels, and the cells that these make.

Invariant: no characteristic names a member, a country or a region: a cell says how two sides stand to each other. It is
a text of one digit for each characteristic, which is kept with an answer. A cell that does not fit the characteristics
of this release counts for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.member import SPONSORSHIP, TWINNING

CITY: Final = "city"
PARTNER: Final = "partner"
"""The roles in which members answer; the first part of their keys."""


def role_of(key: str) -> str:
    """The role in which a member answers, by its key."""
    return key.partition("/")[0]


@dataclass(frozen=True, kw_only=True)  # no slots: the words are kept in it
class Characteristic:
    """A characteristic of a pair as one side sees it; level i is the i-th of `levels`, in words that follow “pairs”."""

    name: str
    levels: tuple[str, ...]
    alike: tuple[int, ...] = ()
    """The group of each level: effects of levels in one group are expected to be alike; empty: no groups."""


SCORES: Final = (0.4, 0.45, 0.5, 0.6)
KILOMETRES: Final = (500.0, 1500.0, 4000.0, 8000.0)
VISITS: Final = 0.33
"""The share of visits in what two would do from which they count as two that would visit each other."""
HOURS: Final = (2.0, 4.0)
SIZES: Final = (3.0, 10.0, 20.0)
GAINS: Final = (0.4, 0.6, 0.8)
SUBJECTS: Final = (0.5, 0.7, 0.85)


def _between(bounds: Sequence[float], unit: str) -> tuple[str, ...]:
    """The words of the levels that these bounds make."""
    inner = (f"{low:,g} to {high:,g}{unit}" for low, high in pairwise(bounds))
    return (f"less than {bounds[0]:,g}{unit}", *inner, f"{bounds[-1]:,g}{unit} or more")


_PERCENT: Final = tuple(100 * score for score in SCORES)
_SCORE: Final = Characteristic(
    name="score",
    levels=tuple(f"with a score of {each}" for each in _between(_PERCENT, " %")),
)
_LANGUAGE: Final = Characteristic(
    name="language",
    levels=("with a common working language", "without a common working language", "of whom one names no language"),
)
_FIRST_TIE: Final = Characteristic(
    name="first tie",
    levels=(
        "of whom both have ties",
        "for whom it would be the side's own first tie",
        "for whom it would be the other side's first tie",
        "for whom it would be the first tie of both",
    ),
)
RATES: Final = (0.25, 0.5, 0.75)
RECORD: Final = Characteristic(
    name="earlier answers",
    levels=(
        *(f"with a side that had said yes to {each}" for each in _between([100 * rate for rate in RATES], " %")),
        "with a side that had answered nothing before",
    ),
)
"""Who answers: the share of yes in what the side had been proposed before.

The regression needs it, since rounds propose to those who answer what they propose to nobody else. It is no part of the
effect of a pair, as what a member itself answered is known more exactly.
"""
_DISTANCES: Final = (*_between(KILOMETRES, " km"), "an unknown distance")
_VISITING: Final = ("who would mostly call or write", "who would visit each other")
CHARACTERISTICS: Final[Mapping[str, Sequence[Characteristic]]] = MappingProxyType(
    {
        TWINNING: (
            _SCORE,
            Characteristic(
                name="distance",
                levels=tuple(f"{way}, {km} apart" for way in _VISITING for km in _DISTANCES),
                alike=tuple(2 * list(range(len(_DISTANCES)))),
            ),
            _LANGUAGE,
            Characteristic(
                name="hours",
                levels=(
                    *(f"with {each} working hours in common" for each in _between(HOURS, "")),
                    "with an unknown number of working hours in common",
                ),
            ),
            Characteristic(
                name="sizes",
                levels=(
                    *(f"of whom one is {each} as large as the other" for each in _between(SIZES, " times")),
                    "of whom one gives no number of people",
                ),
            ),
            Characteristic(
                name="needs",
                levels=tuple(
                    f"where {each} of the side's needs are met"
                    for each in _between([100 * gain for gain in GAINS], " %")
                ),
            ),
            _FIRST_TIE,
        ),
        SPONSORSHIP: (
            _SCORE,
            Characteristic(
                name="subjects",
                levels=tuple(
                    f"where {each} of what is wanted is what the programme is about"
                    for each in _between([100 * share for share in SUBJECTS], " %")
                ),
            ),
            Characteristic(
                name="money",
                levels=(
                    "where no money is asked for",
                    "where the grant is what was asked for",
                    "where the grant is not quite what was asked for",
                ),
            ),
            _LANGUAGE,
            Characteristic(
                name="support",
                levels=("where all support that is given helps", "where only some support that is given helps"),
            ),
            Characteristic(
                name="first tie", levels=("of whom the city has ties", "for whom it would be the city's first tie")
            ),
        ),
    }
)
"""The characteristics that describe a pair, by kind of match."""


@dataclass(frozen=True, kw_only=True)  # no slots: what follows from it is kept in it
class Cells:
    """The cells of one kind as whole numbers, in mixed radix: the first characteristic counts most."""

    characteristics: Sequence[Characteristic]

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many levels each characteristic has."""
        return tuple(len(each.levels) for each in self.characteristics)

    def numbers(self, levels: Sequence[Integers]) -> Integers:
        """The cells of pairs, from the level of each pair in each characteristic."""
        return np.asarray(np.ravel_multi_index(tuple(levels), self.sizes), np.int64)

    def levels(self, numbers: Integers) -> Integers:
        """(pairs, characteristics): the levels of cells."""
        return np.stack(np.unravel_index(numbers, self.sizes), axis=1).astype(np.int64).reshape(-1, len(self.sizes))

    def text(self, number: int) -> str:
        """The cell as a text, a character for each characteristic."""
        return "".join(f"{level:x}" for level in np.unravel_index(number, self.sizes))

    def number(self, text: str) -> int | None:
        """The cell of a text; None if it is of another release."""
        try:
            levels = [int(digit, 16) for digit in text]
            return int(np.ravel_multi_index(levels, self.sizes))
        except ValueError:
            return None

    def columns(self, numbers: Integers) -> Floats:
        """(pairs, levels of all characteristics): 1 where the pair is at the level."""
        starts = np.concatenate(([0], np.cumsum(self.sizes[:-1]))).astype(np.int64)
        found = np.zeros((len(numbers), sum(self.sizes)))
        found[np.arange(len(numbers))[:, None], self.levels(numbers) + starts] = 1
        return found


NO_RECORD: Final = len(RATES) + 1
"""The level of `RECORD` of a side that had got no proposals before."""


def record_level(number: int, yes: int) -> int:
    """The level of `RECORD` of a side that had got `number` proposals before and said yes to `yes` of them."""
    return sum(yes >= rate * number for rate in RATES) if number else NO_RECORD


CELLS: Final[Mapping[str, Cells]] = MappingProxyType(
    {kind: Cells(characteristics=each) for kind, each in CHARACTERISTICS.items()}
)
"""The cells of pairs, by kind of match."""
COUNTED: Final[Mapping[str, Cells]] = MappingProxyType(
    {kind: Cells(characteristics=(*each, RECORD)) for kind, each in CHARACTERISTICS.items()}
)
"""The cells in which answers are counted, by kind of match: those of pairs, and the record of the side."""
