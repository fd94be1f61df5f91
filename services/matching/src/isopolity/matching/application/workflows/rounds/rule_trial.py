"""A trial of rules before a round runs: whom each rule concerns, what one of them costs, and which cannot be kept.

Invariant: a trial computes what a round would, keeps nothing, and proposes nothing. One trial runs at a time, and ends
after a while.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final, assert_never

import numpy as np

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.rules.columns import MemberColumns
from isopolity.matching.application.rules.ruled_choice import UnkeptBook
from isopolity.matching.application.wording.rule_sentences import among
from isopolity.matching.application.workflows.member_names import owners_named
from isopolity.matching.application.workflows.rounds.computation import ComputedDraft, compute_draft
from isopolity.matching.application.workflows.rounds.execution import current_situation
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.rounds.trial_sentences import (
    Gain,
    Group,
    concerned,
    cost_sentence,
    unkept_sentence,
)
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.assignment.problem import Report
from isopolity.matching.domain.member import owner
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.filters import ANYBODY, MemberFilter
from isopolity.matching.domain.rules.rule_book import (
    CommonLanguage,
    CountPairs,
    CountPerMember,
    Distance,
    RegionFloors,
    Rule,
    RuleBook,
    ServeMembers,
)
from isopolity.matching.errors import ContradictoryRules, UnknownMember

MOST_MEMBERS: Final = 3_000
"""Members with room up to which a trial runs; with more, only whom the rules concern is found."""
LONGEST_SECONDS: Final = 20.0
"""The time after which a trial ends without a price."""
_TOO_LONG: Final = "What the rules cost is told once the round has run: the network is too large to try it beforehand."


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedRule:
    """What a trial found of one rule."""

    concerns: str
    """Whom it concerns, in words."""
    faults: Sequence[str] = ()
    """What keeps a round from keeping it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrial:
    """What a trial found of all rules."""

    rules: Sequence[TriedRule]
    cost: str | None = None
    """What the rule that was asked about costs or gains, else why that is not known; None if rules cannot be kept."""
    faults: Sequence[str] = ()
    """What keeps a round from keeping them that is about no single rule."""


class _TookTooLong(Exception):
    """The trial has run for as long as it may."""


def _until(end: float, timer: Callable[[], float]) -> Report:
    def report(_step: str, _done: float) -> None:
        if timer() > end:
            raise _TookTooLong

    return report


async def try_rules(
    plan: RoundPlan,
    asked: int | None,
    unit_of_work: UnitOfWorkFactory,
    surroundings: Surroundings,
    *,
    is_priced: bool = True,
    timer: Callable[[], float] = monotonic,
) -> RuleTrial:
    """Try the rules of a plan; the cost is that of rule `asked`, from 0, or of all rules. Raises GraphNotReady.

    Without `is_priced` no round is tried: whom the rules concern is found alone.
    """
    await surroundings.graph.caught_up()
    if plan.book.floors is None:
        plan = replace(plan, book=replace(plan.book, floors=surroundings.floors))
    situation = await current_situation(unit_of_work, surroundings)
    unknown = _unknown(plan.book, surroundings.network)
    concerns = await asyncio.to_thread(_concerns, plan.book, situation)
    tried = [TriedRule(concerns=each, faults=unknown.get(position, ())) for position, each in enumerate(concerns)]
    if unknown or not plan.book.rules or not is_priced:
        return RuleTrial(rules=tried)
    if situation.members > MOST_MEMBERS:
        return RuleTrial(rules=tried, cost=_TOO_LONG)
    async with surroundings.trials:
        report = _until(timer() + LONGEST_SECONDS, timer)
        try:
            cost = await asyncio.to_thread(_cost, plan, asked, situation, surroundings.engine, report)
        except _TookTooLong:
            return RuleTrial(rules=tried, cost=_TOO_LONG)
        except ContradictoryRules as error:
            return _contradicted(plan.book, tried, error)
    return RuleTrial(rules=tried, cost=cost)


