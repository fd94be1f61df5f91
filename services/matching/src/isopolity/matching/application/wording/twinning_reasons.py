"""Why two cities should meet, told to one of them.

Its invariant: every sentence names a need or offer that stands in both profiles, so that nobody is sent a reason that
the profiles do not hold.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from isopolity.contracts.codes import CREATIVE_FIELDS
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.connections import Connection, introduced
from isopolity.matching.application.wording.exchanges import exchange, meeting, told
from isopolity.matching.application.wording.voices import Party
from isopolity.matching.domain.member import City
from isopolity.matching.domain.proposal import Reason
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.modes import needs_travel

_TOLD_OF_EACH: Final = 2
_TOLD_BESIDES: Final = 3
_FOR: Final = (
    "common-tie",
    "same-creative-field",
    "distance-near",
    "first-tie",
    "both-learning-cities",
    "size",
    "other-region",
    "common-language",
    "joins-network",
    "distance-none",
)
"""What speaks for a pair besides needs and offers, the most telling first."""
_TO_MIND: Final = ("no-common-language", "distance", "other-size")
"""What the two should mind, the weightiest first; one of them is told."""
_SAME_SIZE: Final = 0.8
_LIKE_SIZE: Final = 0.6
_NEAR_KM: Final = 300
_BESIDE_KM: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinningFacts:
    """What is known of a pair, from the side of `me`."""

    me: City
    other: City
    met: Sequence[Match]
    """My needs that the other's offers meet, the strongest first."""
    wanted: Sequence[Match]
    """The other's needs that my offers meet."""
    km: float | None
    my_first_tie: bool
    their_first_tie: bool
    joins: bool
    """Whether the tie would connect two parts of the network."""
    connection: Connection | None = None
    """How the two are connected already."""

    @property
    def turned(self) -> "TwinningFacts":
        """The same from the other side."""
        return replace(
            self,
            me=self.other,
            other=self.me,
            met=self.wanted,
            wanted=self.met,
            my_first_tie=self.their_first_tie,
            their_first_tie=self.my_first_tie,
        )

    @property
    def gained(self) -> Match:
        """The best of what I would get; where that is nothing, of what I would give."""
        return (self.met or self.wanted)[0]

    @property
    def given(self) -> Match:
        """The best of what I would give; where that is nothing, of what I would get."""
        return (self.wanted or self.met)[0]


def twinning_reasons(facts: TwinningFacts) -> tuple[Reason, ...]:
    """The sentences for `facts.me`, the weightiest first; what can be given first, then at most three others."""
    if not facts.met and not facts.wanted:
        return ()
    me, other = Party(name=facts.me.name, reads=True), Party(name=facts.other.name)
    besides = (*_tie(facts), *_setting(facts), *_network(facts), *_size(facts), *_language(facts), *_distance(facts))
    return (
        *(_need_met(match, me, other) for match in told(facts.met, _TOLD_OF_EACH)),
        *(_offer_wanted(match, me, other) for match in told(facts.wanted, _TOLD_OF_EACH)),
        *_weightiest(besides),
    )


def _weightiest(besides: Iterable[Reason]) -> Sequence[Reason]:
    by_code = {reason.code: reason for reason in besides}
    to_mind = [by_code[code] for code in _TO_MIND if code in by_code][:1]
    return [*[by_code[code] for code in _FOR if code in by_code][: _TOLD_BESIDES - len(to_mind)], *to_mind]


def _need_met(match: Match, me: Party, other: Party) -> Reason:
    level = str(match.offer.intensity)
    return _reason("need-met", exchange(match, me, other), match, other=other.name, level=level)


def _offer_wanted(match: Match, me: Party, other: Party) -> Reason:
    level = str(match.offer.intensity)
    return _reason("offer-wanted", exchange(match, other, me), match, other=other.name, level=level)


def _tie(facts: TwinningFacts) -> Iterator[Reason]:
    match, found = facts.gained, facts.connection
    text = None if found is None else introduced(found, phrases.subject(match.need.subject))
    if found is not None and text is not None:
        yield _reason("common-tie", text, match, through=found.through)


