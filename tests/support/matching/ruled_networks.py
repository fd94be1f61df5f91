"""Small networks and rule books drawn at random, and the solver that tries every choice."""

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.assignment.problem import (
    CountRule,
    Dual,
    Report,
    RoundProblem,
    RuleDual,
    ServedCount,
    ServedRule,
    Solution,
    unreported,
)
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.rules.rule_book import RuleBook
from isopolity.matching.entrypoints.rule_files.rule_file import rule_book
from isopolity.matching.errors import InvalidRules, NoPermittedChoice
from tests.support.matching.networks import market_of
from tests.support.matching.plain_rules import World
from tests.support.matching.round_problems import choices, integers
from tests.support.matching.service import city, need, offer, partner, programme

REGIONS = ("africa", "arab-states", "asia-pacific")
SUBJECTS = ("cluster.literacy", "cluster.health", "sdg.13")
LANGUAGES = ("en", "fr", "pt-BR", "pt")
PLACES = (
    ("KE", "africa", 0.0, 37.0),
    ("GH", "africa", 6.0, -1.0),
    ("EG", "arab-states", 27.0, 31.0),
    ("MA", "arab-states", 32.0, -6.0),
    ("JP", "asia-pacific", 36.0, 138.0),
    ("FR", "europe-north-america", 47.0, 2.0),
    ("DE", "europe-north-america", 51.0, 10.0),
    ("BR", "latin-america-caribbean", -15.0, -48.0),
)
"""Country, region, latitude and longitude."""
COUNTRIES = {"africa": "KE", "arab-states": "EG", "asia-pacific": "JP"}


class TryingSolver:
    """A ServingSolver that tries every choice; its bound is loose."""

    name = "trying"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        weight = problem.weight
        found = [choice for choice in choices(problem) if permits(problem, choice)]
        if not found:
            raise NoPermittedChoice([(0, 1)] if problem.rules else [])
        chosen = max(found, key=lambda choice: (sum(int(weight[edge]) for edge in choice), choice))
        node = np.full(len(problem.capacity), int(weight.max(initial=0)), np.int64)
        dual = Dual(scale=1, node=node, rules=[_no_value(rule) for rule in problem.rules])
        return Solution(chosen=integers(chosen), dual=dual)

    def most_served(self, problem: RoundProblem, rule: ServedRule, report: Report = unreported) -> ServedCount:
        for least in range(int(rule.members.max(initial=-1)) + 1, 0, -1):
            with suppress(NoPermittedChoice):
                self.solve(replace(problem, rules=(*problem.rules, replace(rule, at_least=least))), report)
                return ServedCount(served=least, bound=least)
        self.solve(problem, report)
        return ServedCount(served=0, bound=0)

    def nearest(
        self, problem: RoundProblem, soft: int, report: Report = unreported
    ) -> tuple[RoundProblem, Solution] | None:
        firm, softer = problem.rules[: len(problem.rules) - soft], problem.rules[len(problem.rules) - soft :]
        served = [rule for rule in softer if isinstance(rule, ServedRule)]
        within = [each for each in choices(problem) if permits(replace(problem, rules=firm), each)]
        if not within:
            return None
        reached = max([_reached(problem, each, served) for each in within], key=sum)
        lowered = [replace(rule, at_least=least) for rule, least in zip(served, reached, strict=True)]
        asked = replace(problem, rules=(*firm, *lowered))
        return asked, self.solve(asked, report)


def _reached(problem: RoundProblem, choice: tuple[int, ...], rules: Sequence[ServedRule]) -> list[int]:
    """How many members each rule has in a choice, no more than it asks for."""
    paired = {int(end[edge]) for edge in choice for end in (problem.a, problem.b)}
    found = [
        {member for node, member in zip(rule.nodes.tolist(), rule.members.tolist(), strict=True) if node in paired}
        for rule in rules
    ]
    return [min(rule.at_least, len(members)) for rule, members in zip(rules, found, strict=True)]


def permits(problem: RoundProblem, choice: tuple[int, ...]) -> bool:
    """Whether a choice within the capacities keeps the rules on groups too."""
    for rule in problem.rules:
        if isinstance(rule, CountRule):
            amounts = [1] * len(rule.edges) if rule.amount is None else rule.amount.tolist()
            total = sum(amount for edge, amount in zip(rule.edges.tolist(), amounts, strict=True) if edge in choice)
            if total < rule.at_least or (rule.at_most is not None and total > rule.at_most):
                return False
        else:
            paired = {int(end[edge]) for edge in choice for end in (problem.a, problem.b)}
            members = {
                member
                for node, member in zip(rule.nodes.tolist(), rule.members.tolist(), strict=True)
                if node in paired
            }
            if len(members) < rule.at_least:
                return False
    return True


