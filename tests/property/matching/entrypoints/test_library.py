"""The library on any rows and frames: an answer that holds, or one sentence of ours."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.contracts.codes import MODES, SUBJECTS
from isopolity.matching import MatchingError, Members, Rule, UnknownMember, assign
from tests.support.examples import examples

TODAY = date(2026, 11, 25)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.sampled_from(
        [
            np.int64(3),
            np.float32(2.5),
            np.datetime64("NaT"),
            pd.NA,
            pd.NaT,
            pd.Timestamp("2026-05-01"),
            datetime(2026, 5, 1, 12),  # noqa: DTZ001  # as people have them
            Decimal("NaN"),
            10**400,
            "\ud800",
            (),
            [1, [2]],
            {"subject": "sdg.4"},
            {1, 2},
            1j,
            object(),
            np.array([1, 2]),
        ]
    ),
)


def mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Something odd one time in thirty, or no answer would ever come out."""
    return st.sampled_from(range(30)).flatmap(lambda lot: ODD if lot == 17 else usual)


NAMES = ["a", "b", "c", "d", 1, 2, "1", " ", "São Paulo/x:y"]
USUAL_IDS = st.sampled_from(NAMES)
IDS = mostly(USUAL_IDS)
SCORES = st.one_of(st.floats(0, 1), st.integers(0, 9))
CAPACITIES = st.one_of(
    st.integers(0, 3),
    st.tuples(st.integers(0, 3), mostly(st.integers(0, 3))),
    st.fixed_dictionaries(dict.fromkeys(NAMES, mostly(st.integers(0, 3)))),
)
TOPICS = st.lists(
    st.builds(
        "{}:{}:{}".format,
        st.sampled_from(list(SUBJECTS)[:4]),
        st.integers(1, 5),
        st.sampled_from(list(MODES)),
    ),
    max_size=3,
).map("|".join)
FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "id": USUAL_IDS,
    "country": st.sampled_from(["FR", "AT", "br"]),
    "name": st.none(),
    "region": st.sampled_from(["africa", None]),
    "population": st.integers(0, 10**7),
    "latitude": st.floats(-90, 90),
    "languages": st.sampled_from(["fr|en", ["de"]]),
    "capacity": st.integers(0, 4),
    "sponsorship_capacity": st.none() | st.integers(0, 4),
    "needs": TOPICS,
    "offers": TOPICS,
    "told_on": st.dates(),
    "online_only": st.sampled_from(["yes", "no", True]),
    "offer": st.none(),
}


CODES = st.one_of(st.just(""), st.sampled_from(["sdg.4|cluster.literacy", ["sdg.4"]]))
AMOUNTS = st.integers(0, 50_000)
PROGRAMMES: Mapping[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(["line", "course", 7]),
    "partner": st.sampled_from(["halcyon", "nova", None]),
    "country": st.sampled_from(["CH", "fr"]),
    "currency": st.sampled_from(["EUR", "USD", "XXX"]),
    "budget": AMOUNTS,
    "grant_min": st.just(10),
    "grant_max": AMOUNTS,
    "subjects": CODES,
    "supports": st.sampled_from(["training", ""]),
    "countries": st.sampled_from(["FR|AT", ""]),
    "closes": st.sampled_from([None, "2026-12-31", date(2026, 1, 1)]),
    "population_min": st.none(),
    "cities": st.integers(0, 3),
}
REQUESTS: Mapping[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(["x", 1]),
    "city": st.sampled_from(["a", "b"]),
    "amount_min": st.just(5),
    "amount_max": AMOUNTS,
    "currency": st.sampled_from(["EUR", "KES"]),
    "ends": st.none(),
    "subjects": CODES,
}
WHAT_IFS = st.sampled_from(["regions", "subjects", "budget"])
PLAIN = ("id", "country", "needs", "offers")


def frames(columns: Mapping[str, list[Any]]) -> list[Any]:
    """The columns as every kind of table that can hold them."""
    found: list[Any] = [[dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]]
    with suppress(Exception):  # pandas refuses what it cannot hold in words of its own
        found.append(pd.DataFrame(columns))
    if all(_fits_polars(value) for values in columns.values() for value in values):
        with suppress(TypeError):
            found.append(pl.DataFrame(columns))
    return found


