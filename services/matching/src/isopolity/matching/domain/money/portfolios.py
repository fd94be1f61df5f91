"""The portfolio of a programme: its best grants, the next city, the first to drop out, and the budget 10 % changed.

Invariant: the effect of a change of the budget or of the number of cities is found by choosing again, never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.domain.money.best_grants import Choice, best_choice, least_money, nearest_best_choice, promising
from isopolity.matching.domain.money.grant_prices import Offers
from isopolity.matching.domain.money.grants import Budget, Span

_TENTH: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A choice under another budget or number of cities, compared with the portfolio's."""

    budget: int
    """The whole budget of this choice."""
    number: int
    """The number of cities that may be chosen."""
    choice: Choice
    added: Integers
    """Positions of the grants that the portfolio does not choose."""
    removed: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioChoice:
    """The best grants of a programme, by their positions among the offers."""

    choice: Choice
    more_money: Change | None
    """The choice under the least budget that improves it; None if no budget does."""
    one_city_more: Change | None
    """The choice with one more city allowed; None if that changes nothing."""
    last_out: Change | None
    """The choice under the largest budget that makes it worse; None for an empty portfolio."""
    tenth_more: Change
    tenth_less: Change


def portfolio_choice(offers: Offers, budget: Budget, number: int) -> PortfolioChoice:
    """The best choice of `offers` for at most `number` cities, and the choices under changed budgets and numbers."""
    some = promising(offers, number + 1)
    able = offers.taken(some)
    best = best_choice(able, budget.left, number)

    def under(whole: int, cities: int) -> Change:
        other = nearest_best_choice(able, max(whole - budget.committed, 0), cities, best.chosen)
        added, removed = np.setdiff1d(other.chosen, best.chosen), np.setdiff1d(best.chosen, other.chosen)
        return Change(
            budget=whole, number=cities, choice=_placed(other, some), added=some[added], removed=some[removed]
        )

    tenth = -(-budget.whole // _TENTH)
    needed = least_money(able, number, best.value + 1)
    another = under(budget.whole, number + 1)
    less = under(budget.committed + best.cost - 1, number) if best.value else None
    return PortfolioChoice(
        choice=_placed(best, some),
        more_money=None if needed is None else under(budget.committed + needed, number),
        one_city_more=another if another.choice.value > best.value else None,
        last_out=less if less is not None and less.choice.value < best.value else None,
        tenth_more=under(budget.whole + tenth, number),
        tenth_less=under(max(budget.whole - tenth, 0), number),
    )


def granted(spans: Mapping[int, Span], choice: Choice, value: Integers, money: int) -> Mapping[int, int]:
    """The amount of each chosen grant: its least; money left over raises the most valuable grants up to their most."""
    left, amounts = money - choice.cost, dict[int, int]()
    for position in sorted(choice.chosen.tolist(), key=lambda each: (-int(value[each]), each)):
        span = spans[position]
        more = min(span.most - span.least, left)
        amounts[position] = span.least + more
        left -= more
    return amounts


def _placed(choice: Choice, position: Integers) -> Choice:
    """The choice with its positions translated by `position`, to positions among all offers."""
    return replace(choice, chosen=position[choice.chosen])
