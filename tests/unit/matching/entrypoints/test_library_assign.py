"""`assign`, as who uses the library calls it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pytest

from isopolity.matching import Certificate, Choice, InvalidCertificate, Pair, assign

ROWS = [("lyon", "graz", 0.9), ("graz", "pisa", 0.8), ("pisa", "oslo", 0.7), ("oslo", "lyon", 0.1)]
BIDS: dict[str, list[Any]] = {"a": [1, 1, 2, 2, 3], "b": [1, 2, 1, 3, 3], "score": [3, 2, 1, 2, 1], "by": list("vwxyz")}


def chosen(pairs: Any, *more: Any, **options: Any) -> set[tuple[Any, Any]]:
    return {(pair.a, pair.b) for pair in assign(pairs, *more, **options).pairs}


def test_plain_rows_give_pairs_in_the_order_in_which_they_came() -> None:
    assert assign(ROWS).pairs == [Pair("lyon", "graz", 0.9), Pair("pisa", "oslo", 0.7)]


@pytest.mark.parametrize(
    "rows",
    [
        [dict(zip(("a", "b", "score"), row, strict=True)) for row in ROWS],
        (list(row) for row in ROWS),
        nx.Graph([(a, b, {"weight": score}) for a, b, score in ROWS]).edges(data="weight"),
    ],
)
def test_rows_are_mappings_lists_or_the_edges_of_networkx_too(rows: Any) -> None:
    assert {frozenset(pair) for pair in chosen(rows)} == {frozenset(("lyon", "graz")), frozenset(("pisa", "oslo"))}


def test_a_pandas_frame_keeps_its_columns_types_and_index() -> None:
    frame = pd.DataFrame(BIDS, index=[10, 11, 12, 13, 14])
    pairs = assign(frame, (1, 1)).pairs
    assert isinstance(pairs, pd.DataFrame)
    assert pairs.equals(frame.loc[[10, 13]])


def test_a_polars_frame_keeps_its_columns_and_types() -> None:
    frame = pl.DataFrame(BIDS)
    pairs = assign(frame, (1, 1)).pairs
    assert isinstance(pairs, pl.DataFrame)
    assert pairs.equals(frame[[0, 3]])


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_no_row_of_a_frame_chosen_gives_an_empty_one(kind: Callable[..., Any]) -> None:
    pairs = assign(kind(BIDS), (0, 1)).pairs
    assert isinstance(pairs, kind)  # type: ignore[arg-type]  # both are classes
    assert (len(pairs), list(pairs.columns)) == (0, list(BIDS))


@pytest.mark.parametrize(
    "capacities",
    [
        2,
        np.int64(2),
        {"lyon": 2, "graz": 2, "pisa": 2, "oslo": 2, "elsewhere": 9},
        pd.DataFrame({"id": ["lyon", "graz", "pisa", "oslo"], "capacity": [2.0, 2.0, 2.0, 2.0]}),
        pl.DataFrame({"id": ["lyon", "graz", "pisa", "oslo"], "capacity": [2, 2, 2, 2]}),
        pd.Series([2.0, 2.0, 2.0, 2.0], ["lyon", "graz", "pisa", "oslo"]),
    ],
)
def test_capacities_are_a_number_a_mapping_a_series_or_a_frame(capacities: Any) -> None:
    assert len(chosen(ROWS, capacities)) == 4


def test_two_capacities_make_two_sides_with_ids_of_their_own() -> None:
    pairs = list(zip(BIDS["a"], BIDS["b"], BIDS["score"], strict=True))
    assert chosen(pairs, (1, {1: 1, 2: 1, 3: 2})) == {(1, 1), (2, 3), (3, 3)}


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_columns_have_the_names_that_they_have(kind: Callable[..., Any]) -> None:
    frame = kind({"paper": [1, 1, 2], "reviewer": ["ada", "bo", "ada"], "bid": [3, 2, 2]})
    choice = assign(
        frame, (1, 1), columns=("paper", "reviewer", "bid"), never=kind({"paper": [2], "reviewer": ["ada"]})
    )
    assert list(choice.pairs["reviewer"]) == ["ada"]
    assert choice.value == 3


def test_rows_that_are_mappings_have_columns_of_other_names_too() -> None:
    rows = [{"paper": 1, "reviewer": "ada", "bid": 3}, {"reviewer": "bo", "paper": 1, "bid": 4, "more": "x"}]
    assert assign(rows, (1, 1), columns=("paper", "reviewer", "bid")).pairs == [Pair(1, "bo", 4.0)]


def test_a_series_of_polars_says_a_capacity_in_each_row() -> None:
    frame = pl.DataFrame(BIDS).with_columns(room=pl.Series([2, 2, 1, 1, 0]))
    assert assign(frame, (frame["room"], 1)).pairs["by"].to_list() == ["v", "w", "y"]


def test_the_one_that_gets_least_gets_as_much_as_possible() -> None:
    bids = [(1, "ada", 9), (1, "bo", 8), (2, "ada", 3), (2, "bo", 1)]
    assert assign(bids, (1, 1)).value == 11
    choice = assign(bids, (2, 1), even="a")
    assert (choice.least, choice.least_bound, choice.value) == (3, 3.55555, 11)
    assert choice.certificate.verify().is_proved
    assert choice.sentence == (
        "These 2 pairs respect all capacities and rules; their value 11.00 is within 36 % of what any choice could "
        "reach. Each of column a gets 3.00 or more, and no choice gives each more than 3.56."
    )


def test_who_can_be_given_nothing_does_not_count_among_those_that_get_least() -> None:
    bids = [(1, "ada", 9), (1, "bo", 8), (2, "cy", 3)]
    choice = assign(bids, (1, {"ada": 1, "bo": 1, "cy": 0}), even="a")
    assert choice.least == 9
    assert choice.sentence.endswith("the most that is possible; 1 can be given no pair.")


def test_a_choice_that_is_not_even_tells_no_least() -> None:
    choice = assign(ROWS)
    assert (choice.least, choice.least_bound) == (None, None)


def test_who_has_room_for_all_is_not_asked_for_sides() -> None:
    assert len(assign([("x", "y", 1), ("x", "z", 1)], 2).pairs) == 2


def test_numbers_and_texts_are_different_ids() -> None:
    assert chosen([(1, "x", 0.5), ("1", "x", 0.6), (1, "1", 0.05)]) == {("1", "x")}


def test_must_and_never_hold_whatever_it_costs() -> None:
    assert chosen(ROWS, must=[("lyon", "oslo")]) == {("oslo", "lyon"), ("graz", "pisa")}
    assert chosen(ROWS, never=[("graz", "lyon")]) == {("graz", "pisa"), ("oslo", "lyon")}
    assert chosen(ROWS, never=pd.DataFrame({"a": ["graz"], "b": ["lyon"]})) == {("graz", "pisa"), ("oslo", "lyon")}


def test_a_pair_that_is_worth_nothing_is_chosen_only_if_it_must_be() -> None:
    rows = [*ROWS, ("bern", "nice", 0.0)]
    assert ("bern", "nice") not in chosen(rows)
    assert ("bern", "nice") in chosen(rows, must=[("nice", "bern")])


@pytest.mark.parametrize("factor", [1e-200, 0.001, 1, 7, 1000, 1e200])
def test_the_figures_are_in_the_units_of_the_scores(factor: float) -> None:
    choice = assign([(a, b, score * factor) for a, b, score in ROWS])
    assert choice.value == pytest.approx(1.6 * factor, rel=1e-5)
    assert choice.bound == choice.value
    assert choice.gap == 0


def test_whole_scores_are_counted_exactly() -> None:
    choice = assign([("a", "b", 3), ("b", "c", 2), ("a", "d", 2)])
    assert (choice.value, choice.sentence) == (
        4.0,
        "These 2 pairs respect all capacities and rules; their value 4.00 is the most that any choice could reach.",
    )


def test_the_exact_mode_closes_the_gap_that_odd_cycles_leave() -> None:
    triangle = [("a", "b", 0.5), ("b", "c", 0.5), ("c", "a", 0.5)]
    assert assign(triangle).gap > 0.3
    assert assign(triangle, mode="exact").gap == 0


def test_the_certificate_is_verified_by_whoever_has_its_text() -> None:
    kept = assign(ROWS).certificate.to_json()
    certificate = Certificate.from_json(kept)
    assert certificate.verify().is_proved
    assert certificate.to_json() == kept
    assert "lyon" not in kept


def test_a_certificate_that_was_changed_is_refused() -> None:
    kept = assign(ROWS).certificate.to_json()
    with pytest.raises(InvalidCertificate, match="was changed"):
        Certificate.from_json(kept.replace('"value":1600000', '"value":1700000'))
    with pytest.raises(InvalidCertificate, match="text or bytes"):
        Certificate.from_json(None)  # type: ignore[arg-type]  # what is wrong


WHY_NOTHING: Sequence[tuple[Any, Mapping[str, Any], str]] = [
    ([], {}, "there are no pairs"),
    ([("a", "b", 0)], {}, "all scores are 0"),
    (ROWS, {"capacities": 0}, "of every pair, one has a capacity of 0"),
    ([("a", "b", 1)], {"never": [("b", "a")]}, "every pair that there is room for must never be"),
]


@pytest.mark.parametrize(("pairs", "options", "why"), WHY_NOTHING)
def test_an_empty_choice_says_why_and_is_proved_too(pairs: Any, options: Mapping[str, Any], why: str) -> None:
    choice: Choice[list[Pair]] = assign(pairs, **options)
    assert choice.pairs == []
    assert choice.sentence == f"No pair is chosen: {why}."
    assert (choice.value, choice.bound, choice.gap) == (0, 0, 0)
    assert choice.certificate.verify().is_proved