def drawn(seed: int, *, cities: int = 4, edges: int = 8) -> tuple[Market, PairColumns, World, list[str]]:
    """A market, a problem among its members, the world for judging plainly, and the holders of the nodes."""
    lot = random.Random(seed)
    states: list[CityState | PartnerState] = [_city(f"c{number}", lot) for number in range(lot.randint(2, cities))]
    states += [_partner(f"p{number}", lot) for number in range(lot.randint(0, 2))]
    names = [state.city_id for state in states if isinstance(state, CityState)]
    ties = [tuple(lot.sample(names, 2))] if lot.random() < 0.5 else []
    market = market_of(states, ties=[(one, other) for one, other in ties])
    holders = sorted(market.capacities)
    possible = [(a, b) for b in range(len(holders)) for a in range(b) if _may_pair(holders[a], holders[b])]
    chosen = sorted(lot.sample(possible, min(len(possible), edges)))
    problem = RoundProblem(
        capacity=integers([min(2, market.capacities[holder]) for holder in holders]),
        a=integers([a for a, _ in chosen]),
        b=integers([b for _, b in chosen]),
        weight=integers([lot.randint(1, 1_000_000) for _ in chosen]),
    )
    columns = PairColumns(problem=problem, members=MemberColumns.of(holders, market))
    return market, columns, world_of(market, problem, holders), holders


def world_of(market: Market, problem: RoundProblem, holders: Sequence[str]) -> World:
    """The world for judging choices in a problem; node i is `holders[i]`."""
    members: dict[str, City | Programme] = {}
    for each in market.profiles.cities:
        members |= {each.twinning_holder: each, each.sponsorship_holder: each}
    members |= {each.holder: each for each in market.programmes}
    return World(
        members=members,
        tied={city.city_id for city in market.profiles.cities if market.tied_to(city.city_id)},
        pairs=[(holders[a], holders[b]) for a, b in zip(problem.a.tolist(), problem.b.tolist(), strict=True)],
        capacity=dict(zip(holders, problem.capacity.tolist(), strict=True)),
    )


