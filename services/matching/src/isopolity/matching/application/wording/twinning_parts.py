"""The parts of a twinning's score in words: a sentence for each, and a clause for the one that decides between two
partners.

Invariant: a sentence says from what its part was computed, and a clause is true of the other partner and not of this
one; both by what profiles and ties hold. `better` and `worse` follow the part in question, whatever the whole scores
are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Any, Final, Generic, TypeVar

from isopolity.matching.application.candidates.pair_facts import TwinningFacts
from isopolity.matching.domain.member import Topic
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.strength import MODES, asks_much, is_live, needs_travel
from isopolity.wording import phrases

Facts = TypeVar("Facts")
Compared = TypeVar("Compared", bound="TwoPartners[Any]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPartners(Generic[Facts]):
    """The facts about a member with `this` partner and with the `other` one."""

    this: Facts
    other: Facts
    lower: bool
    """Whether the other one scores less by the part in question."""

    @property
    def better(self) -> Facts:
        """The one that scores more by that part."""
        return self.this if self.lower else self.other

    @property
    def worse(self) -> Facts:
        """The one that scores less by that part."""
        return self.other if self.lower else self.this

    def either(self, less: str, more: str) -> str:
        """The words for a lower or a higher score."""
        return less if self.lower else more


def deciding_clause(part: str, pair: Compared, clauses: Mapping[str, Callable[[Compared], str]]) -> str:
    """The clause for a part of the score; a part without one in `clauses` gets general words."""
    clause = clauses.get(part)
    return clause(pair) if clause else pair.either("it fits less well", "it fits better")


def network_clause(pair: TwoPartners[Any]) -> str:
    """The clause for the part `network`."""
    return f"the tie would add {pair.either('less', 'more')} to the network"


_MUCH: Final = 0.75
_SOME: Final = 0.4
_BALANCED: Final = 0.7
_BESIDE_KM: Final = 5
_OFTEN: Final = 0.5
_SELDOM: Final = 0.1


def twinning_part(name: str, values: Mapping[str, float], facts: TwinningFacts) -> str:
    """The part `name` in a sentence for anybody; `facts` are from city a's side, `values` are those of all parts."""
    part = _SENTENCES.get(name)
    return phrases.sentence(part(values[name], values, facts) if part else f"{name}: {values[name]:.2f} of 1")


def _needs(value: float, needer: str, offerer: str, matches: Sequence[Match]) -> str:
    if not matches:
        return f"{offerer} meets nothing of what {needer} is looking for"
    how = "much" if value >= _MUCH else "some" if value >= _SOME else "a little"
    subjects = list(dict.fromkeys(match.need.subject for match in matches))
    return f"{offerer} meets {how} of what {needer} is looking for, {phrases.on_subjects(subjects[:2])}"


