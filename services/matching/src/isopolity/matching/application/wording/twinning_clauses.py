"""What makes one partner city score less, or more, than another: a clause about “it”, the other partner.

Its invariant: a clause is true of the other partner and not of this one, by what profiles and ties hold.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from isopolity.contracts.codes import CREATIVE_FIELDS
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.twinning_reasons import TwinningFacts
from isopolity.matching.domain.member import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoCities:
    """Two partners of one city, `this.me` and `other.me`; `lower` if the other one scores less by the part told."""

    this: TwinningFacts
    other: TwinningFacts
    lower: bool
    today: date

    @property
    def me(self) -> str:
        """The name of the city that has the two partners."""
        return self.this.me.name

    @property
    def better(self) -> TwinningFacts:
        """The one that scores more by the part told."""
        return self.this if self.lower else self.other

    @property
    def worse(self) -> TwinningFacts:
        """The one that scores less by it."""
        return self.other if self.lower else self.this

    def either(self, less: str, more: str) -> str:
        """The words for a lower or a higher score."""
        return less if self.lower else more


def twinning_clause(part: str, pair: TwoCities) -> str:
    """The clause for a part of the score; `gets` and `gives` stand for the directions of the fit."""
    told = _CLAUSES.get(part)
    return told(pair) if told else pair.either("it fits less well", "it fits better")


def _gets(pair: TwoCities) -> str:
    lacking = {topic.subject for topic in _standing(pair.worse.other.offers, pair.today)}
    for match in pair.better.met:
        subject = phrases.subject(match.offer.subject)
        if match.offer.subject not in lacking:
            offered = f"it offers {phrases.a_mode(match.offer.mode)} on {subject}"
            return pair.either(f"nobody there offers anything on {subject}", offered)
    return f"it offers {pair.either('less', 'more')} of what {pair.me} is looking for"


def _gives(pair: TwoCities) -> str:
    wanted = {topic.subject for topic in _standing(pair.worse.other.needs, pair.today)}
    for match in pair.better.wanted:
        subject = phrases.subject(match.need.subject)
        if match.need.subject not in wanted:
            looks = f"it is looking for {phrases.a_mode(match.need.mode)} on {subject}"
            return pair.either(f"nobody there looks for {subject}", looks)
    return f"it is looking for {pair.either('less', 'more')} of what {pair.me} offers"


def _size(pair: TwoCities) -> str:
    if not pair.worse.other.population:
        return pair.either("its size is not known", "its size is known")
    return pair.either(f"it is less like {pair.me} in size", f"it is more like {pair.me} in size")


def _setting(pair: TwoCities) -> str:
    me, better, worse = pair.this.me, pair.better.other, pair.worse.other
    if me.learning_city_since and better.learning_city_since and not worse.learning_city_since:
        return pair.either("it is no UNESCO Learning City", "it is a UNESCO Learning City too")
    if me.creative_field and me.creative_field == better.creative_field != worse.creative_field:
        title = f"UNESCO Creative City of {CREATIVE_FIELDS.get(me.creative_field, me.creative_field)}"
        return pair.either(f"it is no {title}", f"it is a {title} too")
    return f"it has {pair.either('less', 'more')} in common with {pair.me}"


def _distance(pair: TwoCities) -> str:
    near, far = pair.better.km, pair.worse.km
    if near is not None and far is not None and near < far:
        return pair.either("it lies farther away", "it lies nearer")
    return f"{pair.either('more', 'less')} of the work would need travel"


def _language(pair: TwoCities) -> str:
    common = phrases.common_language(pair.this.me.languages, pair.better.other.languages)
    if common is None:
        return pair.either(f"it shares no working language with {pair.me}", "its working languages are not known")
    return pair.either(f"it shares no working language with {pair.me}", f"it works in {phrases.language(common)} too")


def _network(pair: TwoCities) -> str:
    return f"the tie would add {pair.either('less', 'more')} to the network"


def _affinity(pair: TwoCities) -> str:
    return f"cities such as these have twinned {pair.either('less', 'more')} often before"


def _standing(topics: Iterable[Topic], today: date) -> Iterable[Topic]:
    return (topic for topic in topics if topic.stands(today))


_CLAUSES: Final[Mapping[str, Callable[[TwoCities], str]]] = MappingProxyType(
    {
        "gets": _gets,
        "gives": _gives,
        "size": _size,
        "setting": _setting,
        "distance": _distance,
        "language": _language,
        "network": _network,
        "affinity": _affinity,
    }
)
