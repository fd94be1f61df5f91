"""Why two cities should meet, told to one of them.

Its invariant: every sentence names a need or offer that stands in both profiles, so that nobody is sent a reason that
the profiles do not hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isopolity.contracts.codes import CREATIVE_FIELDS
from isopolity.matching.application import phrases
from isopolity.matching.domain.fit import Match
from isopolity.matching.domain.member import City
from isopolity.matching.domain.modes import needs_travel
from isopolity.matching.domain.proposal import Reason

_TOLD_OF_EACH = 2
_SAME_SIZE = 0.8
_LIKE_SIZE = 0.6
_NEAR_KM = 300


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

    @property
    def gained(self) -> Match:
        """The best of what I would get; where that is nothing, of what I would give."""
        return (self.met or self.wanted)[0]

    @property
    def given(self) -> Match:
        """The best of what I would give; where that is nothing, of what I would get."""
        return (self.wanted or self.met)[0]


def twinning_reasons(facts: TwinningFacts) -> tuple[Reason, ...]:
    """The sentences for `facts.me`, the weightiest first."""
    if not facts.met and not facts.wanted:
        return ()
    return (
        *(_need_met(match, facts.other.name) for match in facts.met[:_TOLD_OF_EACH]),
        *(_offer_wanted(match, facts.other.name) for match in facts.wanted[:_TOLD_OF_EACH]),
        *_size(facts),
        *_setting(facts),
        *_language(facts),
        *_distance(facts),
        *_network(facts),
    )


def _need_met(match: Match, other: str) -> Reason:
    need, offer = match.need, match.offer
    offered = phrases.one_of(offer.mode) if match.same_mode else f"{phrases.a_mode(offer.mode)} on it"
    text = (
        f"You are looking for {phrases.a_mode(need.mode)} on {phrases.subject(need.subject)}; "
        f"{other} offers {offered} and rates itself {offer.intensity} of 5."
    )
    return _reason("need-met", text, match, other=other, level=str(offer.intensity))


def _offer_wanted(match: Match, other: str) -> Reason:
    need, offer = match.need, match.offer
    offered = phrases.one_of(offer.mode) if match.same_mode else f"{phrases.a_mode(offer.mode)} on it"
    text = (
        f"{other} is looking for {phrases.a_mode(need.mode)} on {phrases.subject(need.subject)}; "
        f"you offer {offered} and rate yourselves {offer.intensity} of 5."
    )
    return _reason("offer-wanted", text, match, other=other, level=str(offer.intensity))


def _size(facts: TwinningFacts) -> Iterator[Reason]:
    mine, theirs = facts.me.population, facts.other.population
    if not mine or not theirs:
        return
    match, ratio = facts.given, min(mine, theirs) / max(mine, theirs)
    subject, other = phrases.subject(match.need.subject), facts.other.name
    if ratio >= _LIKE_SIZE:
        alike = "nearly the same size" if ratio >= _SAME_SIZE else "similar size"
        numbers = f"{phrases.people(mine)} and {phrases.people(theirs)} people"
        text = f"You are of {alike} ({numbers}), so work on {subject} meets like conditions in both cities."
    else:
        larger = "larger" if theirs > mine else "smaller"
        numbers = f"{phrases.people(theirs)} people to your {phrases.people(mine)}"
        text = f"{other} is {larger} ({numbers}), so agree early what of the work on {subject} suits both scales."
    yield _reason("size", text, match, mine=str(mine), theirs=str(theirs))


def _setting(facts: TwinningFacts) -> Iterator[Reason]:
    me, other, match = facts.me, facts.other, facts.gained
    subject = phrases.subject(match.need.subject)
    if me.creative_field and me.creative_field == other.creative_field:
        field = CREATIVE_FIELDS.get(me.creative_field, me.creative_field)
        text = f"You are both UNESCO Creative Cities of {field}, common ground for work on {subject}."
        yield _reason("same-creative-field", text, match, field=me.creative_field)
    elif me.learning_city_since and other.learning_city_since:
        text = (
            f"You are both UNESCO Learning Cities, you since {me.learning_city_since} and {other.name} since "
            f"{other.learning_city_since}: {subject} is on the agenda in both."
        )
        since = {"mine": str(me.learning_city_since), "theirs": str(other.learning_city_since)}
        yield _reason("both-learning-cities", text, match, **since)


def _language(facts: TwinningFacts) -> Iterator[Reason]:
    me, other, match = facts.me, facts.other, facts.gained
    if not me.languages or not other.languages:
        return
    what = f"{phrases.the_mode(match.offer.mode)} on {phrases.subject(match.need.subject)}"
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
    what = f"{phrases.the_mode(match.offer.mode)} on {phrases.subject(match.need.subject)}"
    if not needs_travel(match.offer.mode):
        code, text = "distance-none", f"{km} km lie between you, but {what} needs no travel."
    elif facts.km < _NEAR_KM:
        code, text = "distance-near", f"Only {km} km lie between you, a short way for {what}."
    else:
        code, text = "distance", f"{km} km lie between you: plan travel for {what}."
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
        text = f"With {subject} you would tie {phrases.region(me.region)} to {phrases.region(other.region)}."
        yield _reason("other-region", text, match, mine=me.region, theirs=other.region)
    elif facts.joins:
        text = f"Through {subject} you would join two parts of the network that nothing connects yet."
        yield _reason("joins-network", text, match)


def _reason(code: str, text: str, match: Match, **parameters: str) -> Reason:
    named = {"subject": match.need.subject, "need_mode": match.need.mode, "offer_mode": match.offer.mode}
    return Reason(code=code, text=text, parameters={**named, **parameters})