def _size(facts: TwinningFacts) -> Iterator[Reason]:
    mine, theirs = facts.me.population, facts.other.population
    if not mine or not theirs:
        return
    match, ratio = facts.given, min(mine, theirs) / max(mine, theirs)
    subject, other = phrases.subject(match.need.subject), facts.other.name
    if ratio >= _LIKE_SIZE:
        alike = "nearly the same size" if ratio >= _SAME_SIZE else "similar size"
        numbers = f"{phrases.people(mine)} and {phrases.people(theirs)} people"
        code, text = "size", f"You are of {alike} ({numbers}), so work on {subject} meets similar conditions."
    else:
        larger = "larger" if theirs > mine else "smaller"
        numbers = f"{phrases.people(theirs)} people to your {phrases.people(mine)}"
        code, text = "other-size", f"{other} is {larger} ({numbers}): agree early which work on {subject} suits both."
    yield _reason(code, text, match, mine=str(mine), theirs=str(theirs))


def _setting(facts: TwinningFacts) -> Iterator[Reason]:
    me, other, match = facts.me, facts.other, facts.gained
    subject = phrases.subject(match.need.subject)
    if me.creative_field and me.creative_field == other.creative_field:
        field = CREATIVE_FIELDS.get(me.creative_field, me.creative_field)
        text = f"You are both UNESCO Creative Cities of {field}, common ground for work on {subject}."
        yield _reason("same-creative-field", text, match, field=me.creative_field)
    elif me.learning_city_since and other.learning_city_since:
        mine, theirs = me.learning_city_since, other.learning_city_since
        years = f"both since {mine}" if mine == theirs else f"you since {mine} and {other.name} since {theirs}"
        text = f"You are both UNESCO Learning Cities, {years}: common ground for work on {subject}."
        since = {"mine": str(mine), "theirs": str(theirs)}
        yield _reason("both-learning-cities", text, match, **since)


def _language(facts: TwinningFacts) -> Iterator[Reason]:
    me, other, match = facts.me, facts.other, facts.gained
    if not me.languages or not other.languages:
        return
    what = meeting(match)
    common = phrases.common_language(me.languages, other.languages)
    if common is not None:
        text = f"You both work in {phrases.language(common)}, so {what} needs no interpreter."
        yield _reason("common-language", text, match, language=common)
    else:
        text = f"You share no working language yet: plan an interpreter for {what}."
        yield _reason("no-common-language", text, match)


def _distance(facts: TwinningFacts) -> Iterator[Reason]:
    if facts.km is None:
        return
    match, km = facts.given, phrases.count(facts.km)
    what, travels = meeting(match), needs_travel(match.offer.mode)
    if facts.km < _NEAR_KM:
        apart = "You lie next to each other" if facts.km < _BESIDE_KM else f"Only {km} km lie between you"
        code, text = (
            "distance-near",
            f"{apart}, {'a short way for' if travels else 'close enough to meet over'} {what}.",
        )
    elif travels:
        code, text = "distance", f"{km} km lie between you: plan travel for {what}."
    else:
        code, text = "distance-none", f"{km} km lie between you, but {what} needs no travel."
    yield _reason(code, text, match, km=f"{facts.km:.0f}")


def _network(facts: TwinningFacts) -> Iterator[Reason]:
    me, other, match = facts.me, facts.other, facts.gained
    subject = phrases.subject(match.need.subject)
    if facts.my_first_tie:
        text = (
            f"You have no twin city in this network yet; {other.name} would be the first, with {subject} to start on."
        )
        yield _reason("first-tie", text, match, whose="yours")
    elif facts.their_first_tie:
        text = f"You would be the first twin city of {other.name} in this network, through {subject}."
        yield _reason("first-tie", text, match, whose="theirs")
    elif me.region != other.region:
        linked = f"{phrases.region(me.region)} to {phrases.region(other.region)}"
        text = f"With work on {subject} you would link {linked}."
        yield _reason("other-region", text, match, mine=me.region, theirs=other.region)
    elif facts.joins:
        text = f"Through {subject} you would join two parts of the network that nothing connects yet."
        yield _reason("joins-network", text, match)


def _reason(code: str, text: str, match: Match, **parameters: str) -> Reason:
    need, offer = match.need, match.offer
    named = {"subject": need.subject, "need_mode": need.mode, "offer_mode": offer.mode}
    if offer.subject != need.subject:
        named["offer_subject"] = offer.subject
    return Reason(code=code, text=phrases.sentence(text), parameters={**named, **parameters})
