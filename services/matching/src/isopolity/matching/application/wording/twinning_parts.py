"""The parts of a twinning's score in words, told to anybody.

Its invariant: a sentence says what the part was computed from, and nothing that the two profiles and the network's ties
do not hold.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from isopolity.contracts.codes import CREATIVE_FIELDS
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.twinning_reasons import TwinningFacts
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.modes import needs_travel

_MUCH: Final = 0.75
_SOME: Final = 0.4
_BALANCED: Final = 0.7
_SAME_SIZE: Final = 0.8
_LIKE_SIZE: Final = 0.6
_BESIDE_KM: Final = 5
_OFTEN: Final = 0.5
_SELDOM: Final = 0.1


def twinning_part(name: str, values: Mapping[str, float], facts: TwinningFacts) -> str:
    """The part `name` in a sentence; `facts` are those of city a, `values` those of all parts."""
    told = _SENTENCES.get(name)
    return phrases.sentence(told(values[name], values, facts) if told else f"{name}: {values[name]:.2f} of 1")


def _needs_a(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    return _needs(value, facts.me.name, facts.other.name, facts.met)


def _needs_b(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    return _needs(value, facts.other.name, facts.me.name, facts.wanted)


def _needs(value: float, needer: str, offerer: str, matches: Sequence[Match]) -> str:
    if not matches:
        return f"{offerer} offers nothing that {needer} is looking for"
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
    ratio = min(a.population, b.population) / max(a.population, b.population)
    if ratio >= _LIKE_SIZE:
        alike = "nearly the same size" if ratio >= _SAME_SIZE else "similar size"
        return f"They are of {alike}, {phrases.people(a.population)} and {phrases.people(b.population)} people"
    less, more = sorted((a.population, b.population))
    larger = a if a.population == more else b
    as_large = phrases.times(phrases.to_people(more) / phrases.to_people(less))
    return f"{larger.name} is {as_large} as large, {phrases.people(more)} people to {phrases.people(less)}"


def _setting(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    a, b = facts.me, facts.other
    common = []
    if a.learning_city_since and b.learning_city_since:
        common.append("UNESCO Learning Cities")
    if a.creative_field and a.creative_field == b.creative_field:
        common.append(f"UNESCO Creative Cities of {CREATIVE_FIELDS.get(a.creative_field, a.creative_field)}")
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
    travels = [needs_travel(match.offer.mode) for match in (*facts.met, *facts.wanted)]
    if not travels:
        return apart
    what = "what they could do together needs"
    if not any(travels):
        return f"{apart}; {what} no travel"
    return f"{apart}; {'' if all(travels) else 'part of '}{what} travel"


def _language(value: float, values: Mapping[str, float], facts: TwinningFacts) -> str:
    a, b = facts.me, facts.other
    unknown = [city.name for city in (a, b) if not city.languages]
    if unknown:
        return f"The working languages of {phrases.listed(unknown)} are not known"
    common = phrases.common_language(a.languages, b.languages)
    return f"Both work in {phrases.language(common)}" if common else "They have no working language in common"


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


_Told = Callable[[float, Mapping[str, float], TwinningFacts], str]
_SENTENCES: Final[Mapping[str, _Told]] = MappingProxyType(
    {
        "needs-a": _needs_a,
        "needs-b": _needs_b,
        "balance": _balance,
        "size": _size,
        "setting": _setting,
        "distance": _distance,
        "language": _language,
        "network": _network,
        "affinity": _affinity,
    }
)
