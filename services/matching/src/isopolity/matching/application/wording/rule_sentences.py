"""Each rule of a round as a sentence, the members and the pairs that it is about as phrases, and the objective.

Invariant: a sentence says all that the rule says, so that its reader need not see the file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from isopolity.contracts.codes import PARTNER_KINDS
from isopolity.matching.domain.rules.filters import ANYBODY, MemberFilter, PairFilter, PairKind
from isopolity.matching.domain.rules.rule_book import (
    CommonLanguage,
    CountPairs,
    CountPerMember,
    Distance,
    Objective,
    RegionFloors,
    Rule,
    RuleBook,
    ServeMembers,
)
from isopolity.wording import phrases

_PAIRS: Final = {PairKind.ALL: "pair", PairKind.TWINNINGS: "twinning", PairKind.SPONSORSHIPS: "sponsorship"}


def pair_noun(kind: PairKind, number: int | None = None) -> str:
    """“pair”, “twinning”, “sponsorship”; in the plural unless `number` is 1."""
    return _PAIRS[kind] if number == 1 else f"{_PAIRS[kind]}s"


def among(kind: PairKind, of: MemberFilter) -> MemberFilter:
    """A filter as it is meant in a rule about pairs of a kind: twinnings are of cities only."""
    return replace(of, member="city") if kind is PairKind.TWINNINGS and not of.is_of_cities else of


def member_noun(of: MemberFilter, number: int) -> str:
    """The noun for members that fit: “city”, “programme” or “member”; plural unless `number` is 1."""
    noun = MemberFilter(member="city" if of.is_of_cities else "programme" if of.is_of_programmes else None)
    return one_member(noun) if number == 1 else members(noun)


def one_member(of: MemberFilter) -> str:
    """A member that fits, without an article: “city of Africa”, “programme of a foundation”."""
    return _phrase(of, one=True)


def members(of: MemberFilter) -> str:
    """The members that fit: “cities of Africa”."""
    return _phrase(of, one=False)


def a_member(of: MemberFilter) -> str:
    """A member that fits, with its article: “a city of Africa”, “any member”."""
    if of == ANYBODY:
        return "any member"
    noun = one_member(of)
    if of.id:
        return f"the {noun}"
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"


def each_member(of: MemberFilter) -> str:
    """Every member that fits, one by one: “each city of Africa”, “the member tampere”."""
    return f"the {one_member(of)}" if len(of.id) == 1 else f"each {one_member(of)}"


def which_pairs(of: PairFilter) -> str:
    """Words after the noun of the pairs that fit: “ between two cities of Africa”; empty if all pairs fit."""
    clauses = []
    if of.within is not None:
        clauses.append(f"within one {of.within.value}")
    if of.across is not None:
        clauses.append(f"across two {_COUNTED_APART[of.across.value]}")
    if of.including is not None:
        clauses.append(f"with {a_member(among(of.kind, of.including))}")
    if of.between is not None:
        clauses.append(_between(*(among(of.kind, each) for each in of.between)))
    return "".join(f" {each}" for each in clauses)


_COUNTED_APART: Final = {"country": "countries", "region": "regions"}


def _between(one: MemberFilter, other: MemberFilter) -> str:
    if one == other:
        return f"between two {members(one)}"
    return f"between {a_member(one)} and {a_member(other)}"


def _phrase(of: MemberFilter, *, one: bool) -> str:
    named = _noun(of, one=one)
    return f"{named}{''.join(_places(of))}{''.join(_having(of))}{_that(of, one=one)}"


def _noun(of: MemberFilter, *, one: bool) -> str:
    if of.kind:
        return _either([phrases.kind(code) if one else phrases.kinds(code) for code in of.kind])
    if of.is_of_cities:
        return "city" if one else "cities"
    if of.is_of_programmes:
        return "programme" if one else "programmes"
    return "member" if one else "members"


def _places(of: MemberFilter) -> Iterator[str]:
    if of.id:
        yield f" {_either(of.id)}"
    if of.partner_kind:
        yield f" of {_either([_partner(code) for code in of.partner_kind])}"
    if of.country:
        yield f" of {_either(list(map(phrases.country, of.country)))}"
    if of.region:
        yield f"{' in' if of.country else ' of'} {_either(list(map(phrases.region, of.region)))}"
    if of.home_country:
        yield f" from {_either(list(map(phrases.country, of.home_country)))}"


def _having(of: MemberFilter) -> Iterator[str]:
    if of.without_tie is not None:
        yield " without a tie" if of.without_tie else " with a tie"
    least, most = of.people_at_least, of.people_at_most
    if least is not None and most is not None:
        yield f" with {phrases.count(least)} to {phrases.count(most)} people"
    elif least is not None:
        yield f" with at least {phrases.number(least, 'person', 'people')}"
    elif most is not None:
        yield f" with at most {phrases.number(most, 'person', 'people')}"


def _that(of: MemberFilter, *, one: bool) -> str:
    clauses: list[str] = []
    for verb, codes, name in _CLAUSES:
        if values := getattr(of, codes):
            clauses.append(f"{verb[0] if one else verb[1]} {_either([name(code) for code in values])}")
    return f" that {phrases.listed(clauses)}" if clauses else ""


_CLAUSES: Final[Sequence[tuple[tuple[str, str], str, Callable[[str], str]]]] = (
    (("needs help with", "need help with"), "needs", phrases.subject),
    (("offers", "offer"), "offers", phrases.subject),
    (("works in", "work in"), "language", phrases.language),
)


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _partner(code: str) -> str:
    noun = PARTNER_KINDS.get(code, code)
    return f"an {noun}" if noun[0] in "aeiouN" else f"a {noun}"  # an NGO


_OBJECTIVES: Final[Mapping[Objective, str]] = {
    Objective.MOST_TOTAL_FIT: "Of all permitted choices, the one whose pairs fit best in total.",
    Objective.SERVE_EVERYBODY_FIRST: ("As many members as possible get a pair; then the pairs that fit best in total."),
    Objective.AS_EVEN_AS_POSSIBLE_BY_REGION: (
        "The share of cities that get a pair is as even as possible: as great as possible in the region that has "
        "least, then in the next one, each to {tolerance} %; then the pairs that fit best in total."
    ),
    Objective.FIRST_TIES_FIRST: (
        "As many cities without a tie as possible get a pair; then the pairs that fit best in total."
    ),
}


def book_sentences(book: RuleBook) -> Sequence[str]:
    """All rules in their order, then the objective."""
    return [*map(rule_sentence, book.rules), objective_sentence(book)]


def objective_sentence(book: RuleBook) -> str:
    """The objective as a sentence: the choice wanted among all that keep the rules."""
    return _OBJECTIVES[book.objective].format(tolerance=decimal(book.tolerance_percent))


def rule_sentence(rule: Rule) -> str:
    """A rule as a sentence."""
    return _SENTENCES[type(rule)](rule)


def with_names(rule: Rule, name: Callable[[str], str]) -> Rule:
    """The rule with the names of members in place of their ids, for its sentence alone."""

    def named(given: Any) -> Any:
        if isinstance(given, MemberFilter):
            return replace(given, id=tuple(map(name, given.id)))
        if isinstance(given, PairFilter):
            between = None if given.between is None else tuple(map(named, given.between))
            return replace(given, including=named(given.including), between=between)
        return given

    return replace(rule, **{each.name: named(getattr(rule, each.name)) for each in fields(rule)})


def decimal(value: float) -> str:
    """A number as short as it can be: “5”, “2.5”."""
    return f"{value:,.10g}"


def _count_pairs(rule: CountPairs) -> str:
    which = which_pairs(rule.pairs)
    if rule.at_most == 0:
        return f"No {pair_noun(rule.pairs.kind, 1)}{which}."
    return f"{_range(rule.at_least, rule.at_most)} {pair_noun(rule.pairs.kind, _last(rule))}{which}."


def _count_per_member(rule: CountPerMember) -> str:
    partners = "" if rule.counts_every_pair and rule.of_one is None else f" with {_partners(rule)}"
    as_far = ", as far as it has room and candidates" if rule.at_least else ""
    how_many = "No" if rule.at_most == 0 else _range(rule.at_least, rule.at_most)
    noun = pair_noun(rule.kind, 1 if rule.at_most == 0 else _last(rule))
    return f"{how_many} {noun}{partners} for {each_member(among(rule.kind, rule.each))}{as_far}."


def _partners(rule: CountPerMember) -> str:
    """The partners that count: “cities of Africa”, “partners of one country”, “cities outside its region”."""
    is_near_or_far = rule.within is not None or rule.across is not None
    whom = "cities" if is_near_or_far else "partners"
    if rule.partner is not None:
        whom = members(among(rule.kind, rule.partner))
    clauses = [whom]
    if rule.of_one is not None:
        clauses.append(f"of one {rule.of_one.value}")
    if rule.within is not None:
        clauses.append(f"within its {rule.within.value}")
    if rule.across is not None:
        clauses.append(f"outside its {rule.across.value}")
    return " ".join(clauses)


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


_SENTENCES: Final[Mapping[type, Callable[[Any], str]]] = {
    CountPairs: _count_pairs,
    CountPerMember: _count_per_member,
    ServeMembers: _serve_members,
    CommonLanguage: _common_language,
    Distance: _distance,
    RegionFloors: _region_floors,
}
