"""What a trial of rules found, in sentences for staff: whom a rule concerns, what it costs, what is in its way.

Invariant: a number that two searches differ by is called “about”, as neither search proves that it is the best.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.wording import phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How many members fit a filter."""

    cities: int
    countries: int
    """The countries of these cities."""
    programmes: int
    room: int
    """How many of all these members have room for a pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a round reaches."""

    pairs: int
    members: int
    """The members that get a pair."""
    value: int
    """In units of WEIGHT_UNIT."""


def concerned(group: Group) -> str:
    """The members of a group in numbers: “14 cities in 6 countries”; with those that have no room."""
    words = []
    if group.cities:
        cities = phrases.number(group.cities, "city", "cities")
        words.append(f"{cities} in {phrases.number(group.countries, 'country', 'countries')}")
    if group.programmes:
        words.append(phrases.number(group.programmes, "programme"))
    if not words:
        return "nobody at present"
    without = group.cities + group.programmes - group.room
    return f"{phrases.listed(words)}{f' ({phrases.count(without)} of these can take no pair now)' if without else ''}"


def cost_sentence(with_it: Gain, without: Gain, *, is_one: bool, cannot: int = 0) -> str:
    """What a rule, or all rules together, cost: pairs, members with a pair, and worth, with and without.

    `cannot` is the number of members that cannot have as many pairs as is asked for.
    """
    cost = _cost_sentence(with_it, without, is_one=is_one)
    if not cannot:
        return cost
    whom = "it" if cannot == 1 else "them"
    return f"{cost} {phrases.number(cannot, 'member')} cannot have as many as asked for; less is asked of {whom}."


def _cost_sentence(with_it: Gain, without: Gain, *, is_one: bool) -> str:
    which = "this rule" if is_one else "these rules"
    if with_it == without:
        return f"A round keeps {which} anyway: nothing is lost."
    start = f"With {which} a round has {_reached(with_it)}; without, {_reached(without)}."
    lost = without.value - with_it.value
    if lost <= 0:
        return f"{start} Nothing is lost."
    share = 100 * lost / without.value
    return f"{start} The cost is about {share:.1f} % of what the pairs are worth together."


def unkept_sentence(others: Sequence[str], missing: int, *, is_alone: bool, is_proved: bool) -> str:
    """Why a rule cannot be kept: the rules that are in its way, by name, and by how much the best attempt misses it."""
    cannot = "This cannot be kept" if is_proved else "No round was found that keeps this"
    by = f" The best attempt misses it by {phrases.count(missing)}." if missing else ""
    if others:
        return f"{cannot} together with {phrases.listed(others)}.{by} Loosen one of them, or remove one."
    alone = " even alone, with the members and places that there are" if is_alone else ""
    return f"{cannot}{alone}.{by} Ask for less or of fewer members, or remove it."


def _reached(gain: Gain) -> str:
    pairs, members = phrases.number(gain.pairs, "pair"), phrases.number(gain.members, "member")
    return f"{pairs} for {members}, worth {gain.value / WEIGHT_UNIT:.2f} together"
