"""The reasons why two cities should meet, told to one of them.

Invariant: a reason says what stands in the two profiles or in ties; what a tie would do for the network is no reason
for a side.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final

from isopolity.matching.application.candidates.pair_facts import Relation, TwinningFacts
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.exchanges import told
from isopolity.matching.application.wording.reason_sentences import reason
from isopolity.matching.domain.proposal import Reason
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.modes import needs_travel

MOST_REASONS: Final = 4
"""Reasons that a side is told."""
_EXCHANGES: Final = 3
"""Needs and offers among them."""
_TOLD_OF_EACH: Final = 2
_LIKE_SIZE: Final = 0.6
_NEAR_KM: Final = 300


def twinning_reasons(facts: TwinningFacts) -> tuple[Reason, ...]:
    """The sentences for `facts.me`: needs and offers first, then what else speaks for the two, then one to mind.

    A missing language is told in any case, another thing to mind where a place is left.
    """
    if not facts.met and not facts.wanted:
        return ()
    met, wanted = _exchanges(facts)
    no_language = _no_common_language(facts)
    left = MOST_REASONS - len(met) - len(wanted)
    speaking = list(islice(_holding(_FOR, facts), left - 1 if no_language else left))
    to_mind = [no_language] if no_language else islice(_holding(_TO_MIND, facts), min(1, left - len(speaking)))
    return (
        *(_exchange("need-met", match, facts.other.name) for match in met),
        *(_exchange("offer-wanted", match, facts.other.name) for match in wanted),
        *speaking,
        *to_mind,
    )


def _exchanges(facts: TwinningFacts) -> tuple[Sequence[Match], Sequence[Match]]:
    """The matches that are told, each way; of two each way the weaker second one is left out."""
    met, wanted = told(facts.met, _TOLD_OF_EACH), told(facts.wanted, _TOLD_OF_EACH)
    if len(met) + len(wanted) <= _EXCHANGES:
        return met, wanted
    return (met, wanted[:1]) if met[1].strength >= wanted[1].strength else (met[:1], wanted)


def _holding(reasons: Sequence["_Told"], facts: TwinningFacts) -> Iterator[Reason]:
    return (found for told in reasons if (found := told(facts)) is not None)


def _exchange(code: str, match: Match, other: str) -> Reason:
    need, offer = match.need, match.offer
    known = {
        "other": other,
        "subject": need.subject,
        "need_mode": need.mode,
        "offer_mode": offer.mode,
        "level": str(offer.intensity),
    }
    return reason(code, known if match.same_subject else known | {"offer_subject": offer.subject})


def _common_tie(facts: TwinningFacts) -> Reason | None:
    found = facts.connection
    match found.relations if found else None:
        case [Relation.TWIN, Relation.TWIN]:
            code = "common-twin"
        case [Relation.SPONSORED, Relation.SPONSOR]:
            code = "common-partner"
        case _:
            return None
    return None if found is None else reason(code, {"through": found.through})


def _same_creative_field(facts: TwinningFacts) -> Reason | None:
    field = facts.me.creative_field
    return reason("same-creative-field", {"field": field}) if field and field == facts.other.creative_field else None


def _both_learning_cities(facts: TwinningFacts) -> Reason | None:
    mine, theirs = facts.me.learning_city_since, facts.other.learning_city_since
    if not mine or not theirs:
        return None
    return reason("both-learning-cities", {"mine": str(mine), "theirs": str(theirs), "other": facts.other.name})


def _size(facts: TwinningFacts) -> Reason | None:
    mine, theirs = facts.me.population, facts.other.population
    if not mine or not theirs or not _are_alike(mine, theirs):
        return None
    return reason("size", {"mine": str(mine), "theirs": str(theirs)})


def _other_size(facts: TwinningFacts) -> Reason | None:
    mine, theirs = facts.me.population, facts.other.population
    if not mine or not theirs or _are_alike(mine, theirs):
        return None
    return reason("other-size", {"mine": str(mine), "theirs": str(theirs), "other": facts.other.name})


def _are_alike(mine: int, theirs: int) -> bool:
    return min(mine, theirs) / max(mine, theirs) >= _LIKE_SIZE


def _common_language(facts: TwinningFacts) -> Reason | None:
    common = phrases.common_language(facts.me.languages, facts.other.languages)
    return None if common is None else reason("common-language", {"language": common})


def _no_common_language(facts: TwinningFacts) -> Reason | None:
    return no_common_language(facts.me.languages, facts.other.languages, facts.other.name)


def no_common_language(mine: Sequence[str], theirs: Sequence[str], other: str) -> Reason | None:
    """That two sides, who have both named working languages, named none in common."""
    if not mine or not theirs or phrases.common_language(mine, theirs) is not None:
        return None
    return reason("no-common-language", {"mine": " ".join(mine), "theirs": " ".join(theirs), "other": other})


def _near(facts: TwinningFacts) -> Reason | None:
    if facts.km is None or facts.km >= _NEAR_KM:
        return None
    return reason("distance-near", {"km": f"{facts.km:.0f}"})


def _far(facts: TwinningFacts) -> Reason | None:
    """The distance, where something that the two are told of needs travel."""
    if facts.km is None or facts.km < _NEAR_KM:
        return None
    meets = any(needs_travel(match.offer.mode) for some in _exchanges(facts) for match in some)
    return reason("distance", {"km": f"{facts.km:.0f}"}) if meets else None


_Told = Callable[[TwinningFacts], Reason | None]
_FOR: Final[Sequence[_Told]] = (
    _common_tie,
    _same_creative_field,
    _common_language,
    _near,
    _size,
    _both_learning_cities,
)
"""Reasons for a pair besides needs and offers, the most telling first."""
_TO_MIND: Final[Sequence[_Told]] = (_far, _other_size)
"""Other reasons that the two should mind, the weightier first; one of them is told."""
