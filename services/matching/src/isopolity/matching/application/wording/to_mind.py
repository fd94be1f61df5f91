"""What two sides should bear in mind, as reasons that do not speak for the pair.

Invariant: all that must be minded is told, however much speaks for the two: nothing tempers a pair silently.
"""

from collections.abc import Sequence
from typing import Final

from isopolity.matching.application.candidates.pair_facts import SponsorshipFacts, TwinningFacts
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.reason_sentences import NO_GAIN, THEY_GAIN, TO_CITY, YOU_GAIN, reason
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.strength import is_live, needs_travel
from isopolity.matching.domain.side import Reason

NEAR_KM: Final = 300
"""Two cities that lie less far apart are near."""
_LIKE_SIZE: Final = 0.6
_MUCH: Final = 5
"""How many times as large amounts are much larger."""


def must_mind(facts: TwinningFacts) -> Sequence[Reason]:
    """What two cities must mind, for `facts.me`, the weightiest first."""
    found = (
        no_common_language(facts.me.languages, facts.other.languages, facts.other.name),
        _one_sided(facts) or _low_fit(facts),
        _few_hours(facts),
        _other_size(facts) if facts.are_sizes_apart else None,
    )
    return [each for each in found if each is not None]


def must_mind_of_support(facts: SponsorshipFacts, to: str) -> Sequence[Reason]:
    """What TO_PARTNER or TO_CITY must mind of a sponsorship, the weightiest first."""
    programme, city, sides = facts.programme, facts.target.city, sides_of_support(facts, to)
    mine, theirs = (city, programme) if to == TO_CITY else (programme, city)
    way = _other_amounts(facts)
    found = (
        reason("no-grant", sides) if programme.grant_max > 0 and not facts.target.asks_money else None,
        None if way is None else reason("grant-differs", sides | {"way": way}),
        no_common_language(mine.languages, theirs.languages, sides["other"]),
    )
    return [each for each in found if each is not None]


def sides_of_support(facts: SponsorshipFacts, to: str) -> dict[str, str]:
    """The parameters of every reason of a sponsorship: who reads it, the other side, and the programme."""
    other = facts.programme.partner_name if to == TO_CITY else facts.target.city.name
    return {"to": to, "other": other, "programme": facts.programme.name}


def may_mind(facts: TwinningFacts, named: Sequence[Match]) -> Sequence[Reason]:
    """What two cities may mind beside, the weightier first; `named` are the exchanges that their reasons name."""
    return [each for each in (_far(facts, named), _other_size(facts)) if each is not None]


def no_common_language(mine: Sequence[str], theirs: Sequence[str], other: str) -> Reason | None:
    """That two sides, who have both named working languages, named none in common."""
    if not mine or not theirs or phrases.common_language(mine, theirs) is not None:
        return None
    return reason("no-common-language", {"mine": " ".join(mine), "theirs": " ".join(theirs), "other": other})


def _other_amounts(facts: SponsorshipFacts) -> str | None:
    """Whether the grants are mostly much `larger` or `smaller` than what the city asks for; None if neither."""
    asked, programme = facts.asked_about, facts.programme
    if asked is None:
        return None
    granted = programme.grant_min + min(programme.grant_max, programme.budget)
    if granted >= _MUCH * sum(asked):
        return "larger"
    return "smaller" if sum(asked) >= _MUCH * granted else None


def are_alike(mine: int, theirs: int) -> bool:
    """Whether two cities are of similar size."""
    return min(mine, theirs) / max(mine, theirs) >= _LIKE_SIZE


def _one_sided(facts: TwinningFacts) -> Reason | None:
    if not facts.is_one_sided:
        return None
    known = {"other": facts.other.name, "less": YOU_GAIN if facts.do_i_gain_less else THEY_GAIN}
    is_none = not (facts.met if facts.do_i_gain_less else facts.wanted)
    return reason("one-sided", known | ({"gain": NO_GAIN} if is_none else {}))


def _low_fit(facts: TwinningFacts) -> Reason | None:
    return reason("low-fit", {"other": facts.other.name}) if facts.is_fit_low else None


def _few_hours(facts: TwinningFacts) -> Reason | None:
    if not facts.have_few_hours or facts.common_hours is None:
        return None
    live = [each.offer.mode for each in (*facts.met, *facts.wanted) if is_live(each.offer.mode)]
    return reason("few-hours", {"other": facts.other.name, "hours": f"{facts.common_hours:.2f}", "mode": live[0]})


def _other_size(facts: TwinningFacts) -> Reason | None:
    mine, theirs = facts.me.population, facts.other.population
    if not mine or not theirs or are_alike(mine, theirs):
        return None
    return reason("other-size", {"mine": str(mine), "theirs": str(theirs), "other": facts.other.name})


def _far(facts: TwinningFacts, named: Sequence[Match]) -> Reason | None:
    """The distance, where an exchange that the reasons name needs travel."""
    if facts.km is None or facts.km < NEAR_KM:
        return None
    return (
        reason("distance", {"km": f"{facts.km:.0f}"}) if any(needs_travel(each.offer.mode) for each in named) else None
    )
