"""The gains of a round, why a round is empty, and why a pair is not in it, in sentences for staff.

Invariant: a sentence about gains states a gain or is left out; all of it holds if every side says yes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from isopolity.matching.domain.gains import Gains
from isopolity.wording import phrases


def gain_sentences(gains: Gains) -> Sequence[str]:
    """The sentences, the weightiest first; one that says so if a round proposes nothing."""
    if not gains.twinnings and not gains.sponsorships:
        return ["The round proposes nothing."]
    return [phrases.sentence(text) for text in _gains(gains)]


def _gains(gains: Gains) -> Iterator[str]:
    before, after = gains.before, gains.after
    made = [(gains.twinnings, "twinning"), (gains.sponsorships, "sponsorship")]
    proposed = phrases.listed([phrases.number(count, noun) for count, noun in made if count])
    reached = sum(gains.cities_by_region.values())
    yield f"{proposed} proposed, to {phrases.number(reached, 'city', 'cities')} of {phrases.count(gains.cities)}"
    if gains.cities_by_region:
        by_region = sorted(gains.cities_by_region.items(), key=lambda entry: (-entry[1], entry[0]))
        yield "; ".join(f"{phrases.region_first(code)}: {phrases.count(count)}" for code, count in by_region)
    if gains.first_served:
        tie = "gets its first tie" if gains.first_served == 1 else "get their first tie"
        left = (
            f"{phrases.count(after.alone)} would be left without any" if after.alone else "none would be left without"
        )
        yield f"{phrases.number(gains.first_served, 'city', 'cities')} {tie}; {left}"
    if after.largest > before.largest:
        yield (
            f"The largest group of cities that ties connect grows from {phrases.count(before.largest)} to "
            f"{phrases.count(after.largest)}; of 100 pairs of cities, {after.connected * 100:.0f} would be connected, "
            f"instead of {before.connected * 100:.0f}"
        )
    if gains.region_links:
        links = [f"{phrases.region(one)} with {phrases.region(other)}" for one, other in gains.region_links]
        yield f"For the first time, twinnings link {'; '.join(links)}"
    if gains.country_links:
        yield f"{phrases.number(gains.country_links, 'pair')} of countries would be linked that no twinning links yet"
    if gains.programmes:
        yield f"{phrases.number(gains.programmes, 'programme')} would find a city to support"


class Block(StrEnum):
    """Reasons that keep a member out of a round."""

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
    """The number of such members in the network."""
    frees: Sequence[date]
    """The days on which that ends for some of them, ascending; none where that is not known."""


_SEVERAL: Final[Mapping[Block, str]] = {
    Block.UNMAILABLE: "cannot be mailed: they have no contact",
    Block.UNCONFIRMED: "cannot be mailed: no contact of theirs has confirmed its address yet",
    Block.PAUSED: "pause{until}",
    Block.NO_CAPACITY: "can handle no {kind}, as they state themselves",
    Block.NOBODY_FITS: "have room for a {kind}, and nobody with room fits them or may be proposed to them now",
    Block.PROPOSALS: "have no room for another {kind}: they hold open proposals{until}",
    Block.PARTNERSHIPS: "have no room for another {kind}: they hold new partnerships",
}
_ONE: Final[Mapping[Block, str]] = {
    Block.UNMAILABLE: "cannot be mailed: it has no contact",
    Block.UNCONFIRMED: "cannot be mailed: no contact has confirmed its address yet",
    Block.PAUSED: "pauses{until}",
    Block.NO_CAPACITY: "can handle no {kind}, as it states itself",
    Block.NOBODY_FITS: "has room for a {kind}, and nobody with room fits it or may be proposed to it now",
    Block.PROPOSALS: "has no room for another {kind}: it holds open proposals{until}",
    Block.PARTNERSHIPS: "has no room for another {kind}: it holds new partnerships",
}


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


Names = Mapping[str, str]
"""By holder, as people know members."""
_MOST_NAMED: Final = 3
_LEAST: Final = 0.00005
"""A smaller rise counts as zero."""


def missed(
    pair: tuple[str, str],
    score: float,
    rise: float | None,
    taken: Sequence[tuple[str, str]],
    names: Names,
    *,
    is_exact: bool,
) -> str:
    """The pairs that took the place of a pair, and the least rise of its score that it would need."""
    one, other = (names[holder] for holder in pair)
    clauses = [f"{one} and {other} score {score:.2f}"]
    for holder in pair:
        others = [names[b if a == holder else a] for a, b in taken if holder in (a, b)]
        if others:
            clauses.append(f"{names[holder]} is paired with {_some(others)} instead")
    return phrases.sentence("; ".join([*clauses, _rise(score, rise, is_exact=is_exact)]))


def would_break(rule: str) -> str:
    """That a pair would break a rule, of which `rule` is the outcome as a sentence."""
    return f"With this pair, a rule of the round would not hold. {rule}"


def chosen(pair: tuple[str, str], names: Names) -> str:
    """The sentence for a pair that is in the round."""
    return phrases.sentence(f"{names[pair[0]]} and {names[pair[1]]} are paired in this round")


def kept_out(who: str, reason: str) -> str:
    """Why a member or a pair is no candidate."""
    return phrases.sentence(f"{who}: {reason}")


def _rise(score: float, rise: float | None, *, is_exact: bool) -> str:
    if rise is None:
        return "what is pinned or published leaves no room for them"
    if rise < _LEAST:
        return "a choice that is worth as much has them" if is_exact else "how much they lack could not be proved"
    if score + rise > 1:
        return f"their score would have to rise by {rise:.2f} at least, which is more than it can"
    return f"their score would have to rise by {_exact(rise)} at least"


def _exact(rise: float) -> str:
    return f"{rise:.2f}" if rise >= 0.01 else f"{rise:.4f}"


def _some(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMED:
        return phrases.listed(names)
    return phrases.listed([*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} more"])
