"""Outcomes of the rules and floors of a round in sentences for staff: counts reached, prices, and shortfalls.

Invariant: a price is a bound that is proved, or its sentence says that it is not.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from isopolity.matching.application.wording.rule_sentences import (
    among,
    decimal,
    member_noun,
    objective_sentence,
    pair_noun,
    rule_sentence,
)
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.domain.rules.filters import ANYBODY, PairKind
from isopolity.matching.domain.rules.floors import FloorGrouping, FloorOutcome, Floors, FloorsResult
from isopolity.matching.domain.rules.rule_book import (
    CountPairs,
    CountPerMember,
    Objective,
    RegionFloors,
    RuleBook,
    RuleOutcome,
    RulesResult,
    ServeMembers,
    Source,
)
from isopolity.wording import phrases


def source_sentence(book: RuleBook, source: Source) -> str:
    """The rule, or the objective, that a limit comes from."""
    if source.is_of_budget:
        return "its pairs take no more than what is left of it"
    if source.position is None:
        return objective_sentence(book)
    return rule_sentence(book.rules[source.position])


def source_name(book: RuleBook, source: Source) -> str:
    """How a rule is called at the start of a sentence: “Rule 2 “Africa””, “Rule 3 for Africa”, “The objective”."""
    if source.is_of_budget:
        return "A programme's budget"
    name = "the objective" if source.position is None else book.name(source.position)
    group = f" for {phrases.region(source.group)}" if source.group else ""
    return f"{name[0].upper()}{name[1:]}{group}"


def asked_sentence(book: RuleBook, source: Source) -> str:
    """The name of a rule and a sentence that says what it asks for; the same for the objective."""
    return f"{source_name(book, source)}: {source_sentence(book, source)}"


def outcome_sentence(book: RuleBook, outcome: RuleOutcome) -> str:
    """The count that was reached, whether the rule holds, and the price of its last unit."""
    return f"{source_name(book, outcome.source)}: {_reached(book, outcome)}{_price(outcome)}."


def price_sentence(result: RulesResult, value: int, bound: int) -> str:
    """The cost of the rules and the objective together: the round's value with and without them."""
    with_them, without = value / WEIGHT_UNIT, result.value_without / WEIGHT_UNIT
    among = "" if result.is_of_all else " among the same candidates"
    start = (
        f"The pairs are worth {with_them:.2f} under these rules; without them they would be worth {without:.2f}{among}"
    )
    least, most = max(0, result.value_without - bound), max(0, result.bound_without - value)
    if not most:
        return f"{start}. That costs nothing."
    share = 100 * most / result.bound_without
    if not least:
        return f"{start}. That costs at most {most / WEIGHT_UNIT:.2f}, {_percent(share)} of the value."
    lost = result.value_without - value
    about, low, high = (f"{each / WEIGHT_UNIT:.2f}" for each in (lost, least, most))
    if low != high:
        about += f" (proved: {low} to {high})"
    return f"{start}. That costs {about}, {_percent(100 * lost / result.value_without)} of the value."


def _reached(book: RuleBook, outcome: RuleOutcome) -> str:
    if outcome.source.is_of_members:
        return _of_members(book, outcome)
    if outcome.at_most == 0:
        verb = "breaks" if outcome.reached == 1 else "break"
        broken = f"; {phrases.number(outcome.reached, 'pair')} in the draft {verb} it" if outcome.reached else ""
        return f"{phrases.number(outcome.ruled_out, 'candidate')} ruled out{broken}"
    what = _counted(book, outcome.source, outcome.reached)
    reached = f"{phrases.count(outcome.reached)} {what}"
    if outcome.source.position is None:
        return f"{reached} {_of_possible(outcome)}"
    return f"{reached}, {_limits(outcome)}{'' if outcome.holds else '; it does not hold'}"


def _of_possible(outcome: RuleOutcome) -> str:
    if not outcome.holds:
        return f"of {phrases.count(outcome.at_least)} that were possible; it does not hold any more"
    if outcome.possible is None or outcome.possible <= outcome.reached:
        return "served, as many as possible"
    return f"served; more than {phrases.count(outcome.possible)} are not possible"


def _of_members(book: RuleBook, outcome: RuleOutcome) -> str:
    if not outcome.members:
        return "it is for nobody who has room and candidates"
    rule = book.rules[outcome.source.position or 0]
    whom = among(rule.kind, rule.each) if isinstance(rule, CountPerMember) else ANYBODY
    noun = member_noun(whom, outcome.members)
    members = f"{phrases.count(outcome.members)} {noun}"
    cannot = f"{phrases.count(outcome.capped)} cannot"
    if outcome.broken:
        does = "does" if outcome.broken == 1 else "do"
        capped = f"; {cannot} have as many" if outcome.capped else ""
        return f"{phrases.count(outcome.broken)} of {members} {does} not keep it{capped}"
    able = outcome.members - outcome.capped
    if not able:
        return f"none of {members} can have as many as it asks for; it asked less of them"
    if outcome.capped:
        has = "has" if able == 1 else "have"
        return f"{phrases.count(able)} of {members} {has} as many as it asks for; the other {cannot}"
    return f"kept for {f'the one {noun}' if outcome.members == 1 else f'all {members}'}"


