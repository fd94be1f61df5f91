"""Reasons that do not speak for a pair, and that its sides should bear in mind.

Invariant: a side reads each of its cautions, however many reasons speak for the pair; a lesser caution may be left out.
"""

from collections.abc import Sequence
from typing import Final

from isopolity.matching.application.candidates.pair_facts import SponsorshipFacts, TwinningFacts
from isopolity.matching.application.wording.reason_sentences import reason
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.strength import is_live, needs_travel
from isopolity.matching.domain.side import Reason
from isopolity.wording import phrases
from isopolity.wording.reasons import NO_GAIN, THEY_GAIN, YOU_GAIN
from isopolity.wording.supports import TO_CITY

_MUCH_LARGER: Final = 5
"""From how many times as large on an amount is much larger."""


def cautions(facts: TwinningFacts) -> Sequence[Reason]:
    """The cautions about a twinning that `facts.me` reads, the weightiest first."""
    found = (
        _no_common_language(facts.me.languages, facts.other.languages, facts.other.name),
        _one_sided(facts) or _low_fit(facts),
        _few_hours(facts),
        _other_size(facts) if facts.are_sizes_apart else None,
    )
    return [each for each in found if each is not None]


def cautions_about_support(facts: SponsorshipFacts, to: str) -> Sequence[Reason]:
    """The cautions about a sponsorship that the side `to` reads, TO_PARTNER or TO_CITY, the weightiest first."""
    programme, city, sides = facts.programme, facts.target.city, sides_of_support(facts, to)
    mine, theirs = (city, programme) if to == TO_CITY else (programme, city)
    way = _way_of_grants(facts)
    found = (
        reason("no-grant", sides) if programme.grant_max > 0 and not facts.target.asks_money else None,
        None if way is None else reason("grant-differs", sides | {"way": way}),
        _no_common_language(mine.languages, theirs.languages, sides["other"]),
    )
    return [each for each in found if each is not None]


def sides_of_support(facts: SponsorshipFacts, to: str) -> dict[str, str]:
    """The parameters of every reason of a sponsorship: who reads it, the other side, and the programme."""
    other = facts.programme.partner_name if to == TO_CITY else facts.target.city.name
    return {"to": to, "other": other, "programme": facts.programme.name}


def lesser_cautions(facts: TwinningFacts, named: Sequence[Match]) -> Sequence[Reason]:
    """The lesser cautions about a twinning, the weightier first; `named` are the exchanges that its reasons name."""
    return [each for each in (_far(facts, named), _other_size(facts)) if each is not None]


def _no_common_language(mine: Sequence[str], theirs: Sequence[str], other: str) -> Reason | None:
    """The reason that two sides, who have both named working languages, named none in common."""
    if not phrases.share_no_language(mine, theirs):
        return None
    return reason("no-common-language", {"mine": " ".join(mine), "theirs": " ".join(theirs), "other": other})


def _way_of_grants(facts: SponsorshipFacts) -> str | None:
    """Whether the middle of the grants is much `larger` or `smaller` than that of the request; None if neither."""
    if facts.asked_about is None:
        return None
    asked, programme = sum(facts.asked_about), facts.programme
    granted = programme.grant_min + min(programme.grant_max, programme.budget)
    if granted >= _MUCH_LARGER * asked:
        return "larger"
    return "smaller" if asked >= _MUCH_LARGER * granted else None


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
    if not mine or not theirs or facts.are_sizes_alike:
        return None
    return reason("other-size", {"mine": str(mine), "theirs": str(theirs), "other": facts.other.name})


def _far(facts: TwinningFacts, named: Sequence[Match]) -> Reason | None:
    """The distance, where an exchange that the reasons name needs travel."""
    if facts.km is None or facts.is_near or not any(needs_travel(each.offer.mode) for each in named):
        return None
    return reason("distance", {"km": f"{facts.km:.0f}"})