def _cost(plan: RoundPlan, asked: int | None, situation: Situation, engine: Engine, report: Report) -> str:
    rules = plan.book.rules
    others = () if asked is None else (*rules[:asked], *rules[asked + 1 :])
    with_it = compute_draft(plan, situation, engine, report)
    without = compute_draft(replace(plan, book=replace(plan.book, rules=others)), situation, engine, report)
    outcomes = () if with_it.rules is None else with_it.rules.outcomes
    cannot = sum(each.capped for each in outcomes if asked is None or each.source.position == asked)
    return cost_sentence(_gain(with_it), _gain(without), is_one=asked is not None, cannot=cannot)


def _gain(computed: ComputedDraft) -> Gain:
    choice, holders = computed.numbers.choice, computed.numbers.holders
    ends = np.union1d(choice.problem.a[choice.chosen], choice.problem.b[choice.chosen])
    members = {owner(holders[node]) for node in ends.tolist()}
    return Gain(pairs=len(choice.chosen), members=len(members), value=choice.value)


def _contradicted(book: RuleBook, tried: Sequence[TriedRule], error: ContradictoryRules) -> RuleTrial:
    unmet = error.__cause__
    found = dict(_unkept(book, unmet)) if isinstance(unmet, UnkeptBook) else {}
    if not found:
        return RuleTrial(rules=tried, faults=[str(error)])
    rules = [
        replace(each, faults=(found[position],)) if position in found else each for position, each in enumerate(tried)
    ]
    return RuleTrial(rules=rules)


def _unkept(book: RuleBook, unmet: UnkeptBook) -> Iterator[tuple[int, str]]:
    """The rules that are short or in conflict, by position, each with what is in its way."""
    short = Counter[int | None]()
    for each in unmet.shortfalls:
        short[each.source.position] += each.missing
    conflict = list(dict.fromkeys(each.position for each in unmet.conflict))
    narrowing = list(dict.fromkeys(each.position for each in unmet.narrowing))
    for position in sorted({each for each in (*(conflict or short), *narrowing) if each is not None}):
        others = [each for each in dict.fromkeys((*conflict, *narrowing)) if each not in (None, position)]
        names = [book.name(each) for each in others if each is not None]
        is_alone = conflict == [position]
        yield position, unkept_sentence(names, short[position], is_alone=is_alone, is_proved=unmet.is_proved)


def _unknown(book: RuleBook, network: Network) -> Mapping[int, Sequence[str]]:
    """The rules that name members who are not in the network, by position, each with sentences."""
    found = dict[int, list[str]]()
    for position, rule in enumerate(book.rules):
        for name in dict.fromkeys(each for of in rule.filters for each in of.id):
            try:
                owners_named(name, network)
            except UnknownMember:
                sentence = f"{name} is not in the network: it has left, or the id is wrong. Take it out of this rule."
                found.setdefault(position, []).append(sentence)
    return found


def _concerns(book: RuleBook, situation: Situation) -> Sequence[str]:
    """Whom each rule concerns, in words."""
    market = situation.market
    columns = MemberColumns.of(list(situation.free), market)
    countries = np.array([*(city.country for city in market.profiles.cities)], np.str_)
    has_room = np.zeros(len(countries) + len(market.programmes) + 1, bool)
    has_room[columns.member] = True

    def group(of: MemberFilter) -> Group:
        fits = columns.members_fitting(of)[:-1]
        cities = fits[: len(countries)]
        return Group(
            cities=int(cities.sum()),
            countries=len(np.unique(countries[cities])),
            programmes=int(fits[len(countries) :].sum()),
            room=int((fits & has_room[:-1]).sum()),
        )

    return [" and ".join(concerned(group(of)) for of in _groups(rule)) for rule in book.rules]


def _groups(rule: Rule) -> Sequence[MemberFilter]:
    """The groups of members that a rule is about."""
    match rule:
        case CountPerMember(each=each, kind=kind):
            return [among(kind, each)]
        case ServeMembers(serve=serve, kind=kind):
            return [among(kind, serve)]
        case RegionFloors(kind=kind):
            return [among(kind, MemberFilter(member="city"))]
        case CountPairs(pairs=pairs) | CommonLanguage(pairs=pairs) | Distance(pairs=pairs):
            return [among(pairs.kind, each) for each in dict.fromkeys(pairs.filters or (ANYBODY,))]
        case _:
            assert_never(rule)
