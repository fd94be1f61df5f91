"""Minimum loads and rules on groups of pairs, as who uses the library gives them."""

from collections.abc import Callable
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