def five_regions(cities: int) -> Market:
    """A market of cities all over the world, some of them twinned, and of six programmes."""
    lot = random.Random(cities)
    states: list[CityState | PartnerState] = [_citizen(number, lot) for number in range(cities)]
    for number, kind in enumerate(("foundation", "corporation", "ngo") * 2):
        programmes = [programme("g", subjects=SUBJECTS, cities=6)]
        states.append(partner(f"p{number}", programmes, kind=kind, home_country=("DE", "US")[number % 2]))
    return market_of(states, ties=[(f"c{number}", f"c{number + 7}") for number in range(0, cities // 3, 3)])


def _citizen(number: int, lot: random.Random) -> CityState:
    country, region, latitude, longitude = PLACES[number % len(PLACES)]
    wanted, given = lot.sample(SUBJECTS, 2)
    return city(
        f"c{number}",
        region=region,
        country=country,
        population=lot.choice((50_000, 400_000, 2_000_000)),
        latitude=latitude + lot.uniform(-5, 5),
        longitude=longitude + lot.uniform(-5, 5),
        languages=lot.sample(("en", "fr", "pt", "ar"), 2),
        capacity=2,
        needs=[need(wanted)],
        offers=[offer(given)],
    )


def drawn_book(seed: int, *, rules: int = 3) -> RuleBook:
    """A book of some rules, written as a caller does."""
    return rule_book({"rules": drawn_rules(seed, rules=rules)})


def drawn_rules(seed: int, *, rules: int = 3) -> list[dict[str, Any]]:
    """Some rules as the keys that a caller writes."""
    lot = random.Random(seed)
    found: list[dict[str, Any]] = []
    while len(found) < lot.randint(1, rules):
        rule = _rule(lot)
        try:
            rule_book({"rules": [rule]})
        except InvalidRules:
            continue
        found.append(rule)
    return found


def all_choices(problem: RoundProblem) -> Iterator[tuple[int, ...]]:
    """Every choice that keeps the capacities of a problem, whatever its rules are."""
    nothing = integers([])
    return choices(replace(problem, must=nothing, never=nothing, rules=()))


def _no_value(rule: CountRule | ServedRule) -> RuleDual:
    return RuleDual(
        members=[0] * (int(rule.members[-1]) + 1) if isinstance(rule, ServedRule) and len(rule.members) else ()
    )


def _may_pair(one: str, other: str) -> bool:
    kinds = {_side(one), _side(other)}
    return one.removesuffix("/sponsorships") != other.removesuffix("/sponsorships") and (
        kinds == {"twinning"} or kinds == {"sponsorship", "programme"}
    )


def _side(holder: str) -> str:
    if holder.startswith("programme/"):
        return "programme"
    return "sponsorship" if holder.endswith("/sponsorships") else "twinning"


def _city(city_id: str, lot: random.Random) -> CityState:
    region = lot.choice(REGIONS)
    return city(
        city_id,
        region=region,
        country=COUNTRIES[region],
        kind=lot.choice(("city", "county")),
        population=lot.choice((None, 50_000, 400_000)),
        latitude=lot.choice((None, 0.0, 20.0)),
        longitude=lot.choice((10.0, 30.0)),
        languages=lot.sample(LANGUAGES, lot.randint(0, 2)),
        capacity=lot.randint(0, 2),
        needs=[need(subject) for subject in lot.sample(SUBJECTS, lot.randint(0, 2))],
        offers=[offer(subject) for subject in lot.sample(SUBJECTS, lot.randint(0, 2))],
    )


def _partner(partner_id: str, lot: random.Random) -> PartnerState:
    return partner(
        partner_id,
        [programme("g", cities=lot.randint(1, 2))],
        kind=lot.choice(("foundation", "ngo")),
        home_country=lot.choice(("KE", "JP", "DE")),
        languages=lot.sample(LANGUAGES, lot.randint(0, 2)),
    )


def _rule(lot: random.Random) -> dict[str, Any]:
    rule = _count(lot) if lot.random() < 0.5 else lot.choice((_each, _serve, _other))(lot)
    if lot.random() < 0.5 and "km_at_most" not in rule:
        rule["pairs"] = lot.choice(("all", "twinnings", "sponsorships"))
    return rule


def _count(lot: random.Random) -> dict[str, Any]:
    rule = _limits(lot)
    way = lot.choice(("", "including", "between", "within", "across"))
    if way == "including":
        rule[way] = _filter(lot)
    elif way == "between":
        rule[way] = [_filter(lot), _filter(lot)]
    elif way:
        rule[way] = lot.choice(("country", "region"))
    return rule


def _each(lot: random.Random) -> dict[str, Any]:
    rule = {"each": _filter(lot)} | _limits(lot)
    if lot.random() < 0.4:
        rule["partner"] = _filter(lot)
    if lot.random() < 0.4:
        rule[lot.choice(("within", "across"))] = lot.choice(("country", "region"))
    if lot.random() < 0.4:
        rule["of_one"] = lot.choice(("country", "region"))
    return rule


def _serve(lot: random.Random) -> dict[str, Any]:
    return {"serve": _filter(lot)} | lot.choice(({"at_least": lot.randint(0, 2)}, {"at_least_percent": 50}))


def _other(lot: random.Random) -> dict[str, Any]:
    return lot.choice(
        (
            {"common_language": True},
            {"km_at_most": 2500},
            {"km_at_least": 1500, "including": _filter(lot)},
            {"floor_by": "region", "tolerance_percent": lot.choice((0, 20))},
        )
    )


def _limits(lot: random.Random) -> dict[str, Any]:
    return lot.choice(({"at_least": lot.randint(0, 2)}, {"at_most": lot.randint(0, 2)}, {"at_least": 1, "at_most": 2}))


def _filter(lot: random.Random) -> dict[str, Any]:
    some: list[dict[str, Any]] = [
        {},
        {"region": lot.sample(REGIONS, lot.randint(1, 2))},
        {"country": "KE"},
        {"kind": "county"},
        {"people_at_least": 100_000},
        {"people_at_most": 100_000},
        {"needs": lot.choice(SUBJECTS)},
        {"offers": lot.choice(SUBJECTS)},
        {"without_tie": lot.random() < 0.5},
        {"language": "pt"},
        {"member": lot.choice(("city", "programme"))},
        {"partner_kind": "ngo"},
        {"home_country": "KE"},
        {"id": lot.choice(("c0", "p0"))},
        {"region": "africa", "without_tie": True},
    ]
    return lot.choice(some)