def _counted(book: RuleBook, source: Source, number: int) -> str:
    """The noun of what a limit counts."""
    if source.position is None:
        members = book.objective is Objective.SERVE_EVERYBODY_FIRST
        return ("member" if number == 1 else "members") if members else ("city" if number == 1 else "cities")
    rule = book.rules[source.position]
    if isinstance(rule, CountPairs):
        return pair_noun(rule.pairs.kind, number)
    if isinstance(rule, RegionFloors):
        return pair_noun(rule.kind, number)
    if isinstance(rule, ServeMembers):
        return "member served" if number == 1 else "members served"
    return pair_noun(PairKind.ALL, number)


def _limits(outcome: RuleOutcome) -> str:
    least, most = outcome.at_least, outcome.at_most
    if most is None:
        return f"at least {phrases.count(least)} asked for"
    if not least:
        return f"at most {phrases.count(most)} allowed"
    return f"{phrases.count(least)} to {phrases.count(most)} asked for"


def _price(outcome: RuleOutcome) -> str:
    """The gain from relaxing the limit by one unit; empty if the limit does not bind."""
    if not outcome.unit_price:
        return ""
    which = "the dearest of its pairs" if outcome.source.is_of_members else "the last one"
    return f"; {which} costs about {decimal(round(outcome.unit_price / WEIGHT_UNIT, 3))}"


def _percent(share: float) -> str:
    return f"{share:.2f} %" if share >= 0.01 else "less than 0.01 %"


_SIZES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "under-20000": "cities under 20,000 people",
        "under-100000": "cities of 20,000 to 100,000 people",
        "under-1000000": "cities of 100,000 to a million people",
        "from-1000000": "cities of a million people and more",
    }
)
_NAMES: Final[Mapping[FloorGrouping, str]] = MappingProxyType(
    {
        FloorGrouping.REGION: "region",
        FloorGrouping.SIZE: "size",
        FloorGrouping.INCOME: "income of their country",
        FloorGrouping.LANGUAGE: "main language",
    }
)


def floors_sentence(floors: Floors) -> str:
    """The rule that floors follow."""
    if not floors.by:
        return "There are no floors for groups of cities."
    by = phrases.listed([_NAMES[each] for each in floors.by])
    return (
        f"Each group of cities by {by} gets at least its share of the twinnings and of the sponsorships, "
        f"less {decimal(floors.tolerance_percent)} %, as far as that is possible. Groups that are mostly of "
        "high-income countries have none."
    )


def floor_sentences(result: FloorsResult, value: int) -> Sequence[str]:
    """The cost of floors in a choice of this value, the groups that get more, and the floors that could not be met."""
    raised, missed = result.raised, result.missed
    if not raised:
        cost = "Floors change nothing and cost nothing" + ("" if missed else ": each group gets its share anyway")
    else:
        lost = max(0, result.value_without - value)
        share = 100 * lost / result.value_without if result.value_without else 0.0
        groups = phrases.number(len(raised), "group")
        cost = f"Floors give more pairs to {groups}; that costs {lost / WEIGHT_UNIT:.2f}, {share:.2f} % of the value"
    return [f"{cost}.", *map(_raised_floor, raised), *(_missed_floor(each) for each in missed if not each.is_raised)]


def group_name(by: FloorGrouping, group: str) -> str:
    """The cities of a group: “cities of Africa”, “cities that work mainly in Italian”."""
    match by:
        case FloorGrouping.REGION:
            return f"cities of {phrases.region(group)}"
        case FloorGrouping.SIZE:
            return _SIZES.get(group, group)
        case FloorGrouping.INCOME:
            return f"cities of {group}-income countries"
        case FloorGrouping.LANGUAGE:
            return f"cities that work mainly in {phrases.language(group)}"


def _raised_floor(outcome: FloorOutcome) -> str:
    reached, before, wanted = map(phrases.count, (outcome.reached, outcome.before, outcome.wanted))
    share = "" if outcome.is_met else f"; their share would be {wanted}"
    return f"{_floor_start(outcome)} {reached} instead of {before}{share}."


def _missed_floor(outcome: FloorOutcome) -> str:
    reached, wanted = phrases.count(outcome.reached), phrases.count(outcome.wanted)
    return f"{_floor_start(outcome)} {reached}; their share would be {wanted}, and no choice was found that gives it."


def _floor_start(outcome: FloorOutcome) -> str:
    whom = f"of {phrases.count(outcome.cities)} {group_name(outcome.by, outcome.group)} that could"
    noun = pair_noun(outcome.kind, 1)
    return f"A {noun}, {whom}:"
