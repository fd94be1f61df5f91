"""The best grants of small programmes, beside all choices that there are."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.domain.money.best_grants import best_choice, least_money, promising
from isopolity.matching.domain.money.grant_prices import Offers
from isopolity.matching.domain.money.grants import Budget, Span
from isopolity.matching.domain.money.portfolios import granted, portfolio_choice
from tests.support.examples import examples


@st.composite
def offers(draw: st.DrawFn) -> Offers:
    size = draw(st.integers(0, 8))
    unit = draw(st.sampled_from([1, 1, 500]))

    def column(least: int, most: int) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(least, most), min_size=size, max_size=size)), np.int64)

    return Offers(value=column(1, 12), cost=column(1, 9) * unit, city=column(0, 5))


MONEY = st.integers(0, 40) | st.integers(0, 20_000)
NUMBER = st.integers(0, 5)


def choices(known: Offers, number: int) -> list[tuple[int, int]]:
    """The value and the cost of every permitted choice, whatever the money."""
    return [
        (sum(int(known.value[each]) for each in some), sum(int(known.cost[each]) for each in some))
        for size in range(number + 1)
        for some in combinations(range(len(known.value)), size)
        if len({int(known.city[each]) for each in some}) == size
    ]


def best_of(known: Offers, money: int, number: int) -> tuple[int, int]:
    """The most value and, of that, the least cost."""
    value, cost = min((-value, cost) for value, cost in choices(known, number) if cost <= money)
    return -value, cost


@examples(200)
@given(offers(), MONEY, NUMBER)
def test_the_best_choice_is_worth_most_and_costs_least_of_those(known: Offers, money: int, number: int) -> None:
    choice = best_choice(known, money, number)
    assert (choice.value, choice.cost) == best_of(known, money, number)
    assert known.value[choice.chosen].sum() == choice.value
    assert known.cost[choice.chosen].sum() == choice.cost <= money
    assert len(set(known.city[choice.chosen].tolist())) == len(choice.chosen) <= number
    assert choice.bound >= choice.value


@examples(100)
@given(offers(), MONEY, NUMBER)
def test_what_is_left_out_as_beaten_changes_no_best_choice(known: Offers, money: int, number: int) -> None:
    able = known.taken(promising(known, number))
    assert best_of(able, money, number) == best_of(known, money, number)


@examples(100)
@given(offers(), NUMBER, st.integers(1, 40))
def test_the_least_money_for_a_value_is_that_of_the_cheapest_choice(known: Offers, number: int, value: int) -> None:
    costs = [cost for worth, cost in choices(known, number) if worth >= value]
    assert least_money(known, number, value) == min(costs, default=None)


@examples(100)
@given(offers(), st.integers(0, 60), st.integers(0, 8), st.integers(0, 8), st.integers(1, 4))
def test_the_changes_of_a_portfolio_are_what_another_search_finds(
    known: Offers, whole: int, promised: int, open_ones: int, number: int
) -> None:
    budget = Budget(whole=whole, promised=promised, open=open_ones)
    found = portfolio_choice(known, budget, number)
    assert (found.choice.value, found.choice.cost) == best_of(known, budget.left, number)
    if found.more_money is None:
        assert found.choice.value == max(value for value, _ in choices(known, number))
    else:
        money = found.more_money.budget - budget.committed
        assert found.more_money.choice.value == best_of(known, money, number)[0] > found.choice.value
        assert best_of(known, money - 1, number)[0] == found.choice.value
        assert found.more_money.added.size
    one_more = best_of(known, budget.left, number + 1)[0]
    assert (found.one_city_more is not None) == (one_more > found.choice.value)
    if found.last_out is None:
        assert not len(found.choice.chosen)
    else:
        assert found.last_out.removed.size
        assert found.last_out.choice.value == best_of(known, found.choice.cost - 1, number)[0] < found.choice.value
    for change in (found.tenth_more, found.tenth_less):
        left = max(change.budget - budget.committed, 0)
        assert change.choice.value == best_of(known, left, number)[0]
        assert change.choice.cost <= left
        if change.choice.value == found.choice.value and found.choice.cost <= left:
            assert not change.added.size
            assert not change.removed.size


@examples(100)
@given(offers(), st.lists(st.integers(0, 9), min_size=8, max_size=8), MONEY, NUMBER)
def test_grants_take_their_least_and_share_what_is_left(
    known: Offers, more: list[int], money: int, number: int
) -> None:
    spans = {each: Span(int(cost), int(cost) + more[each]) for each, cost in enumerate(known.cost.tolist())}
    choice = best_choice(known, money, number)
    amounts = granted(spans, choice, known.value, money)
    assert amounts.keys() == set(choice.chosen.tolist())
    assert all(spans[each].least <= amount <= spans[each].most for each, amount in amounts.items())
    most = sum(spans[each].most for each in amounts)
    assert sum(amounts.values()) == min(money, most) if amounts else not choice.cost


def test_hundreds_of_places_among_thousands_of_cities_are_filled_nearly_to_the_bound() -> None:
    lot = np.random.default_rng(4)
    value, cost = lot.integers(3_000, 9_500, 5_000), lot.integers(5, 60, 5_000) * 1_000
    known = Offers(value=value, cost=cost, city=np.arange(5_000) // 2)
    choice = best_choice(known, 10_000_000, 500)
    assert 0.999 * choice.bound <= choice.value <= choice.bound


def test_equal_grants_are_chosen_as_far_as_the_money_goes() -> None:
    value, cost, cities = np.full(300, 1_999), np.full(300, 199), np.arange(300)
    assert (value - value / cost * cost > 0).any(), "at this price a grant seems to be worth more than it costs"
    choice = best_choice(Offers(value=value, cost=cost, city=cities), 199 * 150, 300)
    assert (len(choice.chosen), choice.is_searched) == (150, True)
