"""A pair in one paragraph for a mail: told to anybody by name, or to one side as “you”.

Invariant: where something speaks against the pair, the paragraph says so first, and nothing is told to a side.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from isopolity.matching.application.candidates.pair_facts import TwinningFacts
from isopolity.matching.application.wording.exchanges import Party, in_brief
from isopolity.matching.domain.proposal import Side

_TOLD_BESIDES: Final = 2
_BESIDES: Final[Mapping[str, float]] = MappingProxyType(
    {"grant": 0.0, "focus": 0.7, "setting": 0.6, "network": 0.3, "size": 0.85, "language": 0.6, "distance": 0.9}
)
"""Parts told besides what can be given, the most telling first, from this value on."""
_WHAT: Final = frozenset({"need-met", "offer-wanted", "request-fits", "need-fits"})
"""The codes of reasons that say what one side could give the other."""
_NO_LANGUAGE: Final = "no-common-language"
"""Told in any case: an interpreter costs money."""


def exchanged(facts: TwinningFacts, *, reads: bool) -> Sequence[str]:
    """The best exchanges of two cities, told to anybody or, if `reads`, to the city of the facts."""
    me, other = Party(name=facts.me.name, reads=reads), Party(name=facts.other.name)
    return in_brief(facts.met, facts.wanted, me, other)


def paragraph(
    against: Sequence[str], what: Sequence[str], connection: str | None, parts: Mapping[str, tuple[float, str]]
) -> str:
    """For anybody; `parts` are the values and sentences of the score's parts by name."""
    one_sided = [parts["balance"][1]] if len(what) == 1 and "balance" in parts else []
    if against or not what:
        return " ".join([*against, *what, *one_sided])
    besides = [parts[name][1] for name, least in _BESIDES.items() if name in parts and parts[name][0] >= least]
    path = [] if connection is None else [connection]
    apart = [parts["language"][1]] if parts["language"][0] == 0 else []
    return " ".join([*what, *one_sided, *path, *besides[: _TOLD_BESIDES - len(apart)], *apart])


def told_to(side: Side, what: Sequence[str], against: Sequence[str]) -> str:
    """For a side: what the two could give each other, and the weightiest of its other reasons."""
    if against:
        return ""
    besides = [reason.text for reason in side.reasons if reason.code not in (*_WHAT, _NO_LANGUAGE)]
    apart = [reason.text for reason in side.reasons if reason.code == _NO_LANGUAGE]
    return " ".join([*what, *besides[: _TOLD_BESIDES - len(apart)], *apart])


def supported(side: Side) -> Sequence[str]:
    """The support of a sponsorship, told to a side: the weightiest of its reasons."""
    return [reason.text for reason in side.reasons if reason.code in _WHAT][:1]