def _balance(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    a, b = facts.me.name, facts.other.name
    gain, gain_other = values["needs-a"], values["needs-b"]
    less, more = sorted((gain, gain_other))
    if more == 0:
        return f"Neither {a} nor {b} would gain"
    winner = a if gain > gain_other else b
    if less == 0:
        return f"Only {winner} would gain"
    return "Both would gain about equally" if less >= _BALANCED * more else f"Both would gain, {winner} more"


def _size(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    a, b = facts.me, facts.other
    if not a.population or not b.population:
        unknown = [city.name for city in (a, b) if not city.population]
        return f"How many people live in {phrases.listed(unknown)} is not known"
    if facts.are_sizes_alike:
        return f"They are of similar size: {phrases.two_populations(a.population, b.population)}"
    less, more = sorted((a.population, b.population))
    larger = a if a.population == more else b
    as_large = phrases.times(phrases.to_people(more) / phrases.to_people(less))
    apart = f"{larger.name} is {as_large} as large, {phrases.people(more)} people to {phrases.people(less)}"
    return apart + _counting("size counts", "size is not counted", asks_much, facts)


def _setting(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    a, b = facts.me, facts.other
    common = []
    if a.learning_city_since and b.learning_city_since:
        common.append("UNESCO Learning Cities")
    if a.creative_field and a.creative_field == b.creative_field:
        common.append(phrases.creative_cities(a.creative_field))
    if a.kind == b.kind and not (common and a.kind == "city"):
        common.insert(0, phrases.kinds(a.kind))
    if common:
        return f"Both are {phrases.listed(common)}"
    return f"One is a {phrases.kind(a.kind)}, the other a {phrases.kind(b.kind)}, in no UNESCO network together"


def _distance(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    if facts.km is None:
        apart = "How far apart they lie is not known"
    elif facts.km < _BESIDE_KM:
        apart = "They lie next to each other"
    else:
        apart = f"They lie {phrases.count(facts.km)} km apart"
    return apart + _counting("travel counts", "no travel is counted", needs_travel, facts)


def _hours(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    if facts.common_hours is None:
        common = "How many working hours they have in common is not known"
    elif facts.common_hours < 1:
        common = f"They have {'less than one working hour' if facts.common_hours else 'no working hours'} in common"
    else:
        hours = phrases.number(round(facts.common_hours), "working hour")
        common = f"They have {'about ' if facts.common_hours % 1 else ''}{hours} in common"
    return common + _counting("that counts", "it is not counted", is_live, facts)


def _counting(counts: str, does_not: str, asks: Callable[[str], bool], facts: TwinningFacts) -> str:
    """The clause on the modes of the pair's exchanges for which a part of the score counts; empty without exchanges."""
    modes = {match.offer.mode for match in (*facts.met, *facts.wanted)}
    if not modes:
        return ""
    asking = [phrases.a_mode(mode) for mode in MODES if mode in modes and asks(mode)]
    return f"; {counts} for {phrases.listed(asking)}" if asking else f"; {does_not}"


def _language(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    a, b = facts.me, facts.other
    return phrases.working_languages((a.name, a.languages), (b.name, b.languages))


def _network(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    a, b = facts.me, facts.other
    first = [city.name for city, is_first in ((a, facts.my_first_tie), (b, facts.their_first_tie)) if is_first]
    gains = [f"be the first for {' and for '.join(first)}"] if first else []
    if facts.joins and not first:
        gains.append("join two parts of the network that nothing connects yet")
    if a.region != b.region:
        gains.append(f"link {phrases.region(a.region)} to {phrases.region(b.region)}")
    if not gains:
        return "The network connects the two already, within one region"
    return f"A tie would {', and '.join(gains)}"


def _affinity(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    often = "often" if value >= _OFTEN else "now and then" if value >= _SELDOM else "seldom"
    return f"Cities such as these have {often} twinned before"


_Sentence = Callable[[float, Mapping[str, float], TwinningFacts], str]
_SENTENCES: Final[Mapping[str, _Sentence]] = {
    "needs-a": lambda value, _, facts: _needs(value, facts.me.name, facts.other.name, facts.met),
    "needs-b": lambda value, _, facts: _needs(value, facts.other.name, facts.me.name, facts.wanted),
    "balance": _balance,
    "size": _size,
    "setting": _setting,
    "distance": _distance,
    "hours": _hours,
    "language": _language,
    "network": _network,
    "affinity": _affinity,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoCities(TwoPartners[TwinningFacts]):
    """Two partners of one city, which is `me` in the facts about either."""

    today: date

    @property
    def me(self) -> str:
        """The name of the city that has the two partners."""
        return self.this.me.name


def twinning_clause(part: str, pair: TwoCities) -> str:
    """The clause for a part of the score; `gets` and `gives` stand for the directions of the fit."""
    return deciding_clause(part, pair, _CLAUSES)


def _gets_clause(pair: TwoCities) -> str:
    lacking = {topic.subject for topic in _standing(pair.worse.other.offers, pair.today)}
    for match in pair.better.met:
        subject = phrases.subject(match.offer.subject)
        if match.offer.subject not in lacking:
            offered = f"it offers {phrases.a_mode(match.offer.mode)} on {subject}"
            return pair.either(f"nobody there offers anything on {subject}", offered)
    return f"it offers {pair.either('less', 'more')} of what {pair.me} is looking for"


def _gives_clause(pair: TwoCities) -> str:
    wanted = {topic.subject for topic in _standing(pair.worse.other.needs, pair.today)}
    for match in pair.better.wanted:
        subject = phrases.subject(match.need.subject)
        if match.need.subject not in wanted:
            looks = f"it is looking for {phrases.a_mode(match.need.mode)} on {subject}"
            return pair.either(f"nobody there looks for {subject}", looks)
    return f"it is looking for {pair.either('less', 'more')} of what {pair.me} offers"


def _size_clause(pair: TwoCities) -> str:
    if not pair.worse.other.population:
        return pair.either("its size is not known", "its size is known")
    if _times_as_large(pair.better) < _times_as_large(pair.worse):
        return pair.either(f"it is less like {pair.me} in size", f"it is more like {pair.me} in size")
    return f"size counts for {pair.either('more', 'less')} of it"


def _times_as_large(facts: TwinningFacts) -> float:
    less, more = sorted((facts.me.population or 0, facts.other.population or 0))
    return more / less if less else inf


def _setting_clause(pair: TwoCities) -> str:
    me, better, worse = pair.this.me, pair.better.other, pair.worse.other
    if me.learning_city_since and better.learning_city_since and not worse.learning_city_since:
        return pair.either("it is no UNESCO Learning City", "it is a UNESCO Learning City too")
    if me.creative_field and me.creative_field == better.creative_field != worse.creative_field:
        title = phrases.creative_city(me.creative_field)
        return pair.either(f"it is no {title}", f"it is a {title} too")
    return f"it has {pair.either('less', 'more')} in common with {pair.me}"


def _distance_clause(pair: TwoCities) -> str:
    near, far = pair.better.km, pair.worse.km
    if near is not None and far is not None and near < far:
        return pair.either("it lies farther away", "it lies nearer")
    return f"travel counts for {pair.either('more', 'less')} of it"


def _hours_clause(pair: TwoCities) -> str:
    more, fewer = pair.better.common_hours, pair.worse.common_hours
    if more is not None and fewer is not None and more > fewer:
        return f"it has {pair.either('fewer', 'more')} working hours in common with {pair.me}"
    return f"common working hours count for {pair.either('more', 'less')} of it"


def _language_clause(pair: TwoCities) -> str:
    mine, better, worse = pair.this.me.languages, pair.better.other.languages, pair.worse.other.languages
    common = phrases.common_language(mine, better)
    if phrases.common_language(mine, worse) is not None or (common is None and bool(better) == bool(worse)):
        return f"a common language counts for {pair.either('more', 'less')} of it"
    if common is None:
        return pair.either(f"it shares no working language with {pair.me}", "its working languages are not known")
    return pair.either(f"it shares no working language with {pair.me}", f"it works in {phrases.language(common)} too")


def _standing(topics: Iterable[Topic], today: date) -> Iterable[Topic]:
    return (topic for topic in topics if topic.stands(today))


_CLAUSES: Final[Mapping[str, Callable[[TwoCities], str]]] = {
    "gets": _gets_clause,
    "gives": _gives_clause,
    "size": _size_clause,
    "setting": _setting_clause,
    "distance": _distance_clause,
    "hours": _hours_clause,
    "language": _language_clause,
    "network": network_clause,
    "affinity": lambda pair: f"cities such as these have twinned {pair.either('less', 'more')} often before",
}
