"""Minimum loads and rules on groups of pairs, as who uses the library gives them."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pandas as pd
import polars as pl
import pytest

from isopolity.matching import Rule, Short, UnmetRules, assign

COLUMNS = ("paper", "reviewer", "bid", "area")
BIDS = [
    *[("p1", "ada", 9, "nlp"), ("p1", "bo", 8, "nlp"), ("p1", "cy", 2, "nlp")],
    *[("p2", "ada", 7, "vision"), ("p2", "bo", 6, "vision"), ("p2", "cy", 1, "vision")],
    *[("p3", "ada", 8, "nlp"), ("p3", "bo", 1, "nlp"), ("p3", "cy", 4, "nlp")],
]


PER_PAPER = Rule(at_least=1, per="paper", where={"rank": "senior"})


def pairs(capacities: Any = (2, 3), **options: Any) -> set[tuple[Any, Any]]:
    return {(pair.a, pair.b) for pair in assign(BIDS, capacities, columns=COLUMNS, **options).pairs}


def loads(chosen: set[tuple[Any, Any]]) -> list[int]:
    return [sum(name in pair for pair in chosen) for name in ("p1", "p2", "p3", "ada", "bo", "cy")]


@pytest.mark.parametrize("at_least", [(0, 2), (0, {"cy": 2}), (0, pd.Series({"cy": 2})), (0, {"cy": 2, "bo": 0})])
def test_minimum_loads_hold_whatever_they_cost(at_least: Any) -> None:
    assert loads(pairs())[-1] == 1
    assert loads(pairs(at_least=at_least))[-1] >= 2


def test_minimum_loads_of_one_group_hold_too() -> None:
    rows = [("a", "b", 9), ("b", "c", 1), ("c", "d", 9), ("b", "d", 1)]
    assert {(pair.a, pair.b) for pair in assign(rows, {"a": 1, "b": 2, "c": 2, "d": 1}, at_least={"b": 2}).pairs} == {
        *[("a", "b"), ("b", "c"), ("c", "d")],
    }


def test_loads_that_cannot_be_are_told_in_a_sentence_and_as_rows() -> None:
    with pytest.raises(UnmetRules) as caught:
        assign(BIDS, (1, 3), columns=COLUMNS, at_least=(0, {"cy": 4}))
    assert str(caught.value) == (
        "No choice keeps all rules: 'cy' of column reviewer: at least 4 pairs, reached 3; lower what is asked, or give "
        "strict=False for the choice that comes nearest."
    )
    rule = "'cy' of column reviewer: at least 4 pairs"
    assert caught.value.short == [Short(rule, "reviewer", "cy", asked=4, reached=3, missing=1)]


def test_totals_that_cannot_be_reached_are_told_before_anything_is_solved() -> None:
    with pytest.raises(UnmetRules) as caught:
        assign(BIDS, (2, 1), columns=COLUMNS, rules=Rule(at_least=2, per="paper"))
    assert str(caught.value) == (
        "The rules “at least 2 pairs for each paper” ask for 6 pairs in all, and the 3 of column reviewer in such "
        "pairs have room for 3; lower what is asked, or give more capacity or pairs."
    )


def test_the_totals_of_minimum_loads_are_told_with_the_room_for_them() -> None:
    with pytest.raises(UnmetRules) as caught:
        assign(BIDS, (3, 2), columns=COLUMNS, at_least=(3, 0))
    assert str(caught.value) == (
        "The minimum loads of column paper ask for 9 pairs in all, and the 3 of column reviewer in such pairs have "
        "room for 6; lower what is asked, or give more capacity or pairs."
    )
    rule = "the minimum loads of column paper, in all"
    assert caught.value.short == [Short(rule, None, None, asked=9, reached=6, missing=3)]


def test_many_rules_of_one_family_are_told_as_one() -> None:
    rows = [(paper, "ada", 1, "senior") for paper in range(6)]  # three of these can have Ada
    rows += [(paper, reviewer, 1, "senior") for paper in (6, 7) for reviewer in ("bo", "cy", "ed")]
    rows += [(paper, "di", 1, "junior") for paper in range(8)]
    with pytest.raises(UnmetRules) as caught:
        assign(rows, (3, 3), columns=("paper", "reviewer", "bid", "rank"), rules=PER_PAPER)
    assert str(caught.value) == (
        "These rules cannot be kept together: the rules “at least 1 pair for each paper where rank is 'senior'” "
        "(4 of these, such as that where paper is 0); lower one of them."
    )


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_pairs_that_never_are_may_come_as_a_frame_with_a_and_b(kind: Callable[..., Any]) -> None:
    assert ("p1", "ada") not in pairs(never=kind({"a": ["p1"], "b": ["ada"]}))
    assert ("p1", "ada") not in pairs(never=kind({"paper": ["p1"], "reviewer": ["ada"]}))


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_who_falls_short_comes_as_the_pairs_came(kind: Callable[..., Any]) -> None:
    frame = kind({name: [row[at] for row in BIDS] for at, name in enumerate(COLUMNS)})
    choice = assign(frame, (1, 3), columns=COLUMNS[:3], at_least=(1, 2), strict=False)
    assert isinstance(choice.short, kind)  # type: ignore[arg-type]  # both are classes
    assert sum(choice.short["missing"]) == 3
    assert len(choice.pairs) == 3
    assert "Not all that was asked is reached: " in choice.sentence
    assert choice.certificate.verify().is_proved
    assert len(assign(frame, (1, 3), columns=COLUMNS[:3], strict=False).short) == 0


def test_a_rule_holds_for_each_combination_of_the_columns_that_it_is_per() -> None:
    assert pairs(rules=Rule(at_most=1, per=("reviewer", "area"))) == {
        *[("p1", "ada"), ("p1", "bo"), ("p2", "ada"), ("p2", "bo"), ("p3", "cy")],
    }


def test_a_rule_counts_the_pairs_that_have_what_it_names() -> None:
    assert ("p2", "ada") not in pairs((1, 1), rules=Rule(at_most=0, where={"area": ["vision", "sound"]}))
    chosen = pairs((1, 1), rules=[Rule(at_least=1, where={"area": "vision", "reviewer": "cy"})])
    assert ("p2", "cy") in chosen


def test_a_rule_counts_amounts() -> None:
    assert assign(BIDS, (2, 3), columns=COLUMNS, rules=[Rule(amount="bid", at_most=13)]).value == 13


def test_a_rule_asks_that_many_are_served() -> None:
    assert loads(pairs((1, 3)))[3:] == [3, 0, 0]
    assert loads(pairs((1, 3), rules=[Rule(served="reviewer", at_least=3)]))[3:] == [1, 1, 1]
    assert loads(pairs((1, 3), rules=[Rule(served="reviewer", at_least=1, where={"reviewer": ["cy"]})]))[-1] == 1


def test_in_one_group_a_column_of_ids_means_either_end() -> None:
    rows = [("a", "b", 9), ("c", "a", 8), ("b", "c", 1)]
    chosen = assign(rows, dict.fromkeys("abc", 2), rules=[Rule(at_most=1, where={"a": "a"})]).pairs
    assert {(pair.a, pair.b) for pair in chosen} == {("a", "b"), ("b", "c")}
    assert len(assign(rows, dict.fromkeys("abc", 2), rules=[Rule(at_most=1, per="b")]).pairs) == 1


def test_rules_that_cannot_be_kept_together_are_named() -> None:
    both = [Rule(at_most=0, where={"reviewer": "ada"}), Rule(at_least=1, where={"reviewer": "ada"}, name="Ada reviews")]
    with pytest.raises(UnmetRules) as caught:
        assign(BIDS, (2, 3), columns=COLUMNS, rules=both)
    assert str(caught.value) == (
        "These rules cannot be kept together: “at most 0 pairs where reviewer is 'ada'”; “Ada reviews”; lower one of "
        "them."
    )


def test_a_rule_that_cannot_be_kept_is_lowered_where_that_is_allowed() -> None:
    rule = Rule(at_least=3, where={"area": "vision"})
    choice = assign(BIDS, (1, 3), columns=COLUMNS, rules=rule, strict=False)
    assert choice.short == [Short("at least 3 pairs where area is 'vision'", None, None, asked=3, reached=1, missing=2)]


def test_a_rule_that_is_in_the_way_of_a_pair_is_named() -> None:
    choice = assign(BIDS, (2, 3), columns=COLUMNS, rules=Rule(at_most=1, per=("reviewer", "area")))
    found = choice.why("p3", "ada")
    assert "the rule “at most 1 pair where reviewer is 'ada' and area is 'nlp'” has no room for it" in str(found)
    assert found.rise == 1


def test_a_minimum_load_is_in_the_way_of_a_pair_too() -> None:
    choice = assign(BIDS, (1, 3), columns=COLUMNS, at_least=(0, 1))
    found = choice.why("p2", "ada")
    for change, is_chosen in ((-0.01, False), (0.01, True)):
        risen = [
            (p, r, bid + ((found.rise or 0) + change) * ((p, r) == ("p2", "ada")), area) for p, r, bid, area in BIDS
        ]
        again = assign(risen, (1, 3), columns=COLUMNS, at_least=(0, 1))
        assert (again.why("p2", "ada").status == "chosen") is is_chosen


def test_amounts_in_billions_are_bounded_as_closely_as_small_ones() -> None:
    def bound(unit: int) -> float:
        rows = [(p, r, bid, unit * (2 * number + 1)) for number, (p, r, bid, _) in enumerate(BIDS)]
        rule = Rule(at_most=20 * unit, amount="grant")
        return assign(rows, (2, 3), columns=("paper", "reviewer", "bid", "grant"), rules=rule).bound

    assert bound(1_000_000_007) == pytest.approx(bound(7), rel=0.001)


def test_the_least_is_raised_under_a_rule_that_does_not_bind() -> None:
    tight = [("p1", "ada", 9), ("p1", "bo", 10), ("p2", "ada", 7), ("p2", "cy", 2), ("p3", "bo", 6), ("p3", "cy", 1)]
    plain, even = (assign(tight, (1, 1), rules=Rule(at_most=3), even=each) for each in (None, "a"))
    assert min(pair.score for pair in plain.pairs) == 1
    assert (even.least, min(pair.score for pair in even.pairs), even.value) == (2.0, 2, 17)


def test_the_least_is_raised_among_the_choices_that_keep_the_rules() -> None:
    rule = Rule(at_most=1, where={"reviewer": "bo"})
    plain, even = (assign(BIDS, (1, 3), columns=COLUMNS, rules=rule, even=each) for each in (None, "paper"))
    free = assign(BIDS, (1, 3), columns=COLUMNS, even="paper")
    assert plain.value >= even.value
    assert even.least is not None
    assert free.least is not None
    assert even.least <= free.least
    assert even.certificate.verify().is_proved


@pytest.mark.parametrize("at_least", [(0, 0), (0, {"cy": 1}), (0, {"cy": 2})])
def test_an_even_choice_under_minimum_loads_is_the_most_even_of_all_that_keep_them(at_least: Any) -> None:
    rows = [row for row in BIDS if row[2] > 1]
    rule = Rule(at_most=2, per=("reviewer", "area"))
    found = assign(rows, (1, 2), columns=COLUMNS, at_least=at_least, rules=rule, even="paper")
    least, value = max(
        (min(row[2] for row in chosen), sum(row[2] for row in chosen))
        for chosen in product(*([row for row in rows if row[0] == paper] for paper in ("p1", "p2", "p3")))
        if all(sum(row[1] == name for row in chosen) <= 2 for name in ("ada", "bo", "cy"))
        and sum(row[1] == "cy" for row in chosen) >= (at_least[1]["cy"] if at_least[1] else 0)
    )
    assert found.least == least
    assert found.least_bound is not None
    assert found.least_bound >= least
    assert found.value <= value