def _fits_polars(value: object) -> bool:
    """Polars panics over some others."""
    if isinstance(value, str):
        return value != "\ud800"
    return value is None or isinstance(value, float | date) or (isinstance(value, int) and abs(value) < 2**63)


@st.composite
def tables(
    draw: st.DrawFn, fields: Mapping[str, st.SearchStrategy[Any]], most: int = 6, *, faultless: bool = False
) -> Any:
    """A table without fault, or with a few odd cells, or without some of the columns."""
    drawn = [{name: draw(cells) for name, cells in fields.items()} for _ in range(draw(st.integers(0, most)))]
    rows = list({_identity(row): row for row in drawn if _identity(row) is not None}.values())
    names = list(fields)
    match 0 if faultless else draw(st.integers(0, 3)):
        case 2:
            names = draw(st.lists(st.sampled_from(names), unique=True))
        case 3 if rows:
            for _ in range(draw(st.integers(1, 3))):
                draw(st.sampled_from(rows))[draw(st.sampled_from(names))] = draw(ODD)
    columns = {name: [row[name] for row in rows] for name in names}
    return draw(st.sampled_from(frames(columns)))


def _identity(row: Mapping[str, Any]) -> object:
    """The key of a row among all; None for a pair of one."""
    if "id" in row:
        return row["id"]
    return frozenset((row["a"], row["b"])) if row["a"] != row["b"] else None


GROUP_RULES = st.builds(
    Rule,
    at_least=mostly(st.integers(0, 2)),
    at_most=mostly(st.one_of(st.none(), st.integers(0, 3))),
    where=mostly(st.sampled_from([None, {"a": "a"}, {"b": [1, 2, "b"]}, {"score": 0.5}, {"by": 1}])),
    per=mostly(st.sampled_from(["", "a", ("a", "b"), "score"]).map(lambda each: each or ())),
    amount=st.sampled_from([None, None, "score"]),
    served=mostly(st.sampled_from([None, None, "a", "b"])),
)
PAIRS = tables({"a": USUAL_IDS, "b": USUAL_IDS, "score": SCORES})


@examples(300)
@given(
    pairs=mostly(PAIRS),
    capacities=mostly(CAPACITIES),
    must=mostly(st.one_of(st.just(()), tables({"a": USUAL_IDS, "b": USUAL_IDS}, 2))),
    never=st.one_of(st.just(()), tables({"a": USUAL_IDS, "b": USUAL_IDS}, 2)),
    mode=mostly(st.sampled_from(["quick", "exact"])),
    seed=mostly(st.just(0)),
    at_least=st.one_of(st.just(0), st.just(0), mostly(CAPACITIES)),
    rules=mostly(st.one_of(st.just(()), st.lists(mostly(GROUP_RULES), max_size=2))),
    even=mostly(st.sampled_from([None, None, None, "a", "b"])),
    strict=st.booleans(),
)
def test_any_pairs_are_assigned_with_a_proof_or_refused_in_a_sentence(**given_: Any) -> None:
    try:
        choice = assign(**given_)
        assert choice.certificate.verify().is_proved
        assert choice.sentence.endswith(".")
        assert str(choice.why("a", 1)).endswith(".")
        assert str(choice.why(b="b")).endswith(".")
    except MatchingError as error:
        assert_is_a_sentence(error)


@examples(100)
@given(data=st.data(), mode=st.sampled_from(["quick", "exact"]), capacity=st.integers(0, 3))
def test_rows_and_frames_give_one_choice_in_any_order(data: st.DataObject, mode: str, capacity: int) -> None:
    ends = data.draw(
        st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda e: e[0] < e[1]), max_size=15)
    )
    rows = [(a, b, data.draw(st.integers(0, 20)) / 20) for a, b in sorted(ends)]
    shuffled = data.draw(st.permutations(rows))
    capacities = dict.fromkeys(range(7), capacity)
    expected = set(assign(rows, capacities, mode=mode).pairs)
    assert set(assign(shuffled, capacities, mode=mode).pairs) == expected
    columns = {name: [row[at] for row in shuffled] for at, name in enumerate(("a", "b", "score"))}
    assert (
        set(assign(pd.DataFrame(columns), capacities, mode=mode).pairs.itertuples(index=False, name=None)) == expected
    )
    if rows:
        assert set(assign(pl.DataFrame(columns), capacities, mode=mode).pairs.rows()) == expected


