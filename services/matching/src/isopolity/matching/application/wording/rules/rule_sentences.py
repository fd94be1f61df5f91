"""Each rule of a round as a sentence, and what its objective asks for."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.rules.filter_phrases import (
    among,
    each_member,
    member_noun,
    members,
    one_member,
    pair_noun,
    which_pairs,
)
from isopolity.matching.domain.rules.filters import ANYBODY, PairFilter
from isopolity.matching.domain.rules.rule import (
    CommonLanguage,
    CountPairs,
    CountPerMember,
    Distance,
    RegionFloors,
    Rule,
    ServeMembers,
)
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook

_OBJECTIVES: Final[Mapping[Objective, str]] = MappingProxyType(
    {
        Objective.MOST_TOTAL_FIT: "Of all permitted choices, the one whose pairs fit best in total.",
        Objective.SERVE_EVERYBODY_FIRST: (
            "As many members as possible get a pair; then the pairs that fit best in total."
        ),
        Objective.AS_EVEN_AS_POSSIBLE_BY_REGION: (
            "The share of cities that get a pair is as even as possible: as great as possible in the region that has "
            "least, then in the next one, each to {tolerance} %; then the pairs that fit best in total."
        ),
        Objective.FIRST_TIES_FIRST: (
            "As many cities without a tie as possible get a pair; then the pairs that fit best in total."
        ),
    }
)


def book_sentences(book: RuleBook) -> Sequence[str]:
    """All rules in their order, then the objective."""
    return [*map(rule_sentence, book.rules), objective_sentence(book)]


def objective_sentence(book: RuleBook) -> str:
    """What is chosen among all choices that keep the rules."""
    return _OBJECTIVES[book.objective].format(tolerance=decimal(book.tolerance_percent))


def rule_sentence(rule: Rule) -> str:
    """A rule as a sentence."""
    return _SENTENCES[type(rule)](rule)


def decimal(value: float) -> str:
    """A number as short as it can be: “5”, “2.5”."""
    return f"{value:,.10g}"


def _count_pairs(rule: CountPairs) -> str:
    which = which_pairs(rule.pairs)
    if rule.at_most == 0:
        return f"No {pair_noun(rule.pairs.kind, 1)}{which}."
    return f"{_range(rule.at_least, rule.at_most)} {pair_noun(rule.pairs.kind, _last(rule))}{which}."


def _count_per_member(rule: CountPerMember) -> str:
    whom = "partners" if rule.partner is None else members(among(rule.kind, rule.partner))
    partners = "" if rule.partner is None else f" with {whom}"
    if rule.of_one is not None:
        partners = f" with {whom} of one {rule.of_one.value}"
    as_far = ", as far as it has room and candidates" if rule.at_least else ""
    how_many = "No" if rule.at_most == 0 else _range(rule.at_least, rule.at_most)
    noun = pair_noun(rule.kind, 1 if rule.at_most == 0 else _last(rule))
    return f"{how_many} {noun}{partners} for {each_member(among(rule.kind, rule.each))}{as_far}."


def _serve_members(rule: ServeMembers) -> str:
    gets, serve = f"a {pair_noun(rule.kind, 1)}", among(rule.kind, rule.serve)
    if rule.at_least_percent is not None:
        return f"At least {decimal(rule.at_least_percent)} % of the {members(serve)} with room get {gets}."
    least = rule.at_least or 0
    who = one_member(serve) if least == 1 else members(serve)
    return f"At least {phrases.count(least)} {who} {'gets' if least == 1 else 'get'} {gets}."


def _common_language(rule: CommonLanguage) -> str:
    whose = member_noun(among(rule.pairs.kind, ANYBODY), 2)
    return f"{_only(rule.pairs)} of {whose} with a known working language in common."


def _distance(rule: Distance) -> str:
    least, most = rule.km_at_least, rule.km_at_most
    if least is not None and most is not None:
        far = f"from {decimal(least)} to {decimal(most)} km"
    else:
        far = f"at most {decimal(most)} km" if most is not None else f"at least {decimal(least or 0)} km"
    return f"{_only(rule.pairs)} of cities that are known to lie {far} apart."


def _region_floors(rule: RegionFloors) -> str:
    less = f", less {decimal(rule.tolerance_percent)} %" if rule.tolerance_percent else ""
    return (
        f"Each region gets at least its share of as many {pair_noun(rule.kind)} as a round without rules has: "
        f"the share of its cities among all with room, no more than it can reach alone{less}."
    )


def _only(pairs: PairFilter) -> str:
    noun, which = pair_noun(pairs.kind), which_pairs(pairs)
    return f"Of {noun}{which} only those" if which else f"Only {noun}"


def _range(least: int | None, most: int | None) -> str:
    if least is not None and least == most:
        return f"Exactly {phrases.count(least)}"
    if least is not None and most is not None:
        return f"At least {phrases.count(least)} and at most {phrases.count(most)}"
    return f"At most {phrases.count(most)}" if most is not None else f"At least {phrases.count(least or 0)}"


def _last(rule: CountPairs | CountPerMember) -> int | None:
    """The number that the noun follows."""
    return rule.at_most if rule.at_most is not None else rule.at_least


_SENTENCES: Final[Mapping[type, Callable[[Any], str]]] = MappingProxyType(
    {
        CountPairs: _count_pairs,
        CountPerMember: _count_per_member,
        ServeMembers: _serve_members,
        CommonLanguage: _common_language,
        Distance: _distance,
        RegionFloors: _region_floors,
    }
)
