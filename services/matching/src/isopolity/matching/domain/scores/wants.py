"""What targets of programmes want help with: each need of a city, or a request as a whole, one by one and as arrays.

Invariant: a request is one want however many subjects it names, since all of them say what one grant is for; it is as
near to a programme as the nearest of them. Only a request that names an amount is helped by money. A need is helped by
other kinds of support, if its mode is one that these can meet; a journey or an exchange of staff costs money, which a
city has to ask for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.arrays import Booleans, Floats, Integers16, Integers32, Unsigned8, Unsigned64
from isopolity.matching.domain.meaning.own_words import OwnWords, languages_of
from isopolity.matching.domain.meaning.topic_closeness import NONE, topic_numbers
from isopolity.matching.domain.member import Programme, Topic
from isopolity.matching.domain.scores import subjects

MONEY: Final = "funding"
"""The kind of support that is money."""
OTHER_SUPPORTS: Final = ("expertise", "equipment", "training")
"""The kinds of support that are no money."""
SUPPORTS_OF_MODE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "study-visit": (),
        "staff-exchange": (),
        "training": ("training",),
        "webinar": ("training", "expertise"),
        "peer-review": ("expertise",),
        "expert-mission": ("expertise",),
        "good-practice": ("expertise",),
        "action-plan": ("expertise",),
        "pilot": ("equipment", "expertise"),
    }
)
"""The kinds of support, other than money, that help with a need of each mode; the most fitting one first."""
_BIT: Final[Mapping[str, int]] = MappingProxyType(
    {support: 1 << place for place, support in enumerate((MONEY, *OTHER_SUPPORTS))}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A need of a city, or a request."""

    subjects: tuple[str, ...]
    """One or more, of which the nearest one counts; a need has one."""
    counts: float
    """Its weight, in (0, 1]."""
    helped_by: tuple[str, ...]
    """The kinds of support that would help."""
    topics: tuple[str, ...] = ()
    words: OwnWords | None = None
    """Its own words; None without any."""
    need: Topic | None = None
    """The need; None for a request."""


def supports_given(programme: Programme) -> tuple[str, ...]:
    """The kinds of support that a programme gives; one that names neither a kind nor an amount may give any but money.

    It gives money if it names an amount, and only then.
    """
    named = tuple(support for support in programme.supports if support != MONEY)
    if programme.grant_max > 0:
        return (MONEY, *named)
    return named if programme.supports else OTHER_SUPPORTS


def lacks_amounts(programme: Programme) -> bool:
    """Whether it names no amount although it may give money: it ticks money, or no kind of support."""
    return programme.grant_max <= 0 and (not programme.supports or MONEY in programme.supports)


def bits(supports: Iterable[str]) -> int:
    """Kinds of support as the bits of a number; kinds that this release does not know are left out."""
    return sum({_BIT.get(support, 0) for support in supports})


def given_bits(programme: Programme) -> int:
    """The kinds of support that a programme gives, as `bits`."""
    return bits(supports_given(programme))


@dataclass(frozen=True, slots=True)
class WantArrays:
    """The wants of all targets, one entry each, ordered by target. The arrays have small types, since they are copied
    whole when a city changes.
    """

    target: Integers32
    """The position of the target."""
    subjects: Unsigned64
    """The subjects of the want, one bit each, by their positions in `codes`."""
    counts: Floats
    helped_by: Unsigned8
    """The kinds of support that would help, as `bits`."""
    topics: Integers16
    """(entries, MOST_TOPICS): the numbers of the topics in the thesaurus, then NONE."""
    language: Integers16
    """The language of its own words, NO_LANGUAGE without any."""
    words: NDArray[np.object_]
    """OwnWords or None."""
    codes: Sequence[str]
    """The subjects that some want names, 64 at most."""

    @classmethod
    def of(cls, wants: Sequence[Sequence[Want]]) -> "WantArrays":
        """The wants of targets, given by target."""
        entries = [want for those in wants for want in those]
        codes = sorted({code for want in entries for code in want.subjects})
        return cls(
            codes=codes,
            target=np.repeat(np.arange(len(wants), dtype=np.int32), [len(those) for those in wants]),
            subjects=np.array([_as_bits(want.subjects, codes) for want in entries], np.uint64),
            counts=np.array([want.counts for want in entries], np.float64),
            helped_by=np.array([bits(want.helped_by) for want in entries], np.uint8),
            topics=topic_numbers([want.topics for want in entries]),
            language=languages_of([want.words for want in entries]),
            words=np.array([want.words for want in entries], object),
        )

    @property
    def name_topics(self) -> Booleans:
        """Whether each names a topic."""
        return np.asarray(self.topics[:, 0] != NONE, bool)

    def run_of(self, target: int) -> tuple[int, int]:
        """The first entry of a target, and the one behind its last."""
        first, behind = np.searchsorted(self.target, np.array([target, target + 1], np.int32)).tolist()
        return first, behind

    def shares(self, own: Sequence[str], neighbours: float) -> Floats:
        """The largest share of a subject of each want that any of the subjects `own` meets."""
        near, found = subjects.near(own, neighbours), np.zeros(len(self.target))
        for share in sorted(set(near.values())):
            those = np.uint64(_as_bits([code for code, value in near.items() if value == share], self.codes))
            found[(self.subjects & those) != 0] = share
        return found

    def subjects_of(self, entry: int) -> Sequence[str]:
        """The subjects of a want."""
        named = int(self.subjects[entry])
        return [code for position, code in enumerate(self.codes) if named >> position & 1]

    def about(self, subject: str, targets: int) -> Booleans:
        """(targets,): whether each target wants help on the subject."""
        found = np.zeros(targets, bool)
        found[self.target[(self.subjects & np.uint64(_as_bits([subject], self.codes))) != 0]] = True
        return found

    def taken(self, targets: Booleans) -> "WantArrays":
        """The wants of some targets, which are renumbered from 0."""
        kept, number = targets[self.target], (np.cumsum(targets) - 1).astype(np.int32)
        columns = {name: getattr(self, name)[kept] for name in WANT_COLUMNS}
        return replace(self, target=number[self.target[kept]], **columns)

    def followed_by(self, others: "WantArrays", targets: int) -> "WantArrays":
        """The wants of the first `targets` targets, then those of further targets."""
        others, end = others.numbered(self.codes), int(np.searchsorted(self.target, np.int32(targets)))
        columns = {name: np.concatenate((getattr(self, name)[:end], getattr(others, name))) for name in WANT_COLUMNS}
        target = np.concatenate((self.target[:end], others.target + np.int32(targets)))
        return WantArrays(target=target, codes=others.codes, **columns)

    def numbered(self, codes: Sequence[str]) -> "WantArrays":
        """These wants with `codes` first among their codes, followed by those of their own that are missing there."""
        known = [*codes, *(code for code in self.codes if code not in codes)]
        named = np.zeros_like(self.subjects)
        for position, code in enumerate(self.codes):
            is_named = self.subjects >> np.uint64(position) & np.uint64(1)
            named |= is_named << np.uint64(known.index(code))
        return replace(self, codes=known, subjects=named)


WANT_COLUMNS: Final = ("subjects", "counts", "helped_by", "topics", "language", "words")
"""The names of the arrays besides the targets."""


def _as_bits(some: Collection[str], codes: Sequence[str]) -> int:
    """Subjects as the bits of a number, by their positions in `codes`; those that are missing there are left out."""
    return sum(1 << position for position, code in enumerate(codes) if code in some)
