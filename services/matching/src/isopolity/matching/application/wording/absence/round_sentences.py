"""Why a round is empty, in sentences for staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from isopolity.matching.application.wording import phrases


class Block(StrEnum):
    """What keeps a member from a round."""

    UNMAILABLE = "unmailable"
    UNCONFIRMED = "unconfirmed"
    PAUSED = "paused"
    NO_CAPACITY = "no-capacity"
    NOBODY_FITS = "nobody-fits"
    PROPOSALS = "proposals"
    PARTNERSHIPS = "partnerships"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """How many of some members are kept from a round by one thing."""

    noun: str
    """`city` or `programme`."""
    kind: str
    """`twinning` or `sponsorship`."""
    block: Block
    count: int
    members: int
    """How many there are."""
    frees: Sequence[date]
    """The days on which that ends for some of them, ascending; none where that is not known."""


_SEVERAL: Final[Mapping[Block, str]] = MappingProxyType(
    {
        Block.UNMAILABLE: "cannot be mailed: they have no contact",
        Block.UNCONFIRMED: "cannot be mailed: no contact of theirs has confirmed its address yet",
        Block.PAUSED: "pause{until}",
        Block.NO_CAPACITY: "can handle no {kind}, as they state themselves",
        Block.NOBODY_FITS: "have room for a {kind}, and nobody with room fits them or may be proposed to them now",
        Block.PROPOSALS: "have no room for another {kind}: they hold open proposals{until}",
        Block.PARTNERSHIPS: "have no room for another {kind}: they hold new partnerships",
    }
)
_ONE: Final[Mapping[Block, str]] = MappingProxyType(
    {
        Block.UNMAILABLE: "cannot be mailed: it has no contact",
        Block.UNCONFIRMED: "cannot be mailed: no contact has confirmed its address yet",
        Block.PAUSED: "pauses{until}",
        Block.NO_CAPACITY: "can handle no {kind}, as it states itself",
        Block.NOBODY_FITS: "has room for a {kind}, and nobody with room fits it or may be proposed to it now",
        Block.PROPOSALS: "has no room for another {kind}: it holds open proposals{until}",
        Block.PARTNERSHIPS: "has no room for another {kind}: it holds new partnerships",
    }
)


def blocked_sentence(found: Blocked) -> str:
    """How many members one thing keeps from a round, and when that frees."""
    nouns = {"city": "cities", "programme": "programmes"}
    of = phrases.number(found.members, found.noun, nouns[found.noun])
    text = (_ONE if found.count == 1 else _SEVERAL)[found.block].format(kind=found.kind, until=_until(found.frees))
    return phrases.sentence(f"{phrases.count(found.count)} of {of} {text}")


def resting_pairs(pairs: int, days: int) -> str:
    """How many pairs would fit and rest."""
    were = "it was" if pairs == 1 else "they were"
    fit = f"{phrases.number(pairs, 'pair')} of members with room would fit"
    return phrases.sentence(f"{fit}; {were} proposed before, and a pair rests for {days} days, or staff forbade it")


def _until(frees: Sequence[date]) -> str:
    if not frees:
        return ""
    day = f"{frees[0].day} {phrases.month(frees[0])}"
    return f" until {day}" if len(frees) == 1 else f", the first until {day}"