@examples(200)
@given(
    cities=st.one_of(
        tables(FIELDS), tables({name: FIELDS[name] for name in ("id", "country", "needs", "offers")}), ODD
    ),
    ties=st.one_of(st.just(()), tables({"a": USUAL_IDS, "b": USUAL_IDS}, 2), ODD),
    weights=st.one_of(st.none(), ODD, st.fixed_dictionaries({"twinning": st.dictionaries(st.just("size"), ODD)})),
    minimum_score=st.one_of(st.just(0.1), ODD),
)
def test_any_members_are_matched_or_refused_in_a_sentence(**given_: Any) -> None:
    try:
        members = Members(**given_, today=TODAY)
        members.round(mode="exact")
        members.suggest("a", 3)
        members.why("a", "b")
    except MatchingError as error:
        assert_is_a_sentence(error)


@examples(100)
@given(
    cities=tables(FIELDS, faultless=True),
    programmes=tables({**PROGRAMMES, "grant_max": st.integers(10, 50_000)}, 3, faultless=True),
    number=st.integers(0, 3),
)
def test_sound_members_are_matched_from_every_kind_of_table(cities: Any, programmes: Any, number: int) -> None:
    members = Members(cities, programmes=programmes, minimum_score=0.1, today=TODAY)
    found = members.round(mode="exact")
    assert found.certificate.verify().is_proved
    assert found.sentence.endswith(".")
    assert len(found.proposals) == found.gains.twinnings + found.gains.sponsorships
    with suppress(UnknownMember):  # nobody has this id
        assert len(members.suggest("a", number)) <= number


@examples(100)
@given(
    asked=st.tuples(IDS, IDS), number=ODD, what=st.sampled_from(["regions", "subjects", "budget"]), value=ODD, rule=IDS
)
def test_any_question_is_answered_or_refused_in_a_sentence(
    asked: tuple[Any, Any], number: Any, what: str, value: Any, rule: Any
) -> None:
    members = Members([{"id": each, "country": "FR", "wants_own_country": True} for each in ("a", "b", 1)], today=TODAY)
    for ask in (
        lambda: members.why(*asked),
        lambda: members.suggest("a", number),
        lambda: members.suggest("a", **{what: value}),
        lambda: members.round(must=[("a", rule)]),
        lambda: members.round(never=rule),
        lambda: members.round(kinds=value),
    ):
        try:
            ask()
        except MatchingError as error:
            assert_is_a_sentence(error)


@examples(150)
@given(programmes=mostly(tables(PROGRAMMES, 3)), requests=mostly(tables(REQUESTS, 2)), asked=IDS)
def test_any_programmes_and_requests_are_matched_or_refused_in_a_sentence(
    programmes: Any, requests: Any, asked: Any
) -> None:
    cities = [{"id": each, "country": "FR", "needs": "sdg.4:4:training", "population": 90_000} for each in ("a", "b")]
    try:
        members = Members(cities, programmes=programmes, requests=requests, ties=[("a", "b")], today=TODAY)
        assert members.round(mode="exact").certificate.verify().is_proved
        members.suggest("line", 3, budget=20_000)
        members.why("a", "line")
        members.round(must=[("line", asked)])
    except MatchingError as error:
        assert_is_a_sentence(error)


def assert_is_a_sentence(error: MatchingError) -> None:
    text = str(error)
    assert isinstance(error, ValueError)
    assert len(text.splitlines()) == 1, text
    assert text.rstrip()[-1] in ".?", text
    assert "Traceback" not in text


def test_what_stands_in_a_frame_is_not_changed() -> None:
    frame = pd.DataFrame({"a": ["x", "y"], "b": ["y", "z"], "score": [1, 2]}, index=[5, 5])
    before = frame.copy(deep=True)
    assign(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("score", [pd.array([1, None], "Int64"), pd.array([1.0, pd.NA], "Float64")])
def test_what_pandas_holds_for_nothing_is_no_score(score: Any) -> None:
    with pytest.raises(ValueError, match="Row 1 of pairs has no score"):
        assign(pd.DataFrame({"a": [1, 2], "b": [2, 3], "score": score}))
