"""The reasons why two cities should meet, told to one of them.

Invariant: every sentence names a need or offer that stands in both profiles, so that nobody is sent a reason that the
profiles do not hold.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final

from isopolity.contracts.codes import CREATIVE_FIELDS
from isopolity.matching.application.candidates.pair_facts import TwinningFacts
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.connections import introduced
from isopolity.matching.application.wording.exchanges import Party, exchange, meeting, told
from isopolity.matching.domain.proposal import Reason
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.modes import needs_travel

_TOLD_OF_EACH: Final = 2
_TOLD_BESIDES: Final = 3
_SAME_SIZE: Final = 0.8
_LIKE_SIZE: Final = 0.6
_NEAR_KM: Final = 300
_BESIDE_KM: Final = 5


def twinning_reasons(facts: TwinningFacts) -> tuple[Reason, ...]:
    """The sentences for `facts.me`, the weightiest first; what can be given first, then at most three others."""
    if not facts.met and not facts.wanted:
        return ()
    me, other = Party(name=facts.me.name, reads=True), Party(name=facts.other.name)
    return (
        *(_need_met(match, me, other) for match in told(facts.met, _TOLD_OF_EACH)),
        *(_offer_wanted(match, me, other) for match in told(facts.wanted, _TOLD_OF_EACH)),
        *_besides(facts),
    )


def _besides(facts: TwinningFacts) -> Sequence[Reason]:
    """The weightiest other reasons, one of them for the two to mind; only those that are told are put into words."""
    to_mind = list(islice(_holding(_TO_MIND, facts), 1))
    return [*islice(_holding(_FOR, facts), _TOLD_BESIDES - len(to_mind)), *to_mind]


def _holding(reasons: Sequence["_Told"], facts: TwinningFacts) -> Iterator[Reason]:
    return (reason for told in reasons if (reason := told(facts)) is not None)


def _need_met(match: Match, me: Party, other: Party) -> Reason:
    level = str(match.offer.intensity)
    return _reason("need-met", exchange(match, me, other), match, other=other.name, level=level)


def _offer_wanted(match: Match, me: Party, other: Party) -> Reason:
    level = str(match.offer.intensity)
    return _reason("offer-wanted", exchange(match, other, me), match, other=other.name, level=level)


def _common_tie(facts: TwinningFacts) -> Reason | None:
    match, found = facts.gained, facts.connection
    text = None if found is None else introduced(found, phrases.subject(match.need.subject))
    return None if found is None or text is None else _reason("common-tie", text, match, through=found.through)


def _same_creative_field(facts: TwinningFacts) -> Reason | None:
    field, match = facts.me.creative_field, facts.gained
    if not field or field != facts.other.creative_field:
        return None
    named, subject = CREATIVE_FIELDS.get(field, field), phrases.subject(match.need.subject)
    text = f"You are both UNESCO Creative Cities of {named}, common ground for work on {subject}."
    return _reason("same-creative-field", text, match, field=field)


def _both_learning_cities(facts: TwinningFacts) -> Reason | None:
    mine, theirs, match = facts.me.learning_city_since, facts.other.learning_city_since, facts.gained
    if not mine or not theirs or (facts.me.creative_field and facts.me.creative_field == facts.other.creative_field):
        return None
    years = f"both since {mine}" if mine == theirs else f"you since {mine} and {facts.other.name} since {theirs}"
    subject = phrases.subject(match.need.subject)
    text = f"You are both UNESCO Learning Cities, {years}: common ground for work on {subject}."
    return _reason("both-learning-cities", text, match, mine=str(mine), theirs=str(theirs))


def _first_tie(facts: TwinningFacts) -> Reason | None:
    other, match = facts.other, facts.gained
    subject = phrases.subject(match.need.subject)
    if facts.my_first_tie:
        text = (
            f"You have no twin city in this network yet; {other.name} would be the first, with {subject} to start on."
        )
        return _reason("first-tie", text, match, whose="yours")
    if facts.their_first_tie:
        text = f"You would be the first twin city of {other.name} in this network, through {subject}."
        return _reason("first-tie", text, match, whose="theirs")
    return None


def _other_region(facts: TwinningFacts) -> Reason | None:
    me, other, match = facts.me, facts.other, facts.gained
    if facts.my_first_tie or facts.their_first_tie or me.region == other.region:
        return None
    linked = f"{phrases.region(me.region)} to {phrases.region(other.region)}"
    text = f"With work on {phrases.subject(match.need.subject)} you would link {linked}."
    return _reason("other-region", text, match, mine=me.region, theirs=other.region)


def _joins_network(facts: TwinningFacts) -> Reason | None:
    is_told = facts.joins and facts.me.region == facts.other.region
    if not is_told or facts.my_first_tie or facts.their_first_tie:
        return None
    subject = phrases.subject(facts.gained.need.subject)
    text = f"Through {subject} you would join two parts of the network that nothing connects yet."
    return _reason("joins-network", text, facts.gained)


def _like_size(facts: TwinningFacts) -> Reason | None:
    mine, theirs = facts.me.population, facts.other.population
    if not mine or not theirs or (ratio := min(mine, theirs) / max(mine, theirs)) < _LIKE_SIZE:
        return None
    match, numbers = facts.given, f"{phrases.people(mine)} and {phrases.people(theirs)} people"
    alike = "nearly the same size" if ratio >= _SAME_SIZE else "similar size"
    subject = phrases.subject(match.need.subject)
    text = f"You are of {alike} ({numbers}), so work on {subject} meets similar conditions."
    return _reason("size", text, match, mine=str(mine), theirs=str(theirs))


def _other_size(facts: TwinningFacts) -> Reason | None:
    mine, theirs, match = facts.me.population, facts.other.population, facts.given
    if not mine or not theirs or min(mine, theirs) / max(mine, theirs) >= _LIKE_SIZE:
        return None
    larger, subject = "larger" if theirs > mine else "smaller", phrases.subject(match.need.subject)
    numbers = f"{phrases.people(theirs)} people to your {phrases.people(mine)}"
    text = f"{facts.other.name} is {larger} ({numbers}): agree early which work on {subject} suits both."
    return _reason("other-size", text, match, mine=str(mine), theirs=str(theirs))


def _common_language(facts: TwinningFacts) -> Reason | None:
    common = phrases.common_language(facts.me.languages, facts.other.languages)
    if common is None:
        return None
    text = f"You both work in {phrases.language(common)}, so {meeting(facts.gained)} needs no interpreter."
    return _reason("common-language", text, facts.gained, language=common)


def _no_common_language(facts: TwinningFacts) -> Reason | None:
    mine, theirs = facts.me.languages, facts.other.languages
    if not mine or not theirs or phrases.common_language(mine, theirs) is not None:
        return None
    text = f"You share no working language yet: plan an interpreter for {meeting(facts.gained)}."
    return _reason("no-common-language", text, facts.gained)


def _near(facts: TwinningFacts) -> Reason | None:
    if facts.km is None or facts.km >= _NEAR_KM:
        return None
    match, what, km = facts.given, meeting(facts.given), phrases.count(facts.km)
    apart = "You lie next to each other" if facts.km < _BESIDE_KM else f"Only {km} km lie between you"
    close = f"a short way for {what}" if needs_travel(match.offer.mode) else f"close enough to meet over {what}"
    return _reason("distance-near", f"{apart}, {close}.", match, km=f"{facts.km:.0f}")


def _far(facts: TwinningFacts) -> Reason | None:
    match = facts.given
    if facts.km is None or facts.km < _NEAR_KM or not needs_travel(match.offer.mode):
        return None
    text = f"{phrases.count(facts.km)} km lie between you: plan travel for {meeting(match)}."
    return _reason("distance", text, match, km=f"{facts.km:.0f}")


def _far_without_travel(facts: TwinningFacts) -> Reason | None:
    match = facts.given
    if facts.km is None or facts.km < _NEAR_KM or needs_travel(match.offer.mode):
        return None
    text = f"{phrases.count(facts.km)} km lie between you, but {meeting(match)} needs no travel."
    return _reason("distance-none", text, match, km=f"{facts.km:.0f}")


def _reason(code: str, text: str, match: Match, **parameters: str) -> Reason:
    need, offer = match.need, match.offer
    named = {"subject": need.subject, "need_mode": need.mode, "offer_mode": offer.mode}
    if not match.same_subject:
        named["offer_subject"] = offer.subject
    return Reason(code=code, text=phrases.sentence(text), parameters={**named, **parameters})


_Told = Callable[[TwinningFacts], Reason | None]
_FOR: Final[Sequence[_Told]] = (
    _common_tie,
    _same_creative_field,
    _near,
    _first_tie,
    _both_learning_cities,
    _like_size,
    _other_region,
    _common_language,
    _joins_network,
    _far_without_travel,
)
"""Reasons for a pair besides needs and offers, the most telling first."""
_TO_MIND: Final[Sequence[_Told]] = (_no_common_language, _far, _other_size)
"""Reasons that the two should mind, the weightiest first; one of them is told."""
