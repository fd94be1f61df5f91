"""Why a pair is not in a round, in sentences for staff."""

from collections.abc import Mapping, Sequence
from typing import Final

from isopolity.matching.application.wording import phrases

Names = Mapping[str, str]
"""By holder, as people know members."""
_MOST_NAMED: Final = 3
_LEAST: Final = 0.00005
"""A rise below this is none."""


def missed(
    pair: tuple[str, str],
    score: float,
    rise: float | None,
    taken: Sequence[tuple[str, str]],
    names: Names,
    *,
    is_exact: bool,
) -> str:
    """Who took the place of a pair, and by how much its score would have to rise at least."""
    one, other = (names[holder] for holder in pair)
    told = [f"{one} and {other} score {score:.2f}"]
    for holder in pair:
        others = [names[b if a == holder else a] for a, b in taken if holder in (a, b)]
        if others:
            told.append(f"{names[holder]} is paired with {_some(others)} instead")
    return phrases.sentence("; ".join([*told, _rise(score, rise, is_exact=is_exact)]))


def chosen(pair: tuple[str, str], names: Names) -> str:
    """That a pair is in the round."""
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
